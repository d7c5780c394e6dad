import { expect, test } from 'vitest';
import type { Capabilities } from '../engine/types';
import { noticeOf } from './engineNotices';

const capabilities: Capabilities = {
  backend: 'webgpu',
  adapter: 'Fake adapter',
  features: [],
  limits: {},
  isFallbackAdapter: false,
  notice: null,
};

test('one notice about the device changes its words', () => {
  const told = [
    noticeOf({ kind: 'device-lost', reason: 'unknown' }),
    noticeOf({ kind: 'device-restored', capabilities }),
    noticeOf({
      kind: 'device-restored',
      capabilities: { ...capabilities, backend: 'wasm', adapter: 'WASM', notice: 'The GPU was lost twice.' },
    }),
    noticeOf({ kind: 'engine-failed', message: 'Reload the page.' }),
  ];
  expect(told.map(({ id, kind, title }) => [id, kind, title])).toEqual([
    ['device', 'warning', 'The GPU went away'],
    ['device', 'good', 'The GPU is back'],
    ['device', 'warning', 'Going on without the GPU'],
    ['device', 'error', 'The engine stopped'],
  ]);
  expect(told[2]?.message).toMatch(/lost twice.*WASM/);
  expect(told[3]).toMatchObject({ action: 'reload', message: 'Reload the page.' });
});
