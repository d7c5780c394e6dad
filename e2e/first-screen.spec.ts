import { gzipSync } from 'node:zlib';
import { expect, test } from '@playwright/test';

const BUDGET_BYTES = 400_000;

test('the shipped page reconstructs a sample, in <= 400 kB of JavaScript', async ({ page }) => {
  const urls = new Set<string>();
  page.context().on('response', (response) => {
    if (/\.m?js(\?|$)/.test(response.url())) urls.add(response.url());
  });
  await page.goto('./');
  // Text and samples are there before any weights are.
  await expect(page.getByTestId('drop-zone')).toBeVisible();
  await expect(page.getByTestId('psnr')).toContainText(/\d/, { timeout: 150_000 });
  // Fetched again from the test, so that nothing is missed because a body was gone.
  const scripts = new Map<string, number>();
  for (const url of urls) scripts.set(url, gzipSync(await (await page.request.get(url)).body()).length);
  const total = [...scripts.values()].reduce((sum, size) => sum + size, 0);
  console.log(
    [...scripts].map(([url, size]) => `${(size / 1000).toFixed(1).padStart(7)} kB  ${url.split('/').pop()}`).join('\n'),
  );
  console.log(
    `${(total / 1000).toFixed(1)} kB of JavaScript, gzipped, until the first reconstruction (everything the page and its worker load)`,
  );
  expect(scripts.size).toBeGreaterThan(2);
  expect(total).toBeGreaterThan(100_000);
  expect(total).toBeLessThanOrEqual(BUDGET_BYTES);
});
