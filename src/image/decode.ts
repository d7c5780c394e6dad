/** Files, addresses and bitmaps as pictures. For browsers; SVG needs a document, the rest works in workers too. */
import { pictureFrom } from './picture';
import { formatNames, MAX_FILE_BYTES, MAX_SIDE, PictureError, sniffPicture, SVG_SIDE, type Sniffed } from './sniff';
import type { Picture } from './types';

export { PictureError };

export interface DecodeOptions {
  readonly signal?: AbortSignal;
}

/** Rows read back at once: the canvas stays small beside a picture of 64 Mpx. */
const STRIP_ROWS = 512;

/**
 * A file as a picture: JPEG, PNG, WebP, GIF (first frame), AVIF, BMP, SVG, up to 8192 x 8192. EXIF orientation applied, colours in
 * sRGB, transparency on white. An SVG is drawn at its own size, small ones larger; what it links to is not loaded.
 * @throws PictureError with a message for the visitor; AbortError after `signal` fired.
 */
export async function decodePicture(blob: Blob, { signal }: DecodeOptions = {}): Promise<Picture> {
  signal?.throwIfAborted();
  const bytes = await readPictureBytes(blob);
  signal?.throwIfAborted();
  const sniffed = sniffPicture(bytes);
  if (sniffed.format === 'svg') return decodeSvg(bytes, sniffed.width, sniffed.height, signal);
  return withBitmap(bytes, sniffed, signal, pictureFromImage);
}

/**
 * The browser's picture of a file, for as long as `read` takes: EXIF orientation applied, colours in sRGB and not premultiplied.
 * @throws PictureError where the browser cannot decode it; AbortError after `signal` fired
 */
export async function withBitmap<T>(
  bytes: Uint8Array<ArrayBuffer>,
  { format, width, height }: Sniffed,
  signal: AbortSignal | undefined,
  read: (bitmap: ImageBitmap) => T,
): Promise<T> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(new Blob([bytes], { type: `image/${format}` }), {
      imageOrientation: 'from-image',
      premultiplyAlpha: 'none',
      colorSpaceConversion: 'default',
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new PictureError(
      'broken',
      `This ${formatNames[format]} (${width} x ${height}) could not be decoded: it is damaged, or this browser lacks the format. ` +
        'Save it again as PNG or JPEG.',
      { cause },
    );
  }
  try {
    signal?.throwIfAborted();
    return read(bitmap);
  } finally {
    bitmap.close();
  }
}

/** All of a file. @throws PictureError where it is too large to be opened */
export async function readPictureBytes(blob: Blob): Promise<Uint8Array<ArrayBuffer>> {
  if (blob.size > MAX_FILE_BYTES) {
    const size = Math.round(blob.size / 1024 / 1024);
    throw new PictureError(
      'too-large',
      `This file has ${size} MiB; up to ${MAX_FILE_BYTES / 1024 / 1024} MiB can be opened.`,
    );
  }
  return readBytes(blob);
}

/** @throws PictureError where the file is gone */
export async function readBytes(blob: Blob): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (cause) {
    throw new PictureError(
      'unreachable',
      'The file could not be read: it was moved, changed or deleted, or it is a folder.',
      {
        cause,
      },
    );
  }
}

/**
 * The picture at an address.
 * @throws PictureError: the server does not answer, forbids other sites (CORS), says no, or the file is no picture.
 */
export async function decodeUrl(url: string | URL, options: DecodeOptions = {}): Promise<Picture> {
  let blob: Blob;
  try {
    const response = await fetch(url, options.signal ? { signal: options.signal } : {});
    if (!response.ok) {
      throw new PictureError(
        'unreachable',
        `${String(url)} answered ${response.status} ${response.statusText}`.trim() + '.',
      );
    }
    blob = await response.blob();
  } catch (cause) {
    options.signal?.throwIfAborted();
    if (cause instanceof PictureError) throw cause;
    throw new PictureError(
      'unreachable',
      `${String(url)} could not be fetched: it does not answer, or does not let other sites read it (CORS). ` +
        'Save the picture and drop the file here.',
      { cause },
    );
  }
  return decodePicture(blob, options);
}

/** Anything a canvas can draw, as an opaque picture on white, in sRGB. */
export function pictureFromImage(image: ImageBitmap | HTMLImageElement | OffscreenCanvas): Picture {
  const { width, height } = image;
  const picture = pictureFrom(width, height);
  const canvas = new OffscreenCanvas(width, Math.min(height, STRIP_ROWS));
  // Without an alpha channel the canvas keeps no premultiplied colours: what is drawn is blended once, and stays.
  const context = canvas.getContext('2d', { alpha: false, colorSpace: 'srgb', willReadFrequently: true });
  if (!context) throw new Error('This browser gives no 2-D canvas to read pictures with.');
  context.fillStyle = '#fff';
  for (let y = 0; y < height; y += STRIP_ROWS) {
    const rows = Math.min(STRIP_ROWS, height - y);
    context.fillRect(0, 0, width, rows);
    context.drawImage(image, 0, y, width, rows, 0, 0, width, rows);
    picture.data.set(context.getImageData(0, 0, width, rows).data, y * width * 4);
  }
  return picture;
}

/** Draws an SVG at its size, enlarged to `SVG_SIDE` and shrunk to `MAX_SIDE` on the longer side. Scripts and links stay dead in an <img>. */
async function decodeSvg(
  bytes: Uint8Array<ArrayBuffer>,
  width: number,
  height: number,
  signal?: AbortSignal,
): Promise<Picture> {
  const longer = Math.max(width, height);
  const scale = Math.min(Math.max(SVG_SIDE, longer), MAX_SIDE) / longer;
  const side = (length: number) => Math.max(Math.round(length * scale), 1);
  const broken = (cause: unknown) =>
    new PictureError(
      'broken',
      'This SVG could not be drawn: its markup is damaged. Open it in a drawing program and save it again.',
      {
        cause,
      },
    );

  const root = new DOMParser().parseFromString(new TextDecoder(encodingOf(bytes)).decode(bytes), 'image/svg+xml');
  const svg = root.documentElement;
  if (svg.localName !== 'svg' || root.querySelector('parsererror'))
    throw broken(root.querySelector('parsererror')?.textContent);
  // Some browsers draw nothing without a size, and a drawing without a viewBox would not grow with its frame.
  if (!svg.hasAttribute('viewBox')) svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('width', String(side(width)));
  svg.setAttribute('height', String(side(height)));
  const address = URL.createObjectURL(
    new Blob([new XMLSerializer().serializeToString(root)], { type: 'image/svg+xml' }),
  );
  try {
    const image = new Image(side(width), side(height));
    image.src = address;
    await image.decode().catch((cause: unknown) => {
      throw broken(cause);
    });
    signal?.throwIfAborted();
    return pictureFromImage(image);
  } finally {
    URL.revokeObjectURL(address);
  }
}

function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
}
