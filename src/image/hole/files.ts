/** Files as straight RGBA (not premultiplied), and back. For browsers; SVG needs a document, the rest works in workers too. */
import { decodePicture, readBytes, readPictureBytes, withBitmap, type DecodeOptions } from '../decode';
import type { RgbaImage } from '../picture';
import { detectFormat, formatNames, PictureError, sniffPicture } from '../sniff';
import { loadPng } from './png';
import type { StraightImage } from './types';

/** Enough of a file to tell its format: an AVIF lists its brands first. */
const HEAD_BYTES = 4096;
/** Rows read back at once, so that no copy of a whole large picture stands beside it. */
const STRIP_ROWS = 512;

/**
 * A file as RGBA, up to 8192 x 8192, EXIF orientation applied. Colours are not premultiplied, those under alpha 0 are what the file says.
 * - PNG: exactly the values in the file (see `PngCodec`).
 * - WebP, AVIF, GIF (first frame), BMP: as the browser decodes them, in sRGB, read through WebGL. Of one that it has to turn, Chromium
 *   drops the colours under alpha 0.
 * - JPEG: opaque. SVG: drawn on white (see `decodePicture`).
 * @throws PictureError with a message for the visitor; AbortError after `signal` fired.
 */
export async function decodeRgba(blob: Blob, options: DecodeOptions = {}): Promise<StraightImage> {
  const { signal } = options;
  signal?.throwIfAborted();
  const format = detectFormat(await readBytes(blob.slice(0, HEAD_BYTES)));
  // Opaque pictures come back from a canvas as they are; and it tells what is wrong with files that are none of ours.
  if (format === null || format === 'jpeg' || format === 'svg') return decodePicture(blob, options);

  const bytes = await readPictureBytes(blob);
  signal?.throwIfAborted();
  const sniffed = sniffPicture(bytes);
  if (format === 'png') {
    const codec = await loadPng();
    signal?.throwIfAborted();
    return codec.decode(bytes);
  }
  return withBitmap(
    bytes,
    sniffed,
    signal,
    (bitmap) => readWithWebGl(bitmap) ?? readOpaque(bitmap, formatNames[format]),
  );
}

/** The picture as a PNG file that holds every value, colours under alpha 0 too. */
export async function encodeRgbaPng(image: RgbaImage): Promise<Blob> {
  const codec = await loadPng();
  return new Blob([codec.encode(image)], { type: 'image/png' });
}

/** A texture keeps colours as they are, whatever alpha is. Null where there is no WebGL, or not for pictures this large. */
function readWithWebGl(bitmap: ImageBitmap): StraightImage | null {
  const { width, height } = bitmap;
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (!gl) return null;
  try {
    if (Math.max(width, height) > (gl.getParameter(gl.MAX_TEXTURE_SIZE) as number)) return null;
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, bitmap);
    gl.bindFramebuffer(gl.FRAMEBUFFER, gl.createFramebuffer());
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    if (gl.checkFramebufferStatus(gl.FRAMEBUFFER) !== gl.FRAMEBUFFER_COMPLETE) return null;
    const data = new Uint8ClampedArray(4 * width * height);
    for (let y = 0; y < height; y += STRIP_ROWS) {
      const rows = Math.min(STRIP_ROWS, height - y);
      // WebGL fills unsigned bytes into a Uint8Array only. Row 0 of a texture is the first one uploaded.
      const strip = new Uint8Array(data.buffer, 4 * y * width, 4 * rows * width);
      gl.readPixels(0, y, width, rows, gl.RGBA, gl.UNSIGNED_BYTE, strip);
    }
    return gl.getError() === gl.NO_ERROR ? { width, height, data } : null;
  } finally {
    // A page has few contexts to spend; do not wait for the garbage collector.
    gl.getExtension('WEBGL_lose_context')?.loseContext();
  }
}

/** A canvas premultiplies: it gives only opaque pictures back as they were. */
function readOpaque(bitmap: ImageBitmap, format: string): StraightImage {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, Math.min(height, STRIP_ROWS)).getContext('2d', {
    colorSpace: 'srgb',
    willReadFrequently: true,
  });
  if (!context) throw new Error('This browser gives no 2-D canvas to read pictures with.');
  const data = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y += STRIP_ROWS) {
    const rows = Math.min(STRIP_ROWS, height - y);
    context.clearRect(0, 0, width, rows);
    context.drawImage(bitmap, 0, y, width, rows, 0, 0, width, rows);
    data.set(context.getImageData(0, 0, width, rows).data, 4 * y * width);
  }
  for (let i = 3; i < data.length; i += 4) {
    if (data[i] === 255) continue;
    throw new PictureError(
      'unsupported',
      `This ${format} is transparent, and this browser has no WebGL to read such pictures exactly. Save it as PNG.`,
    );
  }
  return { width, height, data };
}
