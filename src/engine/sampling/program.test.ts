/** Where a run begins, and with what. */
import { expect, it } from 'vitest';
import { planProgram, type DiscreteProgram } from './program';

it('a raster run goes on at its place, or at the first place before it that holds no code', () => {
  const grids = [
    { name: 'top', height: 1, width: 2, codebookSize: 5 },
    { name: 'bottom', height: 2, width: 2, codebookSize: 7 },
  ];
  const plan = (codes: number[], time: number) =>
    planProgram(
      { process: { kind: 'autoregressive' }, grids },
      {
        sampler: { kind: 'autoregressive' },
        schedule: { kind: 'model' },
        ...{ seed: 1, batch: 2, start: { codes: Int32Array.from(codes), time, number: 1 } },
      },
    ) as DiscreteProgram;
  // 5 is a code of the bottom and [MASK] of the top.
  const whole = [1, 2, 5, 6, 0, 1, 4, 0, 1, 2, 3, 4];
  const fork = plan(whole, 2);
  expect(fork.steps.map(({ span }) => span.first)).toEqual([4, 5]);
  expect([...fork.start]).toEqual([1, 2, 5, 6, 7, 7, 4, 0, 1, 2, 7, 7]);
  const [inSecond, inFirst] = [Array.from(whole), Array.from(whole)];
  inSecond[6 + 3] = 7;
  inFirst[1] = 5;
  expect(plan(inSecond, 2).steps.map(({ span }) => span.first)).toEqual([3, 4, 5]);
  expect([...plan(inFirst, 2).start]).toEqual([1, 5, 7, 7, 7, 7, 4, 5, 7, 7, 7, 7]);
});

it('a gaussian prior with two grids is refused in words', () => {
  const grids = ['top', 'bottom'].map((name) => ({ name, height: 1, width: 2, codebookSize: 5 }));
  const process = { kind: 'gaussian', numTimesteps: 10, cosineOffset: 0.008 } as const;
  const options = { sampler: { kind: 'ddim', numSteps: 2 }, schedule: { kind: 'model' }, seed: 1, batch: 1 } as const;
  expect(() => planProgram({ process, grids }, options)).toThrow(/one grid of latents, this one has 2/);
});
