/**
 * Fillings for unit tests of stores and sessions: every free place draws a code from its seed and the words, an even share of the places a step.
 * Never imported by the app.
 */
import { Draws, seedOf } from '../../diffusion/random';
import type { CodeGrid, InpaintOptions, InpaintResult, Picture, PriorSummary, SampleFrame } from '../../engine/types';

/** What a filling of the fake is stopped and watched by, and the fake tokenizer. */
export interface FakeFilling {
  readonly onFrame: ((frame: SampleFrame) => void) | undefined;
  /** Waits between two steps; rejects when the run is stopped. */
  readonly breathe: () => Promise<void>;
  readonly encode: (picture: Picture) => CodeGrid;
  readonly decode: (grid: CodeGrid) => Picture;
}

/** 1 at places whose patch the hole touches, and `grow` around them. */
function freePlaces({ hole, picture, grow }: InpaintOptions, { width, height }: CodeGrid): Uint8Array<ArrayBuffer> {
  const side = picture.width / width;
  const touched = (x: number, y: number): boolean => {
    for (let py = Math.max(0, y * side); py < Math.min(picture.height, (y + 1) * side); py++)
      for (let px = Math.max(0, x * side); px < Math.min(picture.width, (x + 1) * side); px++)
        if (hole[py * picture.width + px]) return true;
    return false;
  };
  return Uint8Array.from({ length: width * height }, (_, place) => {
    const [x, y] = [place % width, Math.floor(place / width)];
    for (let dy = -grow; dy <= grow; dy++) for (let dx = -grow; dx <= grow; dx++) if (touched(x + dx, y + dy)) return 1;
    return 0;
  });
}

/** @throws Error as the engine does: nothing is free */
export async function fakeInpaint(
  model: PriorSummary,
  options: InpaintOptions,
  { onFrame, breathe, encode, decode }: FakeFilling,
): Promise<InpaintResult> {
  const { picture, count, seed, from, sampler } = options;
  const grid = encode(picture);
  const { codebookSize: K } = grid;
  const N = grid.indices.length;
  const hole = freePlaces(options, grid);
  const free = hole.map((one, i) => (one && (from?.places?.[i] ?? 1) ? 1 : 0));
  const places = [...free.keys()].filter((i) => free[i]);
  if (places.length === 0) throw new Error('The hole is empty: nothing is to be filled.');
  const words = [...Object.values(options.condition).join(' ')].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  const drawn = (answer: number, place: number): number => {
    const [whether, which] = new Draws(seedOf(seed, answer), 1, place).uniforms(0);
    if (from && whether >= from.renoise) return from.codes[place] ?? 0;
    return (Math.floor(which * K) + words) % K;
  };
  const steps = sampler.kind === 'autoregressive' ? places.length : Math.min(places.length, sampler.numSteps);
  const codes = new Int32Array(count * N);
  for (let answer = 0; answer < count; answer++)
    for (let i = 0; i < N; i++)
      codes[answer * N + i] = free[i] ? K : ((hole[i] ? from?.codes[i] : null) ?? grid.indices[i] ?? 0);
  const gridOf = (answer: number): CodeGrid => ({
    ...grid,
    indices: codes.slice(answer * N, (answer + 1) * N).map((code) => (code === K ? 0 : code)),
  });
  const answers = Array.from({ length: count }, (_, answer) => answer);
  const frame = (step: number): SampleFrame => ({
    ...{ step, steps, number: step, time: steps - step, networkTime: step === 0 ? null : steps - step + 1 },
    codes: codes.slice(),
    best: new Int32Array(count * N),
    confidence: new Float32Array(count * N).fill(0.5),
    entropy: new Float32Array(count * N).fill(1),
    ...(options.draw === 'pictures' ? { pictures: answers.map((answer) => decode(gridOf(answer))) } : {}),
  });
  const trace = [frame(0)];
  onFrame?.(frame(0));
  for (let step = 1; step <= steps; step++) {
    await breathe();
    const first = Math.floor(((step - 1) * places.length) / steps);
    const end = Math.floor((step * places.length) / steps);
    for (const place of places.slice(first, end))
      for (const answer of answers) codes[answer * N + place] = drawn(answer, place);
    trace.push(frame(step));
    onFrame?.(frame(step));
  }
  /** Less where the codes are small: as good a likelihood as any. */
  const bitsOf = (answer: number) =>
    places.reduce((sum, place) => sum + ((codes[answer * N + place] ?? 0) / K) * 10, 0) / places.length;
  return {
    ...{ model: model.id, tokenizer: model.pairsWith.id, free, trace, seen: picture },
    codes: answers.map((answer) => [gridOf(answer)]),
    images: answers.map((answer) => decode(gridOf(answer))),
    seeds: answers.map((answer) => (seed + answer) >>> 0),
    scores: answers.map((answer) => ({
      bitsPerCode: model.config.process.kind === 'gaussian' ? null : bitsOf(answer),
    })),
    timings: { sampleMs: 10 * steps, decodeMs: 2, compileMs: 0, passes: steps, warm: true, scoreMs: 1 },
    unknownWords: [],
  };
}
