import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linkShader, unroll } from './wgslLinker';

function shaderFile(source: string): string {
  const root = join(mkdtempSync(join(tmpdir(), 'wgsl-')), 'shaders');
  mkdirSync(join(root, 'lib'), { recursive: true });
  writeFileSync(join(root, 'lib', 'half.wgsl'), 'fn half(x: f32) -> f32 { return 0.5 * x; }');
  writeFileSync(join(root, 'my_kernel.wgsl'), source);
  return join(root, 'my_kernel.wgsl');
}

describe('linkShader', () => {
  it('makes the declared variants, with fragments first', () => {
    const { shader, dependencies } = linkShader(
      shaderFile('// variants: f32 f16_f32\n// uses: lib/half.wgsl\nfn main() {}'),
    );
    expect(shader.name).toBe('my_kernel');
    expect(Object.keys(shader.variants)).toEqual(['f32', 'f16_f32']);
    expect(shader.variants.f32).toMatch(/^alias Elem = f32;[^]*fn half[^]*fn main/);
    expect(shader.variants.f16_f32).toMatch(/^enable f16;\nalias Elem = f16;[^]*alias OutElem = f32;/);
    expect(dependencies).toHaveLength(1);
  });

  it('defaults to f32 and refuses unknown types and tiles', () => {
    expect(Object.keys(linkShader(shaderFile('fn main() {}')).shader.variants)).toEqual(['f32']);
    expect(() => linkShader(shaderFile('// variants: f64'))).toThrow(/"f64" is not f32 or f16/);
    expect(() => linkShader(shaderFile('// tiles: big'))).toThrow(/not like 8x2/);
  });

  it('makes every variant for every tile', () => {
    const { variants } = linkShader(
      shaderFile('// variants: f32 f16\n// tiles: 2x1 4x1\n//: for p in 0..TILE_A\nvar a_$p;\n//: end'),
    ).shader;
    expect(Object.keys(variants)).toEqual(['f32@2x1', 'f32@4x1', 'f16@2x1', 'f16@4x1']);
    expect(variants['f32@2x1']).toContain('var a_0;\nvar a_1;');
    expect(variants['f32@2x1']).not.toContain('var a_2;');
  });
});

describe('unroll', () => {
  it('nests', () => {
    const source = ['//: for i in 0..2', 'x$i', '  //: for j in 1..N', '  y$i$j', '  //: end', '//: end', 'z'].join(
      '\n',
    );
    expect(unroll(source, { N: 3 }).split('\n')).toEqual(['x0', '  y01', '  y02', 'x1', '  y11', '  y12', 'z']);
  });

  it('complains of loose ends', () => {
    expect(() => unroll('//: end', {})).toThrow(/without "for" in line 1/);
    expect(() => unroll('//: for i in 0..2', {})).toThrow(/without "end"/);
    expect(() => unroll('//: for i in 0..N\n//: end', {})).toThrow(/"N" is no number/);
  });
});
