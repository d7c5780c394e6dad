/**
 * PNG files to straight RGBA and back, without a canvas (which would premultiply): the Rust crate `png` in 0.2 MB of WebAssembly
 * (@jsquash/png), loaded when first asked for.
 */
import type { RgbaImage } from '../picture';
import { PictureError } from '../sniff';
import { orientImage, pngOrientation } from './orient';
import type { StraightImage } from './types';

export interface PngCodec {
  /**
   * The file's own RGBA values: greys and palettes spread out, tRNS as alpha (the colours under it stay), 16 bits cut to their upper 8
   * (`>> 8`), interlaced or not. The orientation of an eXIf chunk is applied; colour profiles and gamma are not; of an animation it is
   * the default picture. Checksums are not looked at.
   * @throws PictureError where the file is damaged.
   */
  decode(file: Uint8Array): StraightImage;
  /** 8-bit RGBA, filtered and deflated: `decode` gives every value back, colours under alpha 0 too. */
  encode(image: RgbaImage): Uint8Array<ArrayBuffer>;
}

let loading: Promise<PngCodec> | undefined;

/** The codec, loaded once. @param wasm its WebAssembly, for Node; a browser fetches it. */
export function loadPng(wasm?: Uint8Array<ArrayBuffer>): Promise<PngCodec> {
  loading ??= start(wasm).catch((error: unknown) => {
    // A download that failed once may succeed next time.
    loading = undefined;
    throw error;
  });
  return loading;
}

async function start(wasm: Uint8Array<ArrayBuffer> | undefined): Promise<PngCodec> {
  const [png, { default: address }] = await Promise.all([
    import('@jsquash/png/codec/pkg/squoosh_png.js'),
    import('@jsquash/png/codec/pkg/squoosh_png_bg.wasm?url'),
  ]);
  await png.default(wasm ?? address);
  return {
    decode(file) {
      let decoded: ImageData;
      try {
        decoded = png.decode(file);
      } catch (cause) {
        throw new PictureError(
          'broken',
          'This PNG could not be decoded: it is damaged. Save it again in another program.',
          {
            cause,
          },
        );
      }
      const { width, height, data } = decoded;
      return orientImage({ width, height, data }, pngOrientation(file));
    },
    encode({ width, height, data }) {
      if (data.length !== 4 * width * height) {
        throw new RangeError(
          `A ${width} x ${height} RGBA picture has ${4 * width * height} values, not ${data.length}.`,
        );
      }
      return png.encode(
        new Uint8Array(data.buffer, data.byteOffset, data.length),
        width,
        height,
        8,
      ) as Uint8Array<ArrayBuffer>;
    },
  };
}
