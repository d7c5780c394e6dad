/**
 * The browser of the end-to-end tests and of the benchmark: TESSERA_CHROMIUM, else the system's Chromium or Chrome.
 * `node scripts/chromium.mjs --check` exits with 1 where there is none.
 */
import { spawnSync } from 'node:child_process';

const CANDIDATES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

/** Path of a Chromium that runs, or null. (Ubuntu's package is a stub that only points at a snap: it does not run.) */
export function findChromium() {
  const wanted = process.env.TESSERA_CHROMIUM ? [process.env.TESSERA_CHROMIUM] : CANDIDATES;
  return wanted.find((path) => spawnSync(path, ['--version'], { timeout: 20_000 }).status === 0) ?? null;
}

/**
 * Flags for WebGPU on SwiftShader. Without the last three, presenting to a WebGPU canvas kills the GPU process.
 * TESSERA_GPU=real leaves the software adapter out, for a machine with a GPU.
 */
export const CHROMIUM_ARGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-unsafe-webgpu',
  ...(process.env.TESSERA_GPU === 'real'
    ? []
    : [
        '--use-webgpu-adapter=swiftshader',
        '--enable-features=Vulkan',
        '--use-vulkan=swiftshader',
        '--use-angle=swiftshader',
      ]),
];

if (process.argv.includes('--check')) {
  const found = findChromium();
  console.log(found ? `chromium: ${found}` : 'chromium: none found');
  process.exit(found ? 0 : 1);
}
