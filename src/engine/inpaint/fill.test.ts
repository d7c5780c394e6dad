import { describe, expect, it } from 'vitest';
import { PLAIN } from '../../diffusion/distribution';
import { processOf } from '../../diffusion/testing';
import { fillOptions, type Canvas } from './fill';
import type { InpaintOptions } from './types';

const N = 16;
const K = 10;
const grids = [{ name: 'codes', height: 4, width: 4, codebookSize: K }];
const absorbing: Canvas = { process: processOf('absorbing', 20), grids };
const replacing: Canvas = { process: processOf('mask-replace', 20), grids };
const raster: Canvas = { process: { kind: 'autoregressive' }, grids };
const encoded = Int32Array.from({ length: N }, (_, i) => i % K);
const answer = Int32Array.from({ length: N }, (_, i) => (i + 5) % K);
const free = Uint8Array.from({ length: N }, (_, i) => (i >= 4 && i < 12 ? 1 : 0));

const options = (more: Partial<InpaintOptions> = {}): InpaintOptions => ({
  ...{ model: 'm', condition: {}, seed: 3, count: 2, grow: 0, schedule: { kind: 'model' }, distribution: PLAIN },
  sampler: { kind: 'posterior', numSteps: 4 },
  picture: { width: 4, height: 4, data: new Uint8ClampedArray(64) },
  hole: new Uint8Array(16),
  ...more,
});

describe('fillOptions', () => {
  it('gives the codes outside of the hole to every answer, clean for an absorbing prior and noised where codes are replaced', () => {
    const { known, batch, start } = fillOptions(absorbing, options(), encoded, free);
    expect(batch).toBe(2);
    expect(start).toBeUndefined();
    const one = [0, 1, 2, 3, -1, -1, -1, -1, -1, -1, -1, -1, 2, 3, 4, 5];
    expect([...(known?.codes ?? [])]).toEqual([...one, ...one]);
    expect(known?.noised).toBe(false);
    expect(fillOptions(replacing, options(), encoded, free).known?.noised).toBe(true);
  });

  it('a refill draws its places anew; the rest of the hole keeps the answer, the picture its own codes', () => {
    const places = new Uint8Array(N);
    places[5] = places[6] = places[15] = 1; // 15 lies outside of the hole
    const { known } = fillOptions(
      absorbing,
      options({ count: 1, from: { codes: answer, renoise: 1, places } }),
      encoded,
      free,
    );
    expect([...(known?.codes ?? [])]).toEqual([0, 1, 2, 3, 9, -1, -1, 2, 3, 4, 5, 6, 2, 3, 4, 5]);
  });

  it('"more like this" keeps a share of the codes, another one for every answer, the first ones in raster order', () => {
    const from = { codes: answer, renoise: 0.25 };
    const { known } = fillOptions(absorbing, options({ from }), encoded, free);
    const freeOf = (sample: number) => [...free.keys()].filter((i) => (known?.codes[sample * N + i] ?? 0) < 0);
    expect(freeOf(0)).toHaveLength(2);
    expect(freeOf(1)).toHaveLength(2);
    expect(freeOf(0)).not.toEqual(freeOf(1));
    for (let i = 4; i < 12; i++) if (!freeOf(0).includes(i)) expect(known?.codes[i]).toBe(answer[i]);
    const sampler = { kind: 'autoregressive' } as const;
    const ordered = fillOptions(raster, options({ count: 1, sampler, from }), encoded, free);
    expect([...(ordered.known?.codes ?? [])].slice(4, 12)).toEqual([9, 0, 1, 2, 3, 4, -1, -1]);
  });

  it('where codes are replaced the answer is noised to the time that the share stands for', () => {
    const { start } = fillOptions(replacing, options({ from: { codes: answer, renoise: 0.5 } }), encoded, free);
    expect(start?.time).toBe(10);
    expect(start?.codes).toHaveLength(2 * N);
    expect(start?.codes.slice(0, N)).not.toEqual(start?.codes.slice(N));
    // gamma-bar is 0.45 there: about half of 32 places are masked.
    const masked = start?.codes.filter((code) => code === K).length ?? 0;
    expect(masked).toBeGreaterThan(6);
    expect(masked).toBeLessThan(24);
  });

  it('says what is wrong', () => {
    const refuse =
      (canvas: Canvas, more: Partial<InpaintOptions>, hole = free) =>
      () =>
        fillOptions(canvas, options(more), encoded, hole);
    expect(refuse(absorbing, {}, new Uint8Array(N))).toThrow(/empty.*Paint/);
    expect(refuse(absorbing, { count: 9 })).toThrow(/1 to 8 answers.*9/);
    expect(refuse(absorbing, { from: { codes: answer, renoise: 0 } })).toThrow(/renoise lies in \(0, 1\], found 0/);
    expect(refuse(absorbing, { from: { codes: answer.slice(1), renoise: 1 } })).toThrow(/16 numbers, found 15/);
    const outside = new Uint8Array(N);
    outside[0] = 1;
    expect(refuse(absorbing, { from: { codes: answer, renoise: 1, places: outside } })).toThrow(/None of these places/);
  });
});
