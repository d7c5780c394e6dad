import { describe, expect, it } from 'vitest';
import { plan as ddimStep, packDdimRun, packDdimStep, DDIM_RUN_BYTES, DDIM_STEP_BYTES } from './ddimStep';
import { ddimStepReference } from './ddimStep/reference';
import { plan as posteriorSample } from './posteriorSample';
import { plan as revealCandidates } from './revealCandidates';
import { plan as revealRank } from './revealRank';
import { packRun, packStep, RUN_BYTES, STEP_BYTES, type RunParams } from './samplerParams';
import { smallTarget } from './testing';
import { plan as x0LogProbs } from './x0LogProbs';

const run: RunParams = {
  seed: 0xffffffff,
  samples: 3,
  length: 64,
  codebookSize: 7,
  logitStride: 8,
  guidanceScale: 2.5,
  temperature: 0.5,
  topK: 4,
  truncation: 0.75,
  noised: true,
};

describe('the uniforms', () => {
  it('run, field by field', () => {
    const bytes = packRun(run);
    expect(bytes.byteLength).toBe(RUN_BYTES);
    expect([...new Uint32Array(bytes, 0, 7)]).toEqual([0xffffffff, 3, 64, 7, 2, 8, 1]);
    expect([...new Float32Array(bytes, 28, 2)]).toEqual([2.5, 0.5]);
    expect(new Uint32Array(bytes)[9]).toBe(4);
    expect(new Float32Array(bytes)[10]).toBe(0.75);
    expect(new Uint32Array(bytes)[11]).toBe(1);
    expect(new Uint32Array(packRun({ ...run, guidanceScale: 1, noised: false }))[6]).toBe(0);
  });

  it('step, field by field; coefficients as logarithms', () => {
    const place = { number: 9, first: 16, count: 48, alphaBarTo: 0.5, gammaBarTo: 0.25 };
    const reveal = { masked: 5, priority: 'order', noise: 1.5, sharpen: 2 } as const;
    const bytes = packStep({ ...place, reveal });
    expect(bytes.byteLength).toBe(STEP_BYTES);
    expect([...new Uint32Array(bytes, 0, 5)]).toEqual([9, 16, 48, 5, 2]);
    expect([...new Float32Array(bytes, 20, 4)]).toEqual([1.5, 2, 0.5, 0.25]);
    const coefficients = [1, Math.E, 0, 0, 0, 0, 0, 0, 0, 0, Math.E ** -2];
    const logs = new Float32Array(packStep({ ...place, coefficients })).subarray(9);
    expect([logs[0], logs[1], logs[10]]).toEqual([0, 1, -2]);
    expect([...logs.subarray(2, 10)]).toEqual(new Array(8).fill(Math.fround(-1e30)));
  });

  it('refuses numbers that make no step', () => {
    expect(() => packRun({ ...run, temperature: 0 })).toThrow(/temperature must be above 0, found 0/);
    expect(() => packRun({ ...run, truncation: NaN })).toThrow(/truncation must be 0 or more, found NaN/);
    expect(() => packRun({ ...run, topK: 1.5 })).toThrow(/whole number, 0 for all, found 1.5/);
    expect(() => packStep({ number: 1, first: 0, count: 1, alphaBarTo: 1, gammaBarTo: 0, coefficients: [1] })).toThrow(
      /11 coefficients, found 1/,
    );
  });
});

