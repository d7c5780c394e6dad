import { expect, it } from 'vitest';
import { smallTarget } from '../testing';
import { plan } from './index';
import { exactDenoiserReference } from './reference';

const set = { samples: 1, length: 2, maps: 3, codebookSize: 3 };
const maps = [0, 1, 0, 2, 1, 2];

it('reference on hand values: three maps, the second one thrice as likely', () => {
  const out = exactDenoiserReference(set, { first: 0, count: 2 }, [5, 5 + Math.log(3), 5], maps);
  const shares = [...out].map((log, k) => (k % 4 === 3 ? log : Math.exp(log)));
  [0.8, 0.2, 0, 0, 0, 0.2, 0.8, 0].forEach((share, k) => expect(shares[k]).toBeCloseTo(share, 12));
  expect(out[2]).toBe(-70);
  expect([...exactDenoiserReference(set, { first: 1, count: 1 }, [0, 0, -1000], maps)].map(Math.exp)).toEqual([
    Math.exp(-70),
    0.5,
    0.5,
    1,
  ]);
});

it('starts an invocation for every four codes of every place', () => {
  const groups = (samples: number, codebookSize: number) =>
    plan({ samples, length: 64, maps: 9, codebookSize }, smallTarget).dispatches[0]?.workgroups;
  expect(groups(1, 6)).toEqual([2, 1, 1]);
  expect(groups(16, 9)).toEqual([48, 1, 1]);
  expect(() => plan({ ...set, samples: 0.5 }, smallTarget)).toThrow(/samples must be a whole number/);
});
