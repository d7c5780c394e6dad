import type { EngineClient, TokenizerSummary, Picture, Progress, RunOptions } from '../../engine/types';
import { messageOf } from '../abort';

/** One line of the table. `problem` set: the picture could not be read or run; the others go on. */
export interface BatchRow {
  readonly name: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly psnr: number | null;
  readonly ssim: number | null;
  readonly bytes: number | null;
  readonly timeMs: number | null;
  readonly problem: string | null;
}

export interface BatchServices {
  readonly engine: Pick<EngineClient, 'reconstruct'>;
  readonly decode: (blob: Blob) => Promise<Picture>;
  /** The model, loaded: may take long, and tells how far it is. */
  readonly loadModel: (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<TokenizerSummary>;
}

export interface BatchReports {
  readonly onRow: (row: BatchRow) => void;
  /** Of the model's download, before the first row. */
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Waits for the model, runs every picture, one after the other, and tells each row as it is known. Resolves when all are
 * done or `signal` fired; what is done stays.
 * @throws Error where there is no model to run
 */
export async function runBatch(
  files: readonly File[],
  options: RunOptions,
  services: BatchServices,
  signal: AbortSignal,
  { onRow, onProgress }: BatchReports,
): Promise<void> {
  const empty = { width: null, height: null, psnr: null, ssim: null, bytes: null, timeMs: null, problem: null };
  if (files.length === 0) return;
  let model: TokenizerSummary;
  try {
    model = await services.loadModel(signal, onProgress);
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  }
  for (const file of files) {
    if (signal.aborted) return;
    try {
      const picture = await services.decode(file);
      const { metrics, timings } = await services.engine.reconstruct(model.id, picture, options, { signal });
      const { width, height } = picture;
      onRow({ name: file.name, width, height, ...metrics, timeMs: timings.totalMs, problem: null });
    } catch (error) {
      if (signal.aborted) return;
      onRow({ ...empty, name: file.name, problem: messageOf(error) });
    }
  }
}

/** Means over the rows that have a result; a set's PSNR is the mean of its finite dB. */
export function summarize(rows: readonly BatchRow[]): { done: number; failed: number; psnr: number; ssim: number } {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const done = rows.filter((row) => row.problem === null);
  return {
    done: done.length,
    failed: rows.length - done.length,
    psnr: mean(done.map((row) => row.psnr!).filter(Number.isFinite)),
    ssim: mean(done.map((row) => row.ssim!)),
  };
}

const columns = ['name', 'width', 'height', 'psnr', 'ssim', 'bytes', 'timeMs', 'problem'] as const;

/**
 * The rows as CSV (RFC 4180, CRLF). A text that a spreadsheet would take for a formula gets an apostrophe in front.
 */
export function toCsv(rows: readonly BatchRow[]): string {
  const cell = (value: string | number | null) => {
    if (value === null) return '';
    if (typeof value === 'number') return String(value);
    const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return (
    [columns.join(','), ...rows.map((row) => columns.map((name) => cell(row[name])).join(','))].join('\r\n') + '\r\n'
  );
}
