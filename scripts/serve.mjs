/**
 * Serves the built site from a sub-path, as a plain static host would: node scripts/serve.mjs [--port 4173].
 * /some/where/ is dist/, /some/where/fixtures/ the tiny models of the tests.
 */
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

export const BASE_PATH = '/some/where/';
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** Starts the server over the built page in `site`; resolves with it once it listens. Port 0 takes any free one. */
export function serve(port, site = 'dist') {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname);
    const inside = path.startsWith(BASE_PATH) ? normalize('/' + path.slice(BASE_PATH.length)).slice(1) : null;
    const file = inside === null ? null : inside.startsWith('fixtures/') ? inside : join(site, inside || 'index.html');
    let size;
    try {
      const stat = statSync(file);
      if (!stat.isFile()) throw new Error('not a file');
      size = stat.size;
    } catch {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
      return;
    }
    response.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-length': size,
    });
    if (request.method === 'HEAD') response.end();
    else createReadStream(file).pipe(response);
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const at = process.argv.indexOf('--port');
  const server = await serve(at < 0 ? 4173 : Number(process.argv[at + 1]));
  console.log(`http://127.0.0.1:${server.address().port}${BASE_PATH}`);
}
