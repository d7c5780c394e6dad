import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { labs } from './index';

test('every lab folder is in the catalogue, under its own name', () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'testing')
    .map((entry) => entry.name);
  expect(labs.map((lab) => lab.id).sort()).toEqual(folders.sort());
});

test('every lab loads a component', async () => {
  for (const lab of labs) expect(typeof (await lab.load()).default).toBe('function');
}, 60_000);
