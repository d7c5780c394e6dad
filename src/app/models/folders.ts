/** Files that a visitor dropped or chose, sorted into model folders. */
import type { LocalFolder } from '../../engine/types';

/** A file with its place below what was dropped: "my-model/manifest.json", or just its name. */
export interface PickedFile {
  readonly path: string;
  readonly file: File;
}

/** A home directory dropped by mistake is not searched to its end. */
const MAX_FILES = 2000;
const MAX_DEPTH = 4;

/** All files of a drop, folders included. Must be called within the drop event: the items are gone after it. */
export function readDrop(transfer: DataTransfer): Promise<PickedFile[]> {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file');
  const roots = items.map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
  return collect(roots.filter((root) => root !== null));
}

async function collect(roots: readonly (FileSystemEntry | File)[]): Promise<PickedFile[]> {
  const picked: PickedFile[] = [];
  const visit = async (entry: FileSystemEntry | File, depth: number): Promise<void> => {
    if (picked.length >= MAX_FILES) return;
    if (entry instanceof File) {
      picked.push({ path: entry.name, file: entry });
    } else if (entry.isFile) {
      const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
      picked.push({ path: entry.fullPath.replace(/^\//, ''), file });
    } else if (depth < MAX_DEPTH) {
      for (const child of await childrenOf(entry as FileSystemDirectoryEntry)) await visit(child, depth + 1);
    }
  };
  for (const root of roots) await visit(root, 0);
  return picked;
}

/** `readEntries` gives a hundred at a time. */
async function childrenOf(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return children;
    children.push(...some);
  }
}

/** Files of an `<input type="file">`, of a folder or loose. */
export const readInput = (files: Iterable<File>): PickedFile[] =>
  Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, file }));

/**
 * The model folders among the files: each folder with a manifest.json in it. Where there is none, everything is one
 * folder, which the engine refuses with a list of what it found.
 */
export function modelFolders(picked: readonly PickedFile[]): LocalFolder[] {
  const folders = new Map<string, { name: string; file: File }[]>();
  for (const { path, file } of picked) {
    const cut = path.lastIndexOf('/');
    const name = path.slice(cut + 1);
    // .DS_Store and the like say nothing to anybody.
    if (name.startsWith('.')) continue;
    const place = cut < 0 ? '' : path.slice(0, cut);
    folders.set(place, [...(folders.get(place) ?? []), { name, file }]);
  }
  const isModel = (files: readonly { name: string }[]) => files.some(({ name }) => name === 'manifest.json');
  const models = [...folders].filter(([, files]) => isModel(files));
  if (models.length) return models.map(([place, files]) => ({ name: place.split('/').pop() || 'The files', files }));
  const [root] = [...folders.keys()].map((place) => place.split('/')[0]);
  return [{ name: root || 'The files', files: [...folders.values()].flat() }];
}
