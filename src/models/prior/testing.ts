/** What the runtime must do on every backend. */
import { expect, it } from 'vitest';
import { largestDifference } from '../../gpu/testing/compare';
import type { PriorModel } from '../loader';
import { asFloats, asIntegers } from '../safetensors';
import { fixturePrior, PRIOR_FIXTURES, uniforms } from '../testing';
import { codeCount, gridSize, usesMask, type PriorConfig } from './config';
import type { ModelBackend } from '../compiled';
import { createPrior, type PriorInputs } from './runtime';

/** An autoregressive prior of two grids. None is trained yet: the weights are another process's, and mean nothing here. */
export function twoLevelAutoregressive(): PriorModel {
  const { model } = fixturePrior('tiny-prior-two-level');
  const config = { ...model.manifest.config, process: { kind: 'autoregressive' as const } };
  return { ...model, manifest: { ...model.manifest, config } };
}

/** Random inputs for one sample after the other. */
export function randomInputs(config: PriorConfig, vocabularySize: number, batch: number, seed = 3): PriorInputs {
  const next = uniforms(seed);
  const below = (size: number) => Math.floor(((next() + 1) / 2) * size);
  const samples = <T>(make: () => T[]) => Array.from({ length: batch }, make).flat();
  const { process, grids, contextLength, latentDim = 0 } = config;
  const code = (codebookSize: number) => below(codebookSize + Number(usesMask(process)));
  return {
    ...(process.kind === 'gaussian'
      ? { latents: samples(() => Array.from({ length: codeCount(config) * latentDim }, () => 2 * next())) }
      : {
          codes: samples(() =>
            grids.flatMap((grid) => Array.from({ length: gridSize(grid) }, () => code(grid.codebookSize))),
          ),
        }),
    context: samples(() => Array.from({ length: contextLength }, () => below(vocabularySize))),
    t: samples(() => [process.kind === 'autoregressive' ? 0 : below(process.numTimesteps)]),
  };
}

/** The samples `from` to `to` of a batch. */
function cut(inputs: PriorInputs, batch: number, from: number, to: number): PriorInputs {
  const part = (values: ArrayLike<number>) => {
    const each = values.length / batch;
    return Array.from(values).slice(from * each, to * each);
  };
  const { codes, latents, context, t } = inputs;
  return {
    ...(codes && { codes: part(codes) }),
    ...(latents && { latents: part(latents) }),
    ...{ context: part(context), t: part(t) },
  };
}

/** @param tolerance of the golden logits, as a fraction of the largest */
export function describePrior(open: () => Promise<ModelBackend>, tolerance: number): void {
  it.each(PRIOR_FIXTURES)('%s gives the golden logits', async (id) => {
    const { model, golden } = fixturePrior(id);
    const { config } = model.manifest;
    const tensor = (name: string) => golden.get(name)!;
    const gaussian = config.process.kind === 'gaussian';
    const runtime = await createPrior(await open(), model);
    const found = await runtime.run({
      ...(gaussian ? { latents: asFloats(tensor('xt')) } : { codes: asIntegers(tensor('tokens')) }),
      context: asIntegers(tensor('context')),
      t: asIntegers(tensor('t')),
    });
    config.grids.forEach((_, g) => {
      const expected = asFloats(tensor(gaussian ? 'epsilon' : `logits.${g}`));
      const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(largestDifference(found[g]!, expected).maxAbs).toBeLessThanOrEqual(tolerance * scale);
    });
    runtime.dispose();
  });

  it.each(PRIOR_FIXTURES)('%s: a batch of three is three single runs, each with its condition and time', async (id) => {
    const { model } = fixturePrior(id);
    const { config, vocabulary } = model.manifest;
    const inputs = randomInputs(config, vocabulary.size, 3);
    const backend = await open();
    const [all, one] = [await createPrior(backend, model, { batch: 3 }), await createPrior(backend, model)];
    const together = await all.run(inputs);
    for (let sample = 0; sample < 3; sample++)
      (await one.run(cut(inputs, 3, sample, sample + 1))).forEach((alone, g) => {
        const part = together[g]!.subarray(sample * alone.length, (sample + 1) * alone.length);
        expect(largestDifference(part, alone).maxAbs).toBeLessThanOrEqual(1e-5);
      });
    expect(one.memory.weightsBytes).toBe(all.memory.weightsBytes);
    all.dispose();
    one.dispose();
  });

  it('refuses what the model does not know', async () => {
    const { model } = fixturePrior('tiny-prior-uniform');
    const runtime = await createPrior(await open(), model);
    const inputs = randomInputs(model.manifest.config, 12, 1);
    await expect(runtime.run({ ...inputs, codes: new Int32Array(64).fill(64) })).rejects.toThrow(
      /uniform knows 0\.\.63/,
    );
    await expect(runtime.run({ ...inputs, context: [0, 0, 12, 0, 0] })).rejects.toThrow(/context: 12 at place 2/);
    // And goes on.
    expect((await runtime.run(inputs))[0]).toHaveLength(64 * 64);
    runtime.dispose();
  });
}
