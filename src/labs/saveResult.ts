import type { Reconstruction } from '../engine/types';
import { codesToJson } from '../image/codes';
import { encodePng } from '../image/encode';
import { codesToNpy } from '../image/npy';
import { download, stemOf } from './download';

/** Saves the reconstruction (PNG) or its codes (JSON, .npy). Grids of different sizes give one .npy each. */
export async function saveResult(
  kind: 'png' | 'codes' | 'npy',
  result: Pick<Reconstruction, 'modelId' | 'codes' | 'image'>,
  name: string,
): Promise<void> {
  const { codes, image, modelId } = result;
  const stem = `${stemOf(name)}-${modelId}`;
  if (kind === 'png') return download(await encodePng(image), `${stem}.png`);
  if (kind === 'codes') {
    const json = new Blob([codesToJson(modelId, codes)], { type: 'application/json' });
    return download(json, `${stem}.codes.json`);
  }
  const [first] = codes;
  const alike = codes.every((grid) => grid.width === first?.width && grid.height === first.height);
  if (alike) return download(new Blob([codesToNpy(codes)]), `${stem}.npy`);
  for (const grid of codes) download(new Blob([codesToNpy([grid])]), `${stem}-${grid.name}.npy`);
}
