/**
 * The one place where WGSL is put together. `import conv2d from '../../../shaders/conv2d.wgsl'` gives a `Shader`:
 * its name and the source of every variant it declares. A shader says in its first lines what it needs:
 *
 *   // variants: f32 f16 f16_f32        element types of inputs and output; default f32. "f16_f32" = inputs f16, output f32
 *   // uses: lib/activation.wgsl        fragments from shaders/, put before the shader in this order
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
    if (type !== 'f32' && type !== 'f16') throw new Error(`wgsl linker: variant "${variant}": "${type}" is not f32 or f16`);
  const enable = elem === 'f16' || outElem === 'f16' ? 'enable f16;\n' : '';
  return `${enable}alias Elem = ${elem};\nalias Elem4 = vec4<${elem}>;\nalias OutElem = ${outElem};\nalias OutElem4 = vec4<${outElem}>;\n`;
}

/** Links one file of shaders/ into all its variants. */
export function linkShader(file: string): { shader: Shader; dependencies: string[] } {
  const root = findShaderRoot(file);
  const source = readFileSync(file, 'utf8');
  const fragments = directive(source, 'uses').map((path) => join(root, path));
  const body = [...fragments.map((path) => readFileSync(path, 'utf8')), source].join('\n');
  const names = directive(source, 'variants');
  const variants = Object.fromEntries((names.length ? names : ['f32']).map((name) => [name, preamble(name) + body]));
  return { shader: { name: basename(file, '.wgsl'), variants }, dependencies: fragments };
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
