/** Takes results home: a grid of samples, the way there as an animation, the codes. */
import type { CodeGrid, Picture } from '../../engine/types';
import { codesToJson } from '../../image/codes';
import { encodePng } from '../../image/encode';
import { download } from '../download';

/** File name of a run, safe on every system: its words and seed. */
export function stemOf(condition: Readonly<Record<string, string>>, seed: number): string {
  const words = Object.values(condition)
    .join('-')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return `tessera-${words || 'sample'}-${seed}`;
}

/** Pictures of one size in a grid as square as can be, row by row, on white. @throws RangeError where there is none */
export function contactSheet(pictures: readonly Picture[]): Picture {
  const [first] = pictures;
  if (!first) throw new RangeError('There is no picture to save.');
  const columns = Math.ceil(Math.sqrt(pictures.length));
  const width = columns * first.width;
  const height = Math.ceil(pictures.length / columns) * first.height;
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  pictures.forEach((picture, i) => {
    const left = (i % columns) * first.width;
    const top = Math.floor(i / columns) * first.height;
    for (let y = 0; y < first.height; y++)
      data.set(picture.data.subarray(y * first.width * 4, (y + 1) * first.width * 4), ((top + y) * width + left) * 4);
  });
  return { width, height, data };
}

/** Small pictures are enlarged to at least this side, each pixel a square, so that the animation can be seen. */
const leastSide = 256;

/** Each pixel `times` wide and high. */
export function enlarged(picture: Picture, times: number): Picture {
  if (times === 1) return picture;
  const width = picture.width * times;
  const height = picture.height * times;
  const from = new Uint32Array(picture.data.buffer, picture.data.byteOffset, picture.width * picture.height);
  const to = new Uint32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      to[y * width + x] = from[Math.floor(y / times) * picture.width + Math.floor(x / times)] ?? 0;
  return { width, height, data: new Uint8ClampedArray(to.buffer) };
}

/** How long a state is shown, and the last one. */
const FRAME_MS = 120;
const LAST_MS = 1600;

/**
 * The pictures as an endless GIF, 256 colours each. The page breathes between two frames.
 * @throws the signal's reason when aborted
 */
export async function animatedGif(
  pictures: readonly Picture[],
  signal: AbortSignal,
  onProgress: (fraction: number) => void,
): Promise<Blob> {
  const { GIFEncoder, quantize, applyPalette } = await import('gifenc');
  const gif = GIFEncoder();
  const times = Math.max(1, Math.ceil(leastSide / (pictures[0]?.width ?? leastSide)));
  for (const [i, picture] of pictures.entries()) {
    const { data, width, height } = enlarged(picture, times);
    const palette = quantize(picture.data, 256);
    const last = i === pictures.length - 1;
    gif.writeFrame(applyPalette(data, palette), width, height, { palette, delay: last ? LAST_MS : FRAME_MS });
    onProgress((i + 1) / pictures.length);
    await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
  }
  gif.finish();
  return new Blob([gif.bytes()], { type: 'image/gif' });
}

export const saveSheet = async (pictures: readonly Picture[], stem: string): Promise<void> =>
  download(await encodePng(contactSheet(pictures)), `${stem}.png`);

/** A sample's codes as JSON, as the Reconstruct lab saves and opens them: under the tokenizer that paints them. */
export const saveCodes = (tokenizer: string, codes: readonly CodeGrid[], stem: string): void =>
  download(new Blob([codesToJson(tokenizer, codes)], { type: 'application/json' }), `${stem}.codes.json`);
