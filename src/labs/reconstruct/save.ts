import type { CodeGrid, Picture, Reconstruction } from '../../engine/types';

/** File name without folder and ending, safe on every system. */
export const stemOf = (name: string): string =>
  name.replace(/^.*[\\/]/, '').replace(/\.[^.]*$/, '').replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 80) || 'picture';

/** The codes as JSON: readable, and what `tessera.decode` takes. */
export function codesToJson(modelId: string, codes: readonly CodeGrid[]): string {
  const grids = codes.map(({ name, height, width, codebookSize, indices }) => ({
    ...{ name, height, width, codebookSize },
    indices: Array.from(indices),
  }));
  return `${JSON.stringify({ format: 'tessera-codes', version: 1, model: modelId, codes: grids })}\n`;
}

/** Gives the visitor a file. */
export function download(blob: Blob, fileName: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

async function pngOf(picture: Picture): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = picture.width;
  canvas.height = picture.height;
  canvas.getContext('2d')?.putImageData(new ImageData(picture.data, picture.width, picture.height), 0, 0);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The browser could not write this picture as PNG.'))), 'image/png'),
  );
}

/** Saves the reconstruction (PNG) or its codes (JSON, .npy). Several grids give one .npy each. */
export async function saveResult(kind: 'png' | 'codes' | 'npy', result: Reconstruction, name: string): Promise<void> {
  const stem = `${stemOf(name)}-${result.modelId}`;
  if (kind === 'png') return download(await pngOf(result.image), `${stem}.png`);
  if (kind === 'codes') {
    const json = new Blob([codesToJson(result.modelId, result.codes)], { type: 'application/json' });
    return download(json, `${stem}.codes.json`);
  }
  const { encodeNpy } = await import('../../image/npy');
  for (const grid of result.codes) {
    const suffix = result.codes.length > 1 ? `-${grid.name}` : '';
    download(new Blob([encodeNpy(grid.indices, [grid.height, grid.width])]), `${stem}${suffix}.npy`);
  }
}
