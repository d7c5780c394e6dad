import { expect, test } from 'vitest';
import { parseQuery } from './query';

test('the switches of the address', () => {
  expect(parseQuery('')).toEqual({ modelsUrl: 'models/', backend: 'auto' });
  expect(parseQuery('?models=/fixtures/models&backend=wasm')).toEqual({
    modelsUrl: '/fixtures/models/',
    backend: 'wasm',
  });
  expect(parseQuery('?backend=quantum').backend).toBe('auto');
});
