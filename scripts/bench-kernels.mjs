/**
 * node scripts/bench-kernels.mjs [conv2d] [groupNorm] [nearestCode] [attention] [--chromium]
 * Times kernels in Node (Dawn on any Vulkan driver), or in Chromium on SwiftShader. Refuses to time a wrong result.
 */
import { existsSync } from 'node:fs';
import { createServer } from 'vite';

const names = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const wanted = names.length ? names : ['conv2d', 'groupNorm', 'nearestCode', 'attention'];
const inChromium = process.argv.includes('--chromium');
const server = await createServer({
  logLevel: 'error',
  server: inChromium ? { port: 0, host: '127.0.0.1', hmr: false, watch: null } : { middlewareMode: true, watch: null },
});

async function node() {
  const lavapipe = '/usr/share/vulkan/icd.d/lvp_icd.json';
  if (!process.env.VK_DRIVER_FILES && existsSync(lavapipe)) process.env.VK_DRIVER_FILES = lavapipe;
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  // Kept on globalThis: Dawn crashes when the GPU object is collected while its device lives.
  globalThis.dawn = create([]);
  const { createDevice } = await server.ssrLoadModule('/src/gpu/device.ts');
  const { timeAll } = await server.ssrLoadModule('/src/kernels/bench.ts');
  const context = await createDevice(globalThis.dawn);
  for (const name of wanted) {
    const module = await server.ssrLoadModule(`/src/kernels/${name}/${name}.bench.ts`);
    console.log((await timeAll(context, module.default)).join('\n'));
  }
  context.device.destroy();
}

async function chromium() {
  const playwright = await import('@playwright/test');
  const { CHROMIUM_ARGS, findChromium } = await import('./chromium.mjs');
  await server.listen();
  const browser = await playwright.chromium.launch({
    executablePath: findChromium() ?? undefined,
    args: CHROMIUM_ARGS,
  });
  try {
    const page = await browser.newPage();
    // An empty page of this origin: the app itself must not run beside the measurement.
    await page.route('**/blank', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
    await page.goto(`${server.resolvedUrls.local[0]}blank`);
    for (const name of wanted) {
      const lines = await page.evaluate(async (kernel) => {
        const load = (path) => import(path);
        const { createDevice, browserGpu } = await load('/src/gpu/device.ts');
        const { timeAll } = await load('/src/kernels/bench.ts');
        const module = await load(`/src/kernels/${kernel}/${kernel}.bench.ts`);
        return timeAll(await createDevice(browserGpu()), module.default);
      }, name);
      console.log(lines.join('\n'));
    }
  } finally {
    await browser.close();
  }
}

try {
  await (inChromium ? chromium() : node());
} finally {
  await server.close();
}
process.exit(0);
