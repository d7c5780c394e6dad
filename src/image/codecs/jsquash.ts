/** WebP (libwebp) and AVIF (libavif, libaom) as WebAssembly, one thread each, set for the best PSNR they can reach. */
import { pictureFrom } from '../picture';
import type { Picture } from '../types';
import type { Codec, CodecName } from './rateMatch';

/** The two WebAssembly modules, where they cannot be fetched from beside the script (Node). */
export interface WasmBinaries {
  readonly encoder: Uint8Array;
  readonly decoder: Uint8Array;
}

type Encode = (data: Uint8Array, width: number, height: number, options: object) => Uint8Array | null;
/** libavif's takes a bit depth, libwebp's refuses a second argument. */
type Decode = (file: Uint8Array, ...bitDepth: number[]) => Decoded | null;
interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}
type Factory<T> = (overrides: { noInitialRun: boolean; wasmBinary?: Uint8Array }) => Promise<T>;

/**
 * Slowest search; no noise shaping for the eye (`sns_strength`), for pictures are compared by PSNR; one segment, whose header is the
 * shortest; chroma downsampled with care. On 12 emoji in 320 bytes: 28.2 dB, against 27.6 with the defaults of method 6.
 */
const WEBP = { method: 6, sns_strength: 0, segments: 1, use_sharp_yuv: 1 };
/** `tune` 1 is PSNR; `speed` 4 of 10 is as slow as a page may wait for (speed 6 loses 0.8 dB on emoji). */
const AVIF = { speed: 4, tune: 1, subsample: 1 };

/**
 * Loads one codec's encoder and decoder (WebP 0.4 MB, AVIF 4.7 MB of WebAssembly).
 * The package's own wrapper is passed by: it would pick a build with threads, which needs a cross-origin isolated page.
 */
export async function loadCodec(name: CodecName, wasm?: WasmBinaries): Promise<Codec> {
  const { encoder, decoder, options } = name === 'webp' ? await importWebp() : await importAvif();
  const start = <T>(factory: Factory<T>, wasmBinary?: Uint8Array) =>
    factory(wasmBinary ? { noInitialRun: true, wasmBinary } : { noInitialRun: true });
  const [enc, dec] = await Promise.all([start(encoder, wasm?.encoder), start(decoder, wasm?.decoder)]);
  const failed = (what: string) => new Error(`The ${name === 'webp' ? 'WebP' : 'AVIF'} codec could not ${what}.`);
  return {
    encode(picture: Picture, quality: number) {
      const bytes = new Uint8Array(picture.data.buffer, picture.data.byteOffset, picture.data.byteLength);
      const file = enc.encode(bytes, picture.width, picture.height, { ...options, quality });
      return file
        ? Promise.resolve(file)
        : Promise.reject(failed(`encode ${picture.width} x ${picture.height} pixels`));
    },
    decode(file: Uint8Array) {
      const image = name === 'webp' ? dec.decode(file) : dec.decode(file, 8);
      return image
        ? Promise.resolve(pictureFrom(image.width, image.height, image.data))
        : Promise.reject(failed('decode its own file'));
    },
  };
}

async function importWebp() {
  const [encoder, decoder, { defaultOptions }] = await Promise.all([
    import('@jsquash/webp/codec/enc/webp_enc.js'),
    import('@jsquash/webp/codec/dec/webp_dec.js'),
    import('@jsquash/webp/meta.js'),
  ]);
  return {
    encoder: encoder.default as unknown as Factory<{ encode: Encode }>,
    decoder: decoder.default as unknown as Factory<{ decode: Decode }>,
    options: { ...defaultOptions, ...WEBP },
  };
}

async function importAvif() {
  const [encoder, decoder, { defaultOptions }] = await Promise.all([
    import('@jsquash/avif/codec/enc/avif_enc.js'),
    import('@jsquash/avif/codec/dec/avif_dec.js'),
    import('@jsquash/avif/meta.js'),
  ]);
  return {
    encoder: encoder.default as unknown as Factory<{ encode: Encode }>,
    decoder: decoder.default as unknown as Factory<{ decode: Decode }>,
    options: { ...defaultOptions, ...AVIF },
  };
}
