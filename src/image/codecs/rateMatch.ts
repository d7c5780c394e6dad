/** "The same picture in the same number of bytes": what another codec makes of a picture when it gets our budget. */
import { psnr, ssim } from '../metrics';
import { resize } from '../resize';
import type { Picture } from '../types';
import { payloadBytes } from './payload';

export type CodecName = 'webp' | 'avif';

/** A lossy codec. `quality` is a whole number from 0 to 100; files grow with it, give or take a few bytes. */
export interface Codec {
  encode(picture: Picture, quality: number): Promise<Uint8Array>;
  decode(file: Uint8Array): Promise<Picture>;
}

export interface RateMatchOptions {
  /** Bytes that the codes take. */
  readonly budgetBytes: number;
  /** What must fit: the compressed picture alone (default: kind to the other codec), or the file as it lies on a disk. */
  readonly count?: 'payload' | 'file';
  /** Sides to try, as shares of the picture's. */
  readonly scales?: readonly number[];
  readonly signal?: AbortSignal;
  /** Awaited before each encoding: a place to report progress, and to let a worker hear that it was cancelled. */
  readonly beforeTrial?: (trial: number) => Promise<void> | void;
}

export type RateMatch =
  | {
      readonly fits: true;
      /** Decoded, and brought back to the input's size with Lanczos-3. */
      readonly picture: Picture;
      readonly psnr: number;
      readonly ssim: number;
      /** The bytes held against the budget: `payloadBytes` or `fileBytes`. */
      readonly bytes: number;
      readonly payloadBytes: number;
      readonly containerBytes: number;
      readonly fileBytes: number;
      readonly scale: number;
      readonly quality: number;
      readonly trials: number;
    }
  | { readonly fits: false; readonly smallestBytes: number; readonly trials: number };

export const DEFAULT_SCALES: readonly number[] = [1, 3 / 4, 1 / 2, 3 / 8, 1 / 4, 3 / 16, 1 / 8];

/**
 * The codec's best picture in at most `budgetBytes`: at each scale the highest quality that fits, and of these the best PSNR.
 * Stops after two scales in a row that were worse than the best. When nothing fits it says how small the codec could get.
 * @throws AbortError once `signal` has fired.
 */
export async function rateMatch(picture: Picture, codec: Codec, options: RateMatchOptions): Promise<RateMatch> {
  const { budgetBytes, count = 'payload', scales = DEFAULT_SCALES, signal, beforeTrial } = options;
  let trials = 0;
  let smallestBytes = Infinity;
  const attempt = async (small: Picture, quality: number) => {
    await beforeTrial?.(trials);
    signal?.throwIfAborted();
    trials++;
    const file = await codec.encode(small, quality);
    const bytes = count === 'file' ? file.length : payloadBytes(file);
    smallestBytes = Math.min(smallestBytes, bytes);
    return { file, bytes, quality, fits: bytes <= budgetBytes };
  };

  let best: Extract<RateMatch, { fits: true }> | null = null;
  let worse = 0;
  for (const { scale, width, height } of sizes(picture, scales)) {
    const found = await highestQuality(resize(picture, width, height), attempt);
    if (!found) continue;
    const decoded = resize(await codec.decode(found.file), picture.width, picture.height);
    const score = psnr(picture, decoded);
    if (best && score <= best.psnr) {
      if (++worse === 2) break;
      continue;
    }
    worse = 0;
    const payload = payloadBytes(found.file);
    best = {
      fits: true,
      picture: decoded,
      psnr: score,
      ssim: 0,
      bytes: found.bytes,
      payloadBytes: payload,
      containerBytes: found.file.length - payload,
      fileBytes: found.file.length,
      scale,
      quality: found.quality,
      trials: 0,
    };
  }
  return best ? { ...best, ssim: ssim(picture, best.picture), trials } : { fits: false, smallestBytes, trials };
}

/** The distinct sizes that the scales give, largest first. */
function sizes(picture: Picture, scales: readonly number[]) {
  const seen = new Set<string>();
  return [...scales]
    .sort((a, b) => b - a)
    .map((scale) => ({
      scale,
      width: Math.max(Math.round(picture.width * scale), 1),
      height: Math.max(Math.round(picture.height * scale), 1),
    }))
    .filter(({ width, height }) => !seen.has(`${width}x${height}`) && seen.add(`${width}x${height}`));
}

/** Bisects for the highest quality whose file fits; null when not even quality 0 does. */
async function highestQuality<T extends { fits: boolean }>(
  picture: Picture,
  attempt: (picture: Picture, quality: number) => Promise<T>,
): Promise<T | null> {
  let best = await attempt(picture, 0);
  if (!best.fits) return null;
  for (let low = 0, high = 100; low < high;) {
    const middle = Math.ceil((low + high) / 2);
    const trial = await attempt(picture, middle);
    if (trial.fits) {
      best = trial;
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return best;
}
