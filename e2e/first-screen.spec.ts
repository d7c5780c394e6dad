import { gzipSync } from 'node:zlib';
import { expect, test } from '@playwright/test';

const BUDGET_BYTES = 400_000;

test('the shipped page reconstructs a sample, in <= 400 kB of JavaScript', async ({ page }) => {
  const scripts = new Map<string, number>();
  page.context().on('response', (response) => {
    if (!/\.m?js(\?|$)/.test(response.url())) return;
    void response
      .body()
      .then((body) => scripts.set(response.url(), gzipSync(body).length))
      .catch(() => undefined);
  });
  await page.goto('./');
  // Text and samples are there before any weights are.
  await expect(page.getByTestId('drop-zone')).toBeVisible();
  await expect(page.getByTestId('psnr')).toContainText(/\d/, { timeout: 150_000 });
  const total = [...scripts.values()].reduce((sum, size) => sum + size, 0);
  console.log(
    [...scripts].map(([url, size]) => `${(size / 1000).toFixed(1).padStart(7)} kB  ${url.split('/').pop()}`).join('\n'),
  );
  console.log(
    `${(total / 1000).toFixed(1)} kB of JavaScript, gzipped, until the first reconstruction (everything the page and its worker load)`,
  );
  expect(total).toBeGreaterThan(0);
  expect(total).toBeLessThanOrEqual(BUDGET_BYTES);
});
