import { expect, it } from 'vitest';
import { expectClose, largestDifference } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { randomArray, randomNumbers } from '../../gpu/testing/random';
import { runPlan } from '../../gpu/testing/runKernel';
import { plan, type EmbedTokensOptions } from './index';
import { embedTokensReference } from './reference';

async function run(options: EmbedTokensOptions, spoil?: (codes: number[], context: number[]) => void) {
  const device = await testDevice();
  const { samples, width, contextLength, contextRows, grids } = options;
  const next = randomNumbers(7);
  const below = (size: number) => Math.floor(((next() + 1) / 2) * size);
  const context = Array.from({ length: samples * contextLength }, () => below(contextRows));
  const codes = Array.from({ length: samples }, () =>
    grids.flatMap(({ count, rows }) => Array.from({ length: count }, () => below(rows))),
  ).flat();
  spoil?.(codes, context);
  const contextTable = randomArray(contextRows * width, 1);
  const tables = grids.map(({ rows }, g) => randomArray(rows * width, 2 + g));
  const sequence = contextLength + grids.reduce((sum, { count }) => sum + count, 0);
  const positions = randomArray(sequence * width, 9);
  const { out } = await runPlan(device, plan(options, device.target), {
    context: { dtype: 'i32', data: context },
    codes: { dtype: 'i32', data: codes },
    contextTable: { dtype: 'f32', data: contextTable },
    table0: { dtype: 'f32', data: tables[0]! },
    ...(tables[1] && { table1: { dtype: 'f32' as const, data: tables[1] } }),
    positions: { dtype: 'f32', data: positions },
    out: { dtype: 'f32', length: samples * sequence * width },
  });
  return { out: out!, expected: embedTokensReference(options, { context, codes, contextTable, tables, positions }) };
}

const sizes = [
  [1, 4, 1, [1]],
  [3, 8, 2, [7]],
  [1, 4, 3, [61]],
  [1, 4, 3, [60, 1]],
  [2, 12, 5, [13, 17]],
] as const;

it('one grid and two, moved on by one or not, about the size of a workgroup', async () => {
  for (const shift of [false, true])
    for (const [samples, width, contextLength, counts] of sizes) {
      const grids = counts.map((count, g) => ({ count, rows: 5 + 3 * g }));
      const options = { samples, width, contextLength, contextRows: 6, grids, shift };
      const { out, expected } = await run(options);
      expectClose(out, expected, { atol: 1e-6 }, JSON.stringify(options));
    }
});

it('an index outside its table gives NaN there and nowhere else', async () => {
  const grids = [
    { count: 3, rows: 4 },
    { count: 3, rows: 9 },
  ];
  const options = { samples: 1, width: 4, contextLength: 2, contextRows: 3, grids, shift: false };
  const { out, expected } = await run(options, (codes, context) => {
    context[1] = 3;
    codes[0] = 4;
    codes[2] = -1;
    codes[5] = 9;
  });
  const tokens = [1, 2, 4, 7];
  for (let token = 0; token < 8; token++) {
    const row = out.subarray(4 * token, 4 * token + 4);
    if (tokens.includes(token))
      expect(
        row.every((value) => Number.isNaN(value)),
        `token ${token}`,
      ).toBe(true);
    else expect(largestDifference(row, expected.subarray(4 * token, 4 * token + 4)).maxAbs).toBeLessThan(1e-6);
  }
});
