/** A whole transformer block out of its seven dispatches, as the graph makes it (models/prior/graph.ts). */
import { randomArray } from '../../gpu/testing/random';
import type { RoleBuffer } from '../../gpu/testing/runKernel';
import type { KernelBench } from '../bench';
import { packConvWeight } from '../conv2d';
import type { OpPlan, Target } from '../kernel';
import * as layerNorm from '../layerNorm';
import { layerNormReference } from '../layerNorm/reference';
import * as linear from '../linear';
import { linearReference } from '../linear/reference';
import * as attention from './index';
import { attentionReference } from './reference';

const MLP_RATIO = 4;

/** Plans one after the other; `roles` gives the tensor that each of a plan's roles stands for. */
function chain(links: readonly (readonly [plan: OpPlan, roles: Readonly<Record<string, string>>])[]): OpPlan {
  const dispatches = links.flatMap(([plan, roles]) =>
    plan.dispatches.map((dispatch) => ({
      ...dispatch,
      bindings: dispatch.bindings.map((role) => roles[role] ?? role),
    })),
  );
  return { dispatches, scratch: {} };
}

export function blockBench(samples: number, sequence: number, width: number, heads: number): KernelBench {
  const rows = samples * sequence;
  const hidden = MLP_RATIO * width;
  const normOptions = (part: number): layerNorm.LayerNormOptions => ({
    ...{ samples, inRows: sequence, first: 0, outRows: sequence, width, eps: 1e-6, modulationWidth: 6 * width },
    ...{ shift: at(part), scale: at(part + 1), outElem: 'f32' },
  });
  const at = (part: number) => ({ modulation: part * width, table: part * width });
  const gate = (part: number) => ({
    ...{ samples, modulationWidth: 6 * width, modulationOffset: part * width, tableOffset: part * width },
  });
  const layer = (
    inWidth: number,
    outWidth: number,
    more: Partial<linear.LinearOptions> = {},
  ): linear.LinearOptions => ({
    ...{ rows, inWidth, outWidth, activation: 'none', gate: null, elem: 'f32', outElem: 'f32' },
    ...more,
  });
  const layers = {
    qkv: layer(width, 3 * width),
    out: layer(width, width, { gate: gate(2) }),
    mlp0: layer(width, hidden, { activation: 'gelu' }),
    mlp2: layer(hidden, width, { gate: gate(5) }),
  };
  const heading: attention.AttentionOptions = {
    ...{ samples, sequence, heads, headWidth: width / heads, scale: Math.sqrt(heads / width), causalFrom: null },
    elem: 'f32',
  };

  const x = randomArray(rows * width, 1, 2);
  const modulation = randomArray(samples * 6 * width, 2);
  const table = randomArray(6 * width, 3);
  const weights = Object.entries(layers).map(([name, { inWidth, outWidth }], i) => ({
    ...{ name, inWidth, outWidth },
    weight: randomArray(inWidth * outWidth, 10 + i, 1 / Math.sqrt(inWidth)),
    bias: randomArray(outWidth, 20 + i, 0.1),
  }));
  const data = (values: Float32Array): RoleBuffer => ({ dtype: 'f32', data: values });
  const room = (length: number): RoleBuffer => ({ dtype: 'f32', length });

  const plan = (target: Target): OpPlan => {
    const norm = (part: number, from: string, to: string) =>
      [layerNorm.plan(normOptions(part), target), { x: from, out: to }] as const;
    const dense = (name: keyof typeof layers, from: string, to: string, residual = '') =>
      [
        linear.plan(layers[name], target),
        { x: from, weight: `${name}.weight`, bias: `${name}.bias`, residual, out: to },
      ] as const;
    return chain([
      norm(0, 'x', 'h'),
      dense('qkv', 'h', 'qkv'),
      [attention.plan(heading, target), { qkv: 'qkv', out: 'mixed' }],
      dense('out', 'mixed', 'middle', 'x'),
      norm(3, 'middle', 'h'),
      dense('mlp0', 'h', 'inner'),
      dense('mlp2', 'inner', 'out', 'middle'),
    ]);
  };

  const expected = () => {
    const dense = (name: keyof typeof layers, input: ArrayLike<number>, residual: ArrayLike<number> = []) => {
      const { weight = [], bias = [] } = weights.find((one) => one.name === name) ?? {};
      return linearReference(layers[name], { x: input, weight, bias, residual, modulation, table });
    };
    const mixed = attentionReference(heading, dense('qkv', layerNormReference(normOptions(0), x, modulation, table)));
    const middle = dense('out', mixed, x);
    const inner = dense('mlp0', layerNormReference(normOptions(3), middle, modulation, table));
    return { out: dense('mlp2', inner, middle) };
  };

  return {
    name: `block ${samples} x ${sequence} tokens, width ${width}, ${heads} heads`,
    operations: 2 * rows * width * (4 * width + 2 * hidden) + 4 * rows * sequence * width,
    plan,
    roles: {
      ...{ x: data(x), modulation: data(modulation), table: data(table) },
      ...Object.fromEntries(
        weights.flatMap(({ name, weight, bias, inWidth, outWidth }) => [
          [
            `${name}.weight`,
            data(packConvWeight(weight, { inChannels: inWidth, outChannels: outWidth, kernelSize: 1 })),
          ],
          [`${name}.bias`, data(bias)],
        ]),
      ),
      ...{ h: room(rows * width), qkv: room(3 * rows * width), mixed: room(rows * width) },
      ...{ middle: room(rows * width), inner: room(rows * hidden), out: room(rows * width) },
    },
    expected,
    tolerance: { atol: 1e-4, rtol: 1e-4 },
  };
}
