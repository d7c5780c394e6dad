import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseIndex, parseManifest } from './manifest';

const json = (): Record<string, unknown> =>
  JSON.parse(readFileSync('fixtures/models/tiny-vq/manifest.json', 'utf8')) as Record<string, unknown>;

describe('parseManifest', () => {
  it('takes what the training writes', () => {
    expect(parseManifest(json())).toMatchObject({ id: 'tiny-vq', family: 'vqvae', preprocess: { size: 32 } });
  });

  it('names every field that is wrong', () => {
    const weights = { file: '../up.safetensors', sizeBytes: 0, sha256: 'abc' };
    expect(() => parseManifest({ ...json(), schemaVersion: 2, weights })).toThrow(
      /manifest\.json: schemaVersion: .*weights\.file: expected a file name.*weights\.sizeBytes.*weights\.sha256: expected 64 hex/,
    );
    expect(() => parseManifest('hello')).toThrow(/manifest\.json: file: /);
  });

  it('wants a size that holds whole codes', () => {
    const { preprocess } = json();
    expect(() => parseManifest({ ...json(), preprocess: { ...(preprocess as object), size: 33 } })).toThrow(
      /preprocess\.size: 33 is not a multiple of the factor 4/,
    );
  });

  it('reads the index', () => {
    expect(parseIndex({ models: ['a', 'b-2'] })).toEqual(['a', 'b-2']);
    expect(() => parseIndex({ models: ['../x'] })).toThrow(/index\.json: models\.0/);
  });
});
