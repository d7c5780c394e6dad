import { describe, expect, it } from 'vitest';
import { modelFolders, readDrop, readInput, type PickedFile } from './folders';

const pick = (...paths: string[]): PickedFile[] =>
  paths.map((path) => ({ path, file: new File(['x'], path.split('/').pop()!) }));
const shape = (picked: PickedFile[]) =>
  modelFolders(picked).map(({ name, files }) => [name, files.map((file) => file.name)]);

describe('modelFolders', () => {
  it('takes a folder by its manifest, wherever it lies', () => {
    expect(shape(pick('runs/a/manifest.json', 'runs/a/model.safetensors', 'runs/log.txt', 'runs/a/.DS_Store'))).toEqual(
      [['a', ['manifest.json', 'model.safetensors']]],
    );
  });

  it('takes several folders, and loose files', () => {
    expect(shape(pick('m/a/manifest.json', 'm/b/manifest.json', 'm/b/card.md')).map(([name]) => name)).toEqual([
      'a',
      'b',
    ]);
    expect(shape(pick('manifest.json', 'model.safetensors'))).toEqual([
      ['The files', ['manifest.json', 'model.safetensors']],
    ]);
  });

  it('hands on what is no model, so that the refusal can name it', () => {
    expect(shape(pick('holiday/a.png', 'holiday/deep/b.txt'))).toEqual([['holiday', ['a.png', 'b.txt']]]);
    expect(shape([])).toEqual([['The files', []]]);
  });
});

describe('reading', () => {
  const fileEntry = (fullPath: string) => ({
    isFile: true,
    fullPath,
    file: (resolve: (file: File) => void) => resolve(new File(['x'], fullPath.split('/').pop()!)),
  });
  const folderEntry = (fullPath: string, children: unknown[]) => ({
    isFile: false,
    fullPath,
    createReader: () => {
      const batches = [children.slice(0, 1), children.slice(1), []];
      return { readEntries: (resolve: (entries: unknown) => void) => resolve(batches.shift()) };
    },
  });

  it('reads a dropped folder to its end, batch by batch, and files without an entry', async () => {
    const folder = folderEntry('/m', [fileEntry('/m/manifest.json'), fileEntry('/m/card.md'), folderEntry('/m/x', [])]);
    const items = [
      { kind: 'file', webkitGetAsEntry: () => folder, getAsFile: () => null },
      { kind: 'file', webkitGetAsEntry: () => null, getAsFile: () => new File(['x'], 'loose.bin') },
      { kind: 'string', webkitGetAsEntry: () => null, getAsFile: () => null },
    ];
    const picked = await readDrop({ items } as unknown as DataTransfer);
    expect(picked.map(({ path }) => path)).toEqual(['m/manifest.json', 'm/card.md', 'loose.bin']);
  });

  it('reads an input', () => {
    expect(readInput([new File(['x'], 'a.json')]).map(({ path }) => path)).toEqual(['a.json']);
  });
});
