import { describe, expect, it } from 'vitest';
import { smallTarget } from '../testing';
import { plan, type LinearOptions } from './index';
import { linearReference } from './reference';

const base: LinearOptions = {
  ...{ rows: 2, inWidth: 2, outWidth: 1, activation: 'none', siluX: false, gate: null },
  ...{ elem: 'f32', outElem: 'f32' },
};
const x = [1, 2, 0, 0, 3, 4, 0, 0];

describe('linear', () => {
  it('reference on hand values', () => {
    expect([...linearReference(base, { x, weight: [10, 1], bias: [5] })]).toEqual([17, 0, 0, 0, 39, 0, 0, 0]);
  });

  it('activations', () => {
    const at = (activation: LinearOptions['activation'], value: number) =>
      linearReference({ ...base, rows: 1, inWidth: 1, activation }, { x: [value, 0, 0, 0], weight: [1], bias: [0] })[0];
    expect(at('silu', 1)).toBeCloseTo(0.7310585786, 9);
    // torch.nn.functional.gelu(torch.tensor([1., -1.]), approximate='tanh')
    expect(at('gelu', 1)).toBeCloseTo(0.8411919906, 9);
    expect(at('gelu', -1)).toBeCloseTo(-0.1588080094, 9);
  });

  it('SiLU on the way in', () => {
    const options = { ...base, rows: 1, inWidth: 1, siluX: true };
    expect(linearReference(options, { x: [1, 0, 0, 0], weight: [2], bias: [1] })[0]).toBeCloseTo(2.4621171573, 9);
  });

  it('a gated residual takes the gate of its sample', () => {
    const gate = { samples: 2, modulationWidth: 8, modulationOffset: 4, tableOffset: 0 };
    const out = linearReference(
      { ...base, outWidth: 4, gate },
      {
        ...{ x, weight: [1, 0, 0, 1, 1, 1, 0, 0], bias: [0, 0, 0, 1], residual: [1, 1, 1, 1, 2, 2, 2, 2] },
        ...{ modulation: [9, 9, 9, 9, 1, 1, 1, 1, 9, 9, 9, 9, 0, 0, 0, -1], table: [0, 1, 0, 0] },
      },
    );
    expect([...out]).toEqual([2, 5, 4, 2, 2, 6, 2, 1]);
  });

  it('checks the gate', () => {
    const gate = { samples: 1, modulationWidth: 8, modulationOffset: 4, tableOffset: 0 };
    expect(() => plan({ ...base, gate }, smallTarget)).toThrow(/multiples of 4, found 1 for outWidth/);
    expect(() => plan({ ...base, outWidth: 8, gate }, smallTarget)).toThrow(/8 columns from 4 on .* found 8/);
    expect(() => plan({ ...base, outWidth: 4, gate: { ...gate, samples: 3 } }, smallTarget)).toThrow(
      /2 rows do not divide into 3 samples/,
    );
  });
});
