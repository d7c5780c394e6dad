/** A fit that finds what it was given: each run answers the picture itself, in the fake tokenizer's codes. */
import type { CodeGrid, FitOptions, FitReport, FitResult, Picture } from '../../engine/types';

interface FakeFitParts {
  readonly onReport: ((report: FitReport) => void) | undefined;
  readonly breathe: () => Promise<void>;
  readonly encode: (picture: Picture) => CodeGrid;
  readonly decode: (grid: CodeGrid) => Picture;
}

export async function fakeFit(
  asked: FitOptions,
  { onReport, breathe, encode, decode }: FakeFitParts,
): Promise<FitResult> {
  const { model, picture, runs, seed, steps = 4 } = asked;
  const grid = encode(picture);
  const image = decode(grid);
  const all = <T>(make: (run: number) => T) => Array.from({ length: runs }, (_, run) => make(run));
  for (let run = 0; run < runs; run++)
    for (let step = 0; step < steps; step++) {
      await breathe();
      onReport?.({ run, step, steps, phase: step < steps / 2 ? 'free' : 'settle', loss: steps - step });
    }
  return {
    ...{ model, mean: image, start: picture, startScore: steps, backend: 'a fake' },
    ...{ images: all(() => image), continuous: all(() => picture), codes: all(() => [grid]) },
    ...{ seeds: all((run) => seed + run), scores: all(() => 1) },
    losses: all(() => Float32Array.from({ length: steps }, (_, step) => steps - step)),
    spread: new Float32Array(image.width * image.height),
    timings: { totalMs: 1, stepMs: 1 },
  };
}
