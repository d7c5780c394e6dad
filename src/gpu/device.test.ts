import { describe, expect, it } from 'vitest';
import { createDevice, isSoftwareAdapter, NoAdapterError } from './device';
import { bindingTypes, explainCompilation } from './pipelines';

describe('createDevice', () => {
  it('says what to do where there is no WebGPU or no adapter', async () => {
    await expect(createDevice(null)).rejects.toThrow(NoAdapterError);
    const empty = { requestAdapter: () => Promise.resolve(null) } as unknown as GPU;
    await expect(createDevice(empty)).rejects.toThrow(/hardware acceleration/);
  });

  it('knows a CPU that pretends to be a GPU', () => {
    expect(isSoftwareAdapter({ vendor: 'mesa', description: 'llvmpipe (LLVM 19.1.4, 256 bits)' })).toBe(true);
    expect(isSoftwareAdapter({ vendor: 'google', architecture: 'swiftshader' })).toBe(true);
    expect(isSoftwareAdapter({ vendor: 'x', isFallbackAdapter: true })).toBe(true);
    expect(isSoftwareAdapter({ vendor: 'nvidia', architecture: 'ada-lovelace', isFallbackAdapter: false })).toBe(false);
  });
});

describe('bindingTypes', () => {
  it('reads the layout from the declarations', () => {
    const source = `
      @group(0) @binding(0) var<storage, read> x: array<f32>;
      @group(0) @binding(1) var<storage> y: array<f32>;
      @group(0) @binding(2)
      var<storage, read_write> out: array<f32>;
      @group(0) @binding(3) var<uniform> params: Params;`;
    expect([...bindingTypes(source)]).toEqual([
      [0, 'read-only-storage'],
      [1, 'read-only-storage'],
      [2, 'storage'],
      [3, 'uniform'],
    ]);
  });
});

describe('explainCompilation', () => {
  it('shows the line that is meant', () => {
    const message = { type: 'error', lineNum: 2, linePos: 5, message: 'no such thing' } as GPUCompilationMessage;
    expect(explainCompilation('conv2d', 'fn a() {\n  b();\n}', [message])).toBe(
      'error at conv2d:2:5: no such thing\n      b();',
    );
  });
});
