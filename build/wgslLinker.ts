/**
 * The one place where WGSL is put together. `import conv2d from '../../../shaders/conv2d.wgsl'` gives a `Shader`:
 * its name and the source of every variant it declares. A shader says in its first lines what it needs:
 *
 *   // variants: f32 f16 f16_f32        element types of inputs and output; default f32. "f16_f32" = inputs f16, output f32
 *   // uses: lib/activation.wgsl        fragments from shaders/, put before the shader in this order
 *   // tiles: 8x2 4x1                 register tiles: every variant is made for each, named "f32@8x2"
 *
 * In a shader with tiles, `TILE_A` and `TILE_B` are the two numbers, and
 *
 *   //: for p in 0..TILE_A
 *   acc_$p += w * x_$p;
 *   //: end
 *
 * is written out for p = 0, 1, ...: registers have names, not indices, so that no driver puts them in
 * memory. The counter is one small letter. Blocks nest.
 *
 * Every variant starts with `enable f16;` where a type needs it and the aliases
 * Elem, Elem4 (inputs) and OutElem, OutElem4 (output). Nothing else is ever pasted: sizes are `override` constants.
 */
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Plugin } from 'vite';
import type { Shader } from '../src/kernels/kernel';

const directive = (source: string, name: string): string[] => {
  const found = new RegExp(`^// ${name}:(.*)$`, 'm').exec(source);
  return found?.[1]?.trim().split(/\s+/).filter(Boolean) ?? [];
};

function preamble(variant: string): string {
  const [elem = 'f32', outElem = elem] = variant.split('_');
  for (const type of [elem, outElem])
    if (type !== 'f32' && type !== 'f16')
      throw new Error(`wgsl linker: variant "${variant}": "${type}" is not f32 or f16`);
  const enable = elem === 'f16' || outElem === 'f16' ? 'enable f16;\n' : '';
  return `${enable}alias Elem = ${elem};\nalias Elem4 = vec4<${elem}>;\nalias OutElem = ${outElem};\nalias OutElem4 = vec4<${outElem}>;\n`;
}

/** Writes out the `//: for` blocks. `bounds` gives values to the names that may stand in a range. */
export function unroll(source: string, bounds: Readonly<Record<string, number>>): string {
  const lines = source.split('\n');
  let at = 0;
  const value = (word: string): number => {
    const known = bounds[word] ?? Number(word);
    if (!Number.isInteger(known)) throw new Error(`wgsl linker: "${word}" is no number and no tile size`);
    return known;
  };
  const block = (inside: boolean): string[] => {
    const out: string[] = [];
    for (; at < lines.length; at++) {
      const line = lines[at] ?? '';
      if (/^\s*\/\/: end\s*$/.test(line)) {
        if (inside) return out;
        throw new Error(`wgsl linker: "//: end" without "for" in line ${at + 1}`);
      }
      const loop = /^\s*\/\/: for ([a-z]) in (\w+)\.\.(\w+)\s*$/.exec(line);
      if (!loop) {
        out.push(line);
        continue;
      }
      const [, name = '', from = '', to = ''] = loop;
      at++;
      const body = block(true).join('\n');
      for (let i = value(from); i < value(to); i++) out.push(body.replace(new RegExp(`\\$${name}`, 'g'), String(i)));
    }
    if (inside) throw new Error('wgsl linker: "//: for" without "end"');
    return out;
  };
  return block(false).join('\n');
}

/** Links one file of shaders/ into all its variants. */
export function linkShader(file: string): { shader: Shader; dependencies: string[] } {
  const root = findShaderRoot(file);
  const source = readFileSync(file, 'utf8');
  const fragments = directive(source, 'uses').map((path) => join(root, path));
  const body = [...fragments.map((path) => readFileSync(path, 'utf8')), source].join('\n');
  const declared = directive(source, 'variants');
  const names = declared.length ? declared : ['f32'];
  const tiles = directive(source, 'tiles');
  const variants = Object.fromEntries(
    tiles.length
      ? names.flatMap((name) => tiles.map((tile) => [`${name}@${tile}`, preamble(name) + tiled(body, tile)]))
      : names.map((name) => [name, preamble(name) + unroll(body, {})]),
  ) as Record<string, string>;
  return { shader: { name: basename(file, '.wgsl'), variants }, dependencies: fragments };
}

function tiled(body: string, tile: string): string {
  const [, a, b] = /^(\d+)x(\d+)$/.exec(tile) ?? [];
  if (!a || !b) throw new Error(`wgsl linker: tile "${tile}" is not like 8x2`);
  const sizes = `const TILE_A = ${a}u;\nconst TILE_B = ${b}u;\n`;
  return sizes + unroll(body, { TILE_A: Number(a), TILE_B: Number(b) });
}

function findShaderRoot(file: string): string {
  const at = file.lastIndexOf('/shaders/');
  return at < 0 ? dirname(file) : file.slice(0, at + '/shaders'.length);
}

export function wgslLinker(): Plugin {
  return {
    name: 'wgsl-linker',
    enforce: 'pre',
    load(id) {
      const file = id.split('?')[0] ?? id;
      if (!file.endsWith('.wgsl') || id.includes('?raw')) return null;
      const { shader, dependencies } = linkShader(file);
      for (const dependency of dependencies) this.addWatchFile(dependency);
      return `export default ${JSON.stringify(shader)};`;
    },
  };
}
