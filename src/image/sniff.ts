/**
 * What a file really is, by its first bytes, and how large its picture is, by its header: told before a browser spends seconds
 * and gigabytes on decoding it.
 */

export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'avif' | 'bmp' | 'svg';

export type PictureErrorKind =
  'empty' | 'not-a-picture' | 'unsupported' | 'truncated' | 'too-large' | 'broken' | 'unreachable';

/** A file that is no picture for us. The message says, for a visitor, what was found and what to do. */
export class PictureError extends Error {
  override readonly name = 'PictureError';
  constructor(
    readonly kind: PictureErrorKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface Sniffed {
  readonly format: PictureFormat;
  /** Pixels as stored, before EXIF rotation. SVG: its intrinsic size, or the default. */
  readonly width: number;
  readonly height: number;
}

/** Longest side. The largest picture is 8192 x 8192, 64 Mpx. */
export const MAX_SIDE = 8192;
/** No picture of 64 Mpx needs more. */
export const MAX_FILE_BYTES = 512 * 1024 * 1024;
/** Longer side of an SVG that names no size. */
export const SVG_SIDE = 512;

export const formatNames: Readonly<Record<PictureFormat, string>> = {
  jpeg: 'JPEG',
  png: 'PNG',
  webp: 'WebP',
  gif: 'GIF',
  avif: 'AVIF',
  bmp: 'BMP',
  svg: 'SVG',
};

type Size = Pick<Sniffed, 'width' | 'height'>;

const ascii = (bytes: Uint8Array, at: number, length = 4) => String.fromCharCode(...bytes.subarray(at, at + length));
const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * Looks at a whole file.
 * @throws PictureError: empty, not a picture, a format browsers do not show, cut off, or larger than 8192 on a side.
 */
export function sniffPicture(bytes: Uint8Array): Sniffed {
  if (bytes.length === 0) throw new PictureError('empty', 'The file is empty. Choose another one, or save it again.');
  const format = detectFormat(bytes);
  if (!format) throw foreign(bytes);
  let size: Size | null;
  try {
    size = readers[format](bytes);
  } catch (error) {
    // DataView throws RangeError where a header points past the end.
    if (error instanceof RangeError) size = null;
    else throw error;
  }
  if (!size) {
    const name = formatNames[format];
    throw new PictureError(
      'truncated',
      `This ${name} is cut off after ${bytes.length.toLocaleString('en')} bytes. Download or copy it again.`,
    );
  }
  if (size.width < 1 || size.height < 1) {
    throw new PictureError(
      'broken',
      `This ${formatNames[format]} says it has no pixels. Save it again in another program.`,
    );
  }
  if (format !== 'svg' && Math.max(size.width, size.height) > MAX_SIDE) {
    throw new PictureError(
      'too-large',
      `This picture is ${size.width} x ${size.height} pixels; up to ${MAX_SIDE} x ${MAX_SIDE} can be opened. Make it smaller first.`,
    );
  }
  return { format, ...size };
}

/** The format by its magic bytes; null for anything else. */
export function detectFormat(bytes: Uint8Array): PictureFormat | null {
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg';
  if (ascii(bytes, 0, 8) === '\x89PNG\r\n\x1a\n') return 'png';
  if (ascii(bytes, 0) === 'RIFF' && ascii(bytes, 8) === 'WEBP') return 'webp';
  if (/^GIF8[79]a/.test(ascii(bytes, 0, 6))) return 'gif';
  if (ascii(bytes, 4) === 'ftyp' && brands(bytes).some((brand) => brand === 'avif' || brand === 'avis')) return 'avif';
  if (ascii(bytes, 0, 2) === 'BM' && bytes.length > 26 && [12, 40, 52, 56, 108, 124].includes(bytes[14]!)) return 'bmp';
  return svgTag(bytes) ? 'svg' : null;
}

/** The brands of an ISO media file: the major one and the compatible ones. */
function brands(bytes: Uint8Array): string[] {
  const end = Math.min(bytes.length >= 4 ? viewOf(bytes).getUint32(0) : 0, bytes.length);
  return Array.from({ length: Math.max(Math.floor((end - 8) / 4), 0) }, (_, i) => ascii(bytes, 8 + 4 * i));
}

/** The error for a file that is none of ours: named where people often bring it. */
function foreign(bytes: Uint8Array): PictureError {
  const unsupported = (what: string) =>
    new PictureError('unsupported', `This is ${what}, which browsers cannot show. Save it as JPEG or PNG first.`);
  if (ascii(bytes, 4) === 'ftyp') {
    const heic = brands(bytes).some((brand) => /^(heic|heix|heim|hevc|mif1)$/.test(brand));
    return unsupported(heic ? 'an HEIC photo' : 'a video');
  }
  const magic: readonly [string, string][] = [
    ['II*\0', 'a TIFF picture'],
    ['MM\0*', 'a TIFF picture'],
    ['%PDF', 'a PDF document'],
    ['8BPS', 'a Photoshop file'],
    ['\xff\x0a', 'a JPEG XL picture'],
    ['\0\0\0\x0cJXL ', 'a JPEG XL picture'],
    ['PK\x03\x04', 'a ZIP archive'],
    ['\x1f\x8b', 'a gzip archive'],
  ];
  const known = magic.find(([start]) => ascii(bytes, 0, start.length) === start);
  if (known) return unsupported(known[1]);
  const head = bytes.subarray(0, 512);
  const isText = head.every((b) => b >= 32 || b === 9 || b === 10 || b === 13);
  const found = isText ? 'It holds text, whatever its name says.' : 'Its first bytes are those of no picture format.';
  return new PictureError(
    'not-a-picture',
    `This file is not a picture. ${found} Choose a JPEG, PNG, WebP, GIF, AVIF or SVG.`,
  );
}

/** Readers of the size: null (or a RangeError) when the file ends too early. */
const readers: Readonly<Record<PictureFormat, (bytes: Uint8Array) => Size | null>> = {
  jpeg(bytes) {
    const view = viewOf(bytes);
    let size: Size | null = null;
    for (let at = 2; ;) {
      while (view.getUint8(at) === 0xff && view.getUint8(at + 1) === 0xff) at++;
      if (view.getUint8(at) !== 0xff)
        throw new PictureError('broken', 'This JPEG is damaged. Save it again in another program.');
      const marker = view.getUint8(at + 1);
      // SOF0 .. SOF15 without DHT (c4), JPG (c8) and DAC (cc)
      if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
        size = { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
      }
      // Start of scan: the picture follows, up to the end marker. Thumbnails with end markers of their own come before.
      if (marker === 0xda) return size && endsWithin(bytes, at) ? size : null;
      at += 2 + view.getUint16(at + 2);
    }
  },
  png(bytes) {
    const view = viewOf(bytes);
    const size = { width: view.getUint32(16), height: view.getUint32(20) };
    for (let at = 8; ; at += 12 + view.getUint32(at)) {
      if (ascii(bytes, at + 4) === 'IEND') return size;
    }
  },
  webp(bytes) {
    const view = viewOf(bytes);
    if (view.getUint32(4, true) + 8 > bytes.length) return null;
    const chunk = ascii(bytes, 12);
    if (chunk === 'VP8X') return { width: 1 + uint24(bytes, 24), height: 1 + uint24(bytes, 27) };
    if (chunk === 'VP8L') {
      const bits = view.getUint32(21, true);
      return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
    }
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  },
  gif: (bytes) => ({ width: viewOf(bytes).getUint16(6, true), height: viewOf(bytes).getUint16(8, true) }),
  avif(bytes) {
    const view = viewOf(bytes);
    // Grid pictures list their tiles' sizes too: the largest is the whole.
    let size: Size | null = null;
    const walk = (from: number, end: number) => {
      for (let at = from; at + 8 <= end;) {
        const small = view.getUint32(at);
        const length = small === 0 ? end - at : small === 1 ? Number(view.getBigUint64(at + 8)) : small;
        const kind = ascii(bytes, at + 4);
        if (length < 8 || at + length > end) throw new RangeError('A box ends after the file.');
        if (kind === 'ispe') {
          const found = { width: view.getUint32(at + 12), height: view.getUint32(at + 16) };
          if (!size || found.width * found.height > size.width * size.height) size = found;
        }
        // `meta` starts with a version and flags.
        if (kind === 'meta') walk(at + 12, at + length);
        if (kind === 'iprp' || kind === 'ipco') walk(at + 8, at + length);
        at += length;
      }
    };
    walk(0, bytes.length);
    return size;
  },
  bmp(bytes) {
    const view = viewOf(bytes);
    if (bytes[14] === 12) return { width: view.getUint16(18, true), height: view.getUint16(20, true) };
    return { width: Math.abs(view.getInt32(18, true)), height: Math.abs(view.getInt32(22, true)) };
  },
  svg: (bytes) => svgSize(svgTag(bytes) ?? ''),
};

const uint24 = (bytes: Uint8Array, at: number) => bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);

/** True where a JPEG's end marker comes after `from`. Cameras append things after it, so it need not be last. */
function endsWithin(bytes: Uint8Array, from: number): boolean {
  for (let at = bytes.length - 1; (at = bytes.lastIndexOf(0xd9, at)) > from; at--) {
    if (bytes[at - 1] === 0xff) return true;
  }
  return false;
}

/** The opening `<svg ...>` tag of an SVG file, after declarations and comments; null where the file starts otherwise. */
function svgTag(bytes: Uint8Array): string | null {
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const encoding = utf16 ? (bytes[0] === 0xff ? 'utf-16le' : 'utf-16be') : 'utf-8';
  let rest = new TextDecoder(encoding).decode(bytes.subarray(0, 65_536)).trimStart();
  while (/^<[?!]/.test(rest)) {
    const [open, close] = rest.startsWith('<!--')
      ? ['<!--', '-->']
      : rest.startsWith('<?')
        ? ['<?', '?>']
        : ['<!', '>'];
    // A document type may hold declarations in brackets, each with its own `>`.
    const subset = /^<!DOCTYPE[^>[]*\[/i.test(rest) ? rest.indexOf(']') : 0;
    const end = subset < 0 ? -1 : rest.indexOf(close, Math.max(open.length, subset));
    if (end < 0) return null;
    rest = rest.slice(end + close.length).trimStart();
  }
  return /^<(?:\w+:)?svg(?=[\s>/])(?:[^>"']|"[^"]*"|'[^']*')*>/.exec(rest)?.[0] ?? null;
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  px: 1,
  pt: 4 / 3,
  pc: 16,
  in: 96,
  cm: 96 / 2.54,
  mm: 96 / 25.4,
};

/**
 * The size an SVG asks for: `width` and `height`, the missing one by the viewBox's shape; else the viewBox's shape with the
 * longer side `SVG_SIDE`. In CSS pixels.
 */
function svgSize(tag: string): Size {
  const attribute = (name: string) => new RegExp(`\\s${name}\\s*=\\s*["']([^"']*)["']`).exec(tag)?.[1]?.trim();
  const length = (name: string) => {
    const [, number, unit] = /^([\d.]+(?:e[+-]?\d+)?)\s*([a-z]*)$/i.exec(attribute(name) ?? '') ?? [];
    const pixels = Number(number) * (UNITS[unit ?? ''] ?? NaN);
    return pixels > 0 ? pixels : null;
  };
  const [boxWidth, boxHeight] = (attribute('viewBox')?.split(/[\s,]+/) ?? []).slice(2).map(Number);
  const ratio = boxWidth! > 0 && boxHeight! > 0 ? boxWidth! / boxHeight! : 1;
  const width = length('width');
  const height = length('height');
  const whole = (w: number, h: number) => ({ width: Math.max(Math.round(w), 1), height: Math.max(Math.round(h), 1) });
  if (width !== null) return whole(width, height ?? width / ratio);
  if (height !== null) return whole(height * ratio, height);
  return whole(SVG_SIDE * Math.min(ratio, 1), SVG_SIDE / Math.max(ratio, 1));
}
