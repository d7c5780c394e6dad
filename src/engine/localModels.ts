/** Model folders that the visitor gave to this page: read from their files, never uploaded, gone with the page. */
import { ModelError } from '../models/errors';
import { loadWeights, sha256, type LoadOptions, type Model } from '../models/loader';
import { parseManifest, type Manifest } from '../models/manifest';
import type { LocalFolder } from './types';

/** Where a local model's files seem to lie: an address that no server has. */
const BASE_URL = 'local:';

const EXPORT_HINT = 'Drop the folder that `python -m training.export --out <folder>` writes (training/README.md).';

/** A local model: its manifest under the id it has on this page, and the files it came with. */
export interface LocalModel {
  readonly manifest: Manifest;
  readonly folder: LocalFolder;
}

/** The file called `name`, or null. */
export const localFile = ({ files }: LocalFolder, name: string): Blob | null =>
  files.find((file) => file.name === name)?.file ?? null;

/**
 * Reads a folder's manifest and looks whether its files are there.
 * @param taken ids that this page has already: a clash gets the suffix `-local`
 * @throws ModelError that says what was needed, what was found and what to do
 */
export async function readLocalModel(folder: LocalFolder, taken: readonly string[]): Promise<LocalModel> {
  const names = folder.files.map(({ name }) => name).sort();
  const found = names.length ? names.slice(0, 12).join(', ') + (names.length > 12 ? ', …' : '') : 'nothing';
  const file = localFile(folder, 'manifest.json');
  if (!file)
    throw new ModelError(
      'not-found',
      `${folder.name}: needed manifest.json and the weights (model.safetensors), found ${found}. ${EXPORT_HINT}`,
    );
  const json = await readJson(file, folder);
  checkFamily(json, folder);
  const manifest = parseManifest(json, `${folder.name}/manifest.json`);
  const missing = neededFiles(manifest).filter((name) => !localFile(folder, name));
  if (missing.length)
    throw new ModelError(
      'not-found',
      `${folder.name}: the manifest names ${missing.join(', ')}, found ${found}. Drop the whole folder, or all its files together.`,
    );
  await checkVocabulary(manifest, folder);
  return { manifest: { ...manifest, id: freeId(manifest.id, taken) }, folder };
}

/**
 * The weights of a local model, checked like those of any other: hash, and every tensor.
 * @throws ModelError
 */
export async function loadLocalModel({ manifest, folder }: LocalModel, options: LoadOptions = {}): Promise<Model> {
  try {
    return await loadWeights(BASE_URL, manifest, { ...options, fetch: folderFetch(folder) });
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    const said = error.message.replaceAll(`${BASE_URL}/${manifest.id}/`, `${folder.name}/`);
    // What helps with a download does not help with a file of one's own.
    const message = said.replace(
      /The file is damaged or belongs.*$/,
      `The file is damaged or of another export. ${EXPORT_HINT}`,
    );
    throw new ModelError(error.kind, message, { cause: error });
  }
}

/** Answers from the folder's files as a server would; 404 for what is not there. */
export function folderFetch(folder: LocalFolder): typeof globalThis.fetch {
  return (request) => {
    const url = request instanceof Request ? request.url : String(request);
    const file = localFile(folder, url.slice(url.lastIndexOf('/') + 1));
    return Promise.resolve(file ? new Response(file) : new Response(null, { status: 404 }));
  };
}

/** A record, so that a new family does not compile until it is named here. */
const FAMILIES: Readonly<Record<Manifest['family'], true>> = { vqvae: true, prior: true };

/** @throws ModelError that names the families, in place of everything a stranger's manifest lacks */
function checkFamily(json: unknown, folder: LocalFolder): void {
  const family = (json as { family?: unknown } | null)?.family;
  if (typeof family !== 'string' || family in FAMILIES) return;
  throw new ModelError(
    'manifest',
    `${folder.name}: this page knows models of the family ${Object.keys(FAMILIES).join(', ')}; this one is of the family "${family}". ` +
      'It may be of a newer version of Tessera: reload the page, or update your copy.',
  );
}

/** Files without which a model cannot be used. */
const neededFiles = (manifest: Manifest): string[] => [
  manifest.weights.file,
  ...(manifest.family === 'prior' ? [manifest.vocabulary.file] : []),
];

/** The words of a prior must be those it was trained with: an id is a place in the list. @throws ModelError 'hash' */
async function checkVocabulary(manifest: Manifest, folder: LocalFolder): Promise<void> {
  if (manifest.family !== 'prior') return;
  const { file, sha256: expected } = manifest.vocabulary;
  const found = await sha256((await localFile(folder, file)?.arrayBuffer()) ?? new ArrayBuffer(0));
  if (found === expected) return;
  throw new ModelError(
    'hash',
    `${folder.name}/${file}: sha256 is ${found.slice(0, 12)}…, the manifest says ${expected.slice(0, 12)}…. ` +
      `The words belong to another export. ${EXPORT_HINT}`,
  );
}

async function readJson(file: Blob, folder: LocalFolder): Promise<unknown> {
  try {
    return JSON.parse(await file.text());
  } catch (error) {
    throw new ModelError(
      'manifest',
      `${folder.name}/manifest.json is not JSON (${(error as Error).message}): damaged or cut off. ${EXPORT_HINT}`,
      { cause: error },
    );
  }
}

/** `id`, or `id-local`, `id-local-2`, ... where it is taken. */
function freeId(id: string, taken: readonly string[]): string {
  if (!taken.includes(id)) return id;
  for (let i = 1; ; i++) {
    const other = `${id}-local${i > 1 ? `-${i}` : ''}`;
    if (!taken.includes(other)) return other;
  }
}
