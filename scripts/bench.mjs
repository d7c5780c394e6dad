/**
 * npm run bench [-- --json] [-- --model ci-64,ci-prior] [-- --rounds 15] [-- --gate]
 * Opens bench/ in Chromium and prints what it measured: a table, or one JSON object; how far it is goes to stderr.
 * On a software adapter only the ratios mean anything. --gate: exit code 1 unless the lower end of every ratio's interval
 * reaches what its item asks for (`atLeast`).
 */
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { CHROMIUM_ARGS, findChromium } from './chromium.mjs';
import { BASE_PATH, serve } from './serve.mjs';

const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};
const json = process.argv.includes('--json');
const model = option('model', 'ci-64,ci-prior');
const rounds = option('rounds', '15');
const gate = process.argv.includes('--gate');
const executablePath = findChromium();
if (!executablePath) {
  console.error('bench: no Chromium found. Install one, or set TESSERA_CHROMIUM to its path.');
  process.exit(2);
}

// Built, not served by the dev server: what is timed is what a visitor gets.
const site = '.cache/bench';
await build({
  logLevel: 'error',
  build: { outDir: site, emptyOutDir: true, rollupOptions: { input: 'bench/index.html' } },
});
const server = await serve(0, site);
const base = `http://127.0.0.1:${server.address().port}${BASE_PATH}`;
const browser = await chromium.launch({ executablePath, args: CHROMIUM_ARGS });
let failed = false;
try {
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(`bench: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.text().startsWith('bench:')) console.error(message.text());
  });
  await page.goto(`${base}bench/index.html?model=${encodeURIComponent(model)}&rounds=${rounds}`);
  const result = await page
    .waitForFunction(() => globalThis.benchResult, null, { timeout: 1_200_000 })
    .then((handle) => handle.jsonValue());
  if (json) console.log(JSON.stringify(result, null, 2));
  else print(result);
  failed =
    !!result.error ||
    !result.items.length ||
    result.items.some((item) => item.error || !Object.keys(item.ratios).length);
  for (const { id, ratios, atLeast } of gate ? result.items : [])
    for (const { low } of Object.values(ratios))
      if (!(low >= atLeast)) {
        console.error(`bench: ${id}: the lower end of the ratio is ${low.toFixed(2)}, at least ${atLeast} is needed`);
        failed = true;
      }
} finally {
  await browser.close();
  server.close();
}
process.exit(failed ? 1 : 0);

function print(result) {
  if (result.error) return console.log(`bench: ${result.error}`);
  console.log(`adapter: ${result.adapter}${result.isSoftware ? '  (software adapter: ratios only)' : ''}`);
  for (const item of result.items) {
    console.log(`\n${item.id}  (${item.what})`);
    if (item.error) {
      console.log(`  not timed: ${item.error}`);
      continue;
    }
    for (const [peer, { median, low, high, rounds: count }] of Object.entries(item.ratios))
      console.log(
        `  ${peer.padEnd(14)} ${median.toFixed(2)} x our time   [${low.toFixed(2)}, ${high.toFixed(2)}], ${count} rounds`,
      );
    if (!result.isSoftware)
      for (const [name, ms] of Object.entries(item.timesMs)) console.log(`  ${name.padEnd(14)} ${ms.toFixed(2)} ms`);
  }
}
