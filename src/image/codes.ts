/** Codes as JSON: readable by people and by `tessera.decode`. */

/** A `CodeGrid` of models/, by structure. */
export interface CodeGridLike {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  readonly codebookSize: number;
  /** [height, width] */
  readonly indices: Int32Array<ArrayBuffer>;
}

type Grid = Pick<CodeGridLike, 'height' | 'width' | 'codebookSize'>;

/** Bits of one picture's codes: h w log2 K, summed over the grids. */
export const bitsOfCodes = (grids: readonly Grid[]): number =>
  grids.reduce((sum, { height, width, codebookSize }) => sum + height * width * Math.log2(codebookSize), 0);

/** Bytes of one picture's codes: ceil(h w log2 K / 8), summed over the grids, each of which begins at a byte. */
export const bytesOfCodes = (grids: readonly Grid[]): number =>
  grids.reduce((sum, grid) => sum + Math.ceil(bitsOfCodes([grid]) / 8), 0);

const FORMAT = 'tessera-codes';

/** One object: format, version, model and the grids, with indices as plain arrays. */
export function codesToJson(model: string, grids: readonly CodeGridLike[]): string {
  const codes = grids.map(({ name, height, width, codebookSize, indices }) => ({
    name,
    height,
    width,
    codebookSize,
    indices: Array.from(indices),
  }));
  return `${JSON.stringify({ format: FORMAT, version: 1, model, codes })}\n`;
}

/**
 * Reads what `codesToJson` wrote.
 * @throws Error that says what is wrong: not JSON, another format, a grid of the wrong length, an index outside its codebook.
 */
export function codesFromJson(text: string): { model: string; codes: CodeGridLike[] } {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    throw new Error('This is not a codes file: it is not JSON.');
  }
  if (
    !isRecord(file) ||
    file['format'] !== FORMAT ||
    typeof file['model'] !== 'string' ||
    !Array.isArray(file['codes'])
  ) {
    throw new Error(`This is not a codes file: it needs "format": "${FORMAT}", a model and codes.`);
  }
  if (file['version'] !== 1) throw new Error(`This codes file has version ${String(file['version'])}; known is 1.`);
  return { model: file['model'], codes: file['codes'].map(readGrid) };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) > 0;

function readGrid(grid: unknown, at: number): CodeGridLike {
  const fail = (what: string) => new Error(`Grid ${at} of this codes file ${what}.`);
  if (!isRecord(grid)) throw fail('is not an object');
  const { name, height, width, codebookSize, indices } = grid;
  if (
    typeof name !== 'string' ||
    !isCount(height) ||
    !isCount(width) ||
    !isCount(codebookSize) ||
    !Array.isArray(indices)
  ) {
    throw fail('needs a name, height, width, codebookSize and indices');
  }
  if (indices.length !== height * width) throw fail(`has ${indices.length} indices, not ${height} x ${width}`);
  const wrong = indices.findIndex((i) => !Number.isInteger(i) || i < 0 || i >= codebookSize);
  if (wrong >= 0) throw fail(`holds ${String(indices[wrong])} at ${wrong}: codes go from 0 to ${codebookSize - 1}`);
  return { name, height, width, codebookSize, indices: Int32Array.from(indices as number[]) };
}
