/** A whole transformer block out of its five dispatches, as the compiled graph has it (models/prior/graph.ts). */
import { randomArray } from '../../gpu/testing/random';
import type { RoleBuffer } from '../../gpu/testing/runKernel';
import type { KernelBench } from '../bench';
import { packConvWeight } from '../conv2d';
import type { OpPlan, Target } from '../kernel';
import * as linear from '../linear';
import { linearReference } from '../linear/reference';
import * as normedLinear from '../normedLinear';
import { normedLinearReference } from '../normedLinear/reference';
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
  const at = (part: number) => ({ modulation: part * width, table: part * width });
  const normed = (
    part: number,
    outWidth: number,
    activation: normedLinear.NormedLinearOptions['activation'],
  ): normedLinear.NormedLinearOptions => ({
    ...{ samples, inRows: sequence, first: 0, outRows: sequence, width, eps: 1e-6, modulationWidth: 6 * width },
    ...{ shift: at(part), scale: at(part + 1), outWidth, activation, elem: 'f32', outElem: 'f32' },
  });
  const gate = (part: number) => ({
    ...{ samples, modulationWidth: 6 * width, modulationOffset: part * width, tableOffset: part * width },
  });
  const gated = (inWidth: number, part: number): linear.LinearOptions => ({
    ...{ rows, inWidth, outWidth: width, activation: 'none', siluX: false, gate: gate(part) },
    ...{ elem: 'f32', outElem: 'f32' },
  });
  const norms = { qkv: normed(0, 3 * width, 'none'), mlp0: normed(3, hidden, 'gelu') };
  const layers = { out: gated(width, 2), mlp2: gated(hidden, 5) };
  const heading: attention.AttentionOptions = {
    ...{ samples, sequence, heads, headWidth: width / heads, scale: Math.sqrt(heads / width), causalFrom: null },
    elem: 'f32',
  };

  const x = randomArray(rows * width, 1, 2);
  const modulation = randomArray(samples * 6 * width, 2);
  const table = randomArray(6 * width, 3);
  const shapes = {
    qkv: [width, 3 * width],
    out: [width, width],
    mlp0: [width, hidden],
    mlp2: [hidden, width],
  } as const;
  type Name = keyof typeof shapes;
  const weights = (Object.keys(shapes) as Name[]).map((name, i) => {
    const [inWidth, outWidth] = shapes[name];
    const weight = randomArray(inWidth * outWidth, 10 + i, 1 / Math.sqrt(inWidth));
    return { name, inWidth, outWidth, weight, bias: randomArray(outWidth, 20 + i, 0.1) };
  });
  const data = (values: Float32Array): RoleBuffer => ({ dtype: 'f32', data: values });
  const room = (length: number): RoleBuffer => ({ dtype: 'f32', length });

  const plan = (target: Target): OpPlan => {
    const link = (made: OpPlan, name: Name, from: string, to: string, residual = '') =>
      [made, { x: from, weight: `${name}.weight`, bias: `${name}.bias`, residual, out: to }] as const;
    return chain([
      link(normedLinear.plan(norms.qkv, target), 'qkv', 'x', 'qkv'),
      [attention.plan(heading, target), { qkv: 'qkv', out: 'mixed' }],
      link(linear.plan(layers.out, target), 'out', 'mixed', 'middle', 'x'),
      link(normedLinear.plan(norms.mlp0, target), 'mlp0', 'middle', 'inner'),
      link(linear.plan(layers.mlp2, target), 'mlp2', 'inner', 'out', 'middle'),
    ]);
  };

  const expected = () => {
    const tensors = (name: Name, input: ArrayLike<number>) => {
      const { weight = [], bias = [] } = weights.find((one) => one.name === name) ?? {};
      return { x: input, weight, bias, modulation, table };
    };
    const mixed = attentionReference(heading, normedLinearReference(norms.qkv, tensors('qkv', x)));
    const middle = linearReference(layers.out, { ...tensors('out', mixed), residual: x });
    const inner = normedLinearReference(norms.mlp0, tensors('mlp0', middle));
    return { out: linearReference(layers.mlp2, { ...tensors('mlp2', inner), residual: middle }) };
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
      ...{ qkv: room(3 * rows * width), mixed: room(rows * width) },
      ...{ middle: room(rows * width), inner: room(rows * hidden), out: room(rows * width) },
    },
    expected,
    tolerance: { atol: 1e-4, rtol: 1e-4 },
  };
}
