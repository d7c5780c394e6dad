/** A HoleClient for unit tests: the real work, without a worker. Files are pictures in words ("96x64"), or broken. Never imported by the app. */
import { composeAnswer } from '../../image/hole/blend';
import type { HoleClient } from '../../image/hole/client';
import { growMask } from '../../image/hole/mask';
import { prepareSquare, prepareWhole } from '../../image/hole/square';
import type { StraightImage } from '../../image/hole/types';
import type { RgbaImage } from '../../image/picture';

/** Two gradients and a block: no two rows and no two columns are equal. */
export function wideTestPicture(width: number, height: number): StraightImage {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++)
    data.set([((i % width) * 255) / width, (Math.floor(i / width) * 255) / height, 90, 255], i * 4);
  return { width, height, data };
}

export interface FakeHole extends HoleClient {
  readonly calls: string[];
  /** PNGs that were asked for. */
  readonly written: RgbaImage[];
}

/** @param files pictures by their text, where they are not gradients */
export function createFakeHole(files: Readonly<Record<string, StraightImage>> = {}): FakeHole {
  const calls: string[] = [];
  const written: RgbaImage[] = [];
  let opened: RgbaImage | null = null;
  const picture = () => {
    if (!opened) throw new Error('No picture is open.');
    return opened;
  };
  /** As a worker: later, and with errors as rejections. */
  const later = async <T>(signal: AbortSignal | undefined, work: () => T): Promise<T> => {
    await Promise.resolve();
    signal?.throwIfAborted();
    return work();
  };
  return {
    calls,
    written,
    open: (image, call) =>
      later(call?.signal, () => {
        calls.push(`open ${image.width}x${image.height}`);
        opened = image;
      }),
    prepare: (mask, rect, size, factor, call) =>
      later(call?.signal, () => {
        calls.push(`prepare ${rect.x},${rect.y} ${rect.width}x${rect.height} at ${size ?? 'its own size'}`);
        return size === null ? prepareWhole(picture(), mask, rect, factor) : prepareSquare(picture(), mask, rect, size);
      }),
    compose: (mask, rect, answer, blend, call) =>
      later(call?.signal, () => {
        calls.push(`compose ${blend}`);
        return composeAnswer(picture(), mask, rect, answer, blend);
      }),
    grow: (mask, pixels, call) => later(call?.signal, () => growMask(mask, pixels)),
    png: (image, call) =>
      later(call?.signal, () => {
        written.push(image);
        return new Blob(['png'], { type: 'image/png' });
      }),
    async decode(blob, call) {
      const text = await blob.text();
      call?.signal?.throwIfAborted();
      const known = files[text];
      if (known) return known;
      const size = /^(\d+)x(\d+)$/.exec(text);
      if (!size) throw new Error('This is no picture: PNG, JPEG and WebP can be opened.');
      return wideTestPicture(Number(size[1]), Number(size[2]));
    },
    dispose: () => void calls.push('dispose'),
  };
}
