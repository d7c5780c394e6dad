/** Numbers as the page shows them: one way for each unit. */

const grouped = new Intl.NumberFormat('en-US');

/** 196608 -> "196,608". */
export const formatInteger = (value: number): string => grouped.format(Math.round(value));

/** "320 B", "4.7 kB", "12.4 MB" (powers of 1000, as downloads are counted). */
export function formatBytes(bytes: number): string {
  if (bytes < 10_000) return `${formatInteger(bytes)} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`;
  if (bytes < 1_000_000_000) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e9).toFixed(2)} GB`;
}

/** "0.42 ms", "38 ms", "1.7 s". */
export function formatMs(timeMs: number): string {
  if (timeMs < 10) return `${timeMs.toFixed(2)} ms`;
  if (timeMs < 1000) return `${timeMs.toFixed(0)} ms`;
  return `${(timeMs / 1000).toFixed(1)} s`;
}

/** "31.24 dB"; equal pictures have no finite PSNR. */
export const formatDb = (psnr: number): string => (Number.isFinite(psnr) ? `${psnr.toFixed(2)} dB` : 'identical');

/** "2.4 M", "812 k". */
export function formatCount(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} M`;
  return value >= 10_000 ? `${(value / 1e3).toFixed(0)} k` : formatInteger(value);
}
