import { expect, it } from 'vitest';
import { expectClose } from '../../gpu/testing/compare';
import { testDevice } from '../../gpu/testing/device';
import { randomArray, randomNumbers } from '../../gpu/testing/random';
import { runPlan } from '../../gpu/testing/runKernel';
import { plan, type EmbedWindowOptions } from './index';
import { embedWindowReference } from './reference';

async function run(options: EmbedWindowOptions, position: number, spoil?: (codes: number[]) => void) {
  const device = await testDevice();
  const { samples, width, tokens, contextLength, contextRows, grids } = options;
  const next = randomNumbers(7);
  const below = (size: number) => Math.floor(((next() + 1) / 2) * size);
  const context = Array.from({ length: samples * contextLength }, () => below(contextRows));
  const codes = Array.from({ length: samples }, () =>
    grids.flatMap(({ count, rows }) => Array.from({ length: count }, () => below(rows))),
  ).flat();
  spoil?.(codes);
  const contextTable = randomArray(contextRows * width, 1);
  const tables = grids.map(({ rows }, g) => randomArray(rows * width, 2 + g));
  const sequence = contextLength + grids.reduce((sum, { count }) => sum + count, 0);
  const positions = randomArray(sequence * width, 9);
  const { out } = await runPlan(device, plan(options, device.target), {
    context: { dtype: 'i32', data: context },
    codes: { dtype: 'i32', data: codes },
    position: { dtype: 'i32', data: [position] },
    contextTable: { dtype: 'f32', data: contextTable },
    table0: { dtype: 'f32', data: tables[0]! },
    ...(tables[1] && { table1: { dtype: 'f32' as const, data: tables[1] } }),
    positions: { dtype: 'f32', data: positions },
    out: { dtype: 'f32', length: samples * tokens * width },
  });
  const tensors = { context, codes, contextTable, tables, positions };
  return { out: out!, expected: embedWindowReference(options, tensors, position) };
}

const oneGrid = [{ count: 7, rows: 5 }];
const twoGrids = [
  { count: 3, rows: 5 },
  { count: 4, rows: 8 },
];
const base = { samples: 3, width: 8, contextLength: 2, contextRows: 6 };

it('the token of every position, several samples, one grid and two', async () => {
  for (const grids of [oneGrid, twoGrids])
    for (let position = 0; position < 7; position++) {
      const options = { ...base, grids, first: 2, tokens: 1, moves: true };
      const { out, expected } = await run(options, position);
      expectClose(out, expected, { atol: 1e-6 }, `position ${position} of ${grids.length} grid(s)`);
    }
});

it('a window that stands still looks at no position', async () => {
  for (const [first, tokens] of [
    [0, 2],
    [1, 5],
    [0, 9],
  ] as const) {
    const { out, expected } = await run({ ...base, grids: twoGrids, first, tokens, moves: false }, 5);
    expectClose(out, expected, { atol: 1e-6 }, `tokens ${first} to ${first + tokens}`);
  }
});

it('about the size of a workgroup', async () => {
  for (const samples of [1, 21, 22, 64]) {
    const options = { ...base, samples, width: 12, grids: oneGrid, first: 2, tokens: 1, moves: true };
    const { out, expected } = await run(options, 4);
    expectClose(out, expected, { atol: 1e-6 }, `${samples} samples`);
  }
});

it('an index outside its table, and a position outside the sequence, give NaN', async () => {
  const options = { ...base, samples: 1, grids: twoGrids, first: 2, tokens: 1, moves: true };
  const isLost = async (position: number, spoil?: (codes: number[]) => void) =>
    (await run(options, position, spoil)).out.every((value) => Number.isNaN(value));
  expect(await isLost(1, (codes) => (codes[0] = 5))).toBe(true);
  expect(await isLost(1, (codes) => (codes[0] = -1))).toBe(true);
  expect(await isLost(5, (codes) => (codes[4] = 8))).toBe(true);
  expect(await isLost(5, (codes) => (codes[4] = 7))).toBe(false);
  for (const position of [7, 8, 100]) expect(await isLost(position), `position ${position}`).toBe(true);
});
