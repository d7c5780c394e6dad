import { expose, transfer } from 'comlink';
import type { RgbaImage } from '../picture';
import { PictureError, type PictureErrorKind } from '../sniff';
import type { Picture, Rect } from '../types';
import { composeAnswer } from './blend';
import { decodeRgba, encodeRgbaPng } from './files';
import { growMask } from './mask';
import { prepareSquare, prepareWhole } from './square';
import type { Blend, Mask, Prepared, StraightImage } from './types';

/** A PictureError would cross to the page as a plain Error, without its kind. */
export interface Decoded {
  readonly image: StraightImage | null;
  readonly refused: { readonly kind: PictureErrorKind; readonly message: string } | null;
}

let opened: RgbaImage | null = null;

function picture(): RgbaImage {
  if (!opened) throw new Error('No picture is open. Call open() first.');
  return opened;
}

const api = {
  open(image: RgbaImage): void {
    opened = image;
  },
  prepare(mask: Mask, rect: Rect, size: number | null, factor: number): Prepared {
    const prepared =
      size === null ? prepareWhole(picture(), mask, rect, factor) : prepareSquare(picture(), mask, rect, size);
    return transfer(prepared, [prepared.picture.data.buffer, prepared.hole.buffer]);
  },
  compose(mask: Mask, rect: Rect, answer: Picture, blend: Blend): StraightImage {
    const image = composeAnswer(picture(), mask, rect, answer, blend);
    return transfer(image, [image.data.buffer]);
  },
  grow(mask: Mask, pixels: number): Mask {
    const grown = growMask(mask, pixels);
    return transfer(grown, [grown.data.buffer]);
  },
  png: (image: RgbaImage): Promise<Blob> => encodeRgbaPng(image),
  async decode(blob: Blob): Promise<Decoded> {
    try {
      const image = await decodeRgba(blob);
      return transfer({ image, refused: null }, [image.data.buffer]);
    } catch (error) {
      if (error instanceof PictureError) {
        return { image: null, refused: { kind: error.kind, message: error.message } };
      }
      throw error;
    }
  },
};

export type HoleWorker = typeof api;

expose(api);
