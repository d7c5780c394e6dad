import { philox } from '../diffusion/random';

/** What a stream of numbers is for: its last counter, so that no two uses of one seed share numbers. */
export const STREAM = { subsets: 0x30000, draws: 0x30001, map: 0x30002 } as const;

/** Numbers one after the other out of the house's generator (diffusion/random), for work that has no steps and positions. */
export interface Stream {
  /** In [0, 1), 32 bits. */
  readonly uniform: () => number;
  /** A whole number from 0 to n - 1. */
  readonly below: (n: number) => number;
}

export function createStream(seed: number, purpose: number, part = 0): Stream {
  const words = new Uint32Array(4);
  let at = 4;
  let block = 0;
  const uniform = () => {
    if (at === 4) {
      philox(seed, part, block++, purpose, words);
      at = 0;
    }
    return words[at++]! / 2 ** 32;
  };
  return { uniform, below: (n) => Math.floor(uniform() * n) };
}
