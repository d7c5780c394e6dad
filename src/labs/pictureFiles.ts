const isPicture = (file: { name: string; type: string }): boolean =>
  file.type.startsWith('image/') || /\.(jpe?g|png|webp|gif|avif|svg|bmp)$/i.test(file.name);

/** The pictures of a folder in the order of their names: other files and hidden ones are left out. */
export function picturesOf(files: readonly File[]): File[] {
  return files
    .filter((file) => isPicture(file) && !file.name.startsWith('.'))
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

/** True for codes that were saved, which are opened by the same doors as pictures. */
export const isCodesFile = (blob: Blob, name: string): boolean =>
  blob.type === 'application/json' || /\.json$/i.test(name);
