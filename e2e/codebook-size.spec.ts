import { expect, test } from '@playwright/test';
import { expectAccessible, openPlayground } from './app';
import { png } from './pictures';

test('the slider takes codes away, the figures follow, the link brings them back', async ({ page }) => {
  await openPlayground(page, '&backend=wasm#/codebook-size');
  await expect(page.getByTestId('shown')).toHaveAttribute('data-picture', 'merge 64', { timeout: 60_000 });
  await expect(page.getByTestId('changed')).toHaveText('0');
  // Random networks: fewer codes give another picture, not a worse one.
  const whole = Number.parseFloat((await page.getByTestId('psnr').textContent()) ?? '');

  const slider = page.getByRole('slider', { name: 'Codes that are left' });
  await slider.focus();
  await page.keyboard.press('Home');
  await expect(page.getByTestId('shown')).toHaveAttribute('data-picture', 'merge 2');
  await expect(page.getByTestId('size')).toContainText('2 of 64 codes');
  expect(Number.parseFloat((await page.getByTestId('psnr').textContent()) ?? '')).not.toBe(whole);
  expect(Number((await page.getByTestId('changed').textContent()) ?? '0')).toBeGreaterThan(0);

  await page.getByTestId('method-drop').click();
  await expect(page.getByTestId('shown')).toHaveAttribute('data-picture', 'drop 2');
  await page.getByTestId('undo').click();
  await expect(page.getByTestId('shown')).toHaveAttribute('data-picture', 'merge 2');

  await page.getByTestId('map-kind').getByText('Fails first').click();
  await page.getByTestId('sweep').click();
  await expect(page.getByTestId('fail-map')).toHaveAttribute('aria-label', /\d+ of 64 places fail/, {
    timeout: 60_000,
  });
  await expect(page.getByTestId('rate-chart')).toHaveAttribute('aria-label', /Merge, your picture/);

  await expect(page).toHaveURL(/codebook-size\?s=/);
  await page.reload();
  await expect(page.getByTestId('shown')).toHaveAttribute('data-picture', 'merge 2', { timeout: 60_000 });

  await page
    .getByTestId('size-file')
    .setInputFiles({ name: 'bad.png', mimeType: 'image/png', buffer: Buffer.from('no') });
  await expect(page.getByText(/bad\.png could not be opened/)).toBeVisible();
  await expect(page.getByTestId('shown')).toHaveAttribute('data-picture', 'merge 2');
  await expectAccessible(page);
});

test('on the console: the codebook, and the same model with fewer codes', async ({ page }) => {
  await openPlayground(page, '&backend=wasm#/codebook-size');
  const source = `data:image/png;base64,${png(48, 40, (x, y) => [5 * x, 6 * y, 90, 255]).toString('base64')}`;
  const found = await page.evaluate(async (picture) => {
    const { tessera } = window;
    const book = await tessera.codebook('tiny-vq');
    const whole = await tessera.reconstruct('tiny-vq', picture);
    const same = await tessera.resizeCodebook('tiny-vq', { size: 64 });
    const equal = await tessera.reconstruct(same.modelId, picture);
    const small = await tessera.resizeCodebook('tiny-vq', { size: 4, method: 'drop' });
    const less = await tessera.reconstruct(small.modelId, picture);
    const refused = await tessera.resizeCodebook('tiny-fsq', { size: 4 }).catch((error: Error) => error.message);
    return {
      ...{ level: book.levels[0]!.rows.length, small: small.modelId, refused },
      equal: equal.image.data.every((value, i) => value === whole.image.data[i]),
      codes: new Set(less.codes[0]!.indices).size,
      bytes: [whole.metrics.bytes, less.metrics.bytes],
      psnr: [whole.metrics.psnr, less.metrics.psnr],
    };
  }, source);
  expect(found).toMatchObject({ level: 256, small: 'tiny-vq@drop-4', equal: true, bytes: [48, 16] });
  expect(found.codes).toBeLessThanOrEqual(4);
  expect(found.psnr[1]).toBeLessThan(found.psnr[0]!);
  expect(found.refused).toMatch(/FSQ/);
});