describe('the plans', () => {
  const shape = { samples: 2, count: 40000, codebookSize: 10 };

  it('a workgroup for each row on a GPU, an invocation on a software adapter; both uniforms last', () => {
    const options = { ...shape, logitStride: 10, guided: false };
    const [gpu] = x0LogProbs(options, smallTarget).dispatches;
    expect(gpu).toMatchObject({ variant: 'f32@64x6', workgroups: [40000, 2, 1], params: null });
    expect(gpu?.bindings).toEqual(['logits', 'logs', 'best', 'confidence', 'entropy', 'run', 'step']);
    const [software] = x0LogProbs(options, { ...smallTarget, isSoftware: true }).dispatches;
    expect(software).toMatchObject({ variant: 'f32@1x0', workgroups: [5000, 1, 1] });
    expect(Object.values(software?.shader.variants ?? {})).toHaveLength(2);
    expect(software?.shader.variants['f32@1x0']).not.toMatch(/workgroupBarrier\(/);
  });

  it('says what does not fit', () => {
    expect(() => x0LogProbs({ ...shape, logitStride: 9, guided: false }, smallTarget)).toThrow(
      /10 codes need a stride of as many logits, found 9/,
    );
    const large = { ...shape, codebookSize: 1024 };
    for (const plan of [posteriorSample, revealCandidates])
      expect(() => plan(large, smallTarget)).toThrow(/logs needs 327680000 bytes/);
    expect(() => revealRank({ samples: 0, count: 4 }, smallTarget)).toThrow(
      /samples must be a whole number >= 1, found 0/,
    );
  });
});

describe('ddimStep', () => {
  const options = { samples: 1, count: 1, dim: 2, xStride: 3, epsilonStride: 2, guided: false, guidanceScale: 1 };

  it('reference on hand values', () => {
    // x0 = (1 - 0.8 * 0.5) / 0.6 = 1; the noise that goes with it is 0.5 again: 0.8 * 1 + 0.6 * 0.5.
    const times = { alphaBarFrom: 0.36, alphaBarTo: 0.64 };
    const out = ddimStepReference(options, times, [1, 10, 7, 0, 0, 7], [0.5, 0]);
    expect(out[0]).toBeCloseTo(1.1, 12);
    // x0 = 16.7 is held at 6: the rest is noise, (10 - 3.6) / 0.8 = 8.
    expect(out[1]).toBeCloseTo(0.8 * 6 + 0.6 * 8, 12);
    expect(out[2]).toBe(7);
    expect(out[3]).toBeCloseTo(1, 12);
    expect([...out.subarray(4)]).toEqual([6, 7]);
  });

  it('guidance goes beyond the condition; blind steps take no notice of epsilon', () => {
    const guided = { ...options, dim: 1, xStride: 1, epsilonStride: 1, guided: true, guidanceScale: 2 };
    const [out] = ddimStepReference(guided, { alphaBarFrom: 0.36, alphaBarTo: 1 }, [1], [0.5, 0.25]);
    expect(out).toBeCloseTo((1 - 0.8 * 0.75) / 0.6, 12);
    const [blind] = ddimStepReference(guided, { alphaBarFrom: 1e-4, alphaBarTo: 1 }, [3], [0.5, 0.25]);
    expect(blind).toBeCloseTo(0.03, 12);
  });

  it('packs both uniforms and refuses what does not fit', () => {
    const bytes = packDdimRun({ ...options, guided: true, guidanceScale: 1.5, seed: 9, imposes: true });
    expect(bytes.byteLength).toBe(DDIM_RUN_BYTES);
    expect([...new Uint32Array(bytes, 0, 6)]).toEqual([1, 1, 2, 3, 2, 1]);
    expect(new Float32Array(bytes)[6]).toBe(1.5);
    expect([...new Uint32Array(bytes, 28, 2)]).toEqual([9, 1]);
    const step = packDdimStep({ alphaBarFrom: 0.25, alphaBarTo: 1, number: 3 });
    expect(step.byteLength).toBe(DDIM_STEP_BYTES);
    expect([...new Float32Array(step, 0, 5)]).toEqual([0.5, Math.fround(Math.sqrt(0.75)), 1, 0, 6]);
    expect([...new Uint32Array(step, 20, 2)]).toEqual([0, 3]);
    expect(new Uint32Array(packDdimStep({ alphaBarFrom: 1e-3, alphaBarTo: 1, number: 1 }))[5]).toBe(1);
    expect(() => packDdimStep({ alphaBarFrom: 1, alphaBarTo: 1, number: 1 })).toThrow(
      /less than 1 to one of 0 to 1, found 1 and 1/,
    );
    expect(() => ddimStep({ ...options, codebookSize: 4, epsilonStride: 1 }, smallTarget)).toThrow(
      /strides of as many, found 3 and 1/,
    );
  });
});
