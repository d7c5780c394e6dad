import { expect, test } from '@playwright/test';
import { expectAccessible, openPlayground, TINY } from './app';
import { png, scene } from './pictures';

test('atlas, map, health: one code linked through all of them', async ({ page }) => {
  const { complaints } = await openPlayground(page, `&backend=wasm#/codebook`);
  const atlas = page.getByTestId('code-atlas');
  await expect(atlas).toBeVisible();
  // The tiny models ship no atlas: it is decoded here.
  await expect(page.getByTestId('atlas-progress')).toHaveCount(0);

  await page
    .getByTestId('codebook-file')
    .setInputFiles({ name: 'mine.png', mimeType: 'image/png', buffer: scene(32, 32) });
  await expect(page.getByText('mine.png')).toBeVisible();

  await atlas.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  const code = await page.getByTestId('code-card').getAttribute('data-code');
  expect(code).toMatch(/^\d+$/);
  await expect(atlas).toHaveAttribute('data-chosen', code!);
  await expectAccessible(page);

  await page.getByTestId('atlas-view').getByText('Its effect').click();
  await page.getByTestId('context-run').click();
  await expect(page.getByTestId('codes-in-context').getByRole('button').first()).toBeVisible();

  await page.getByTestId('codebook-page').getByText('Map').click();
  const map = page.getByTestId('scatter-map');
  await expect(map).toHaveAttribute('data-chosen', code!);
  await page.getByTestId('map-projection').getByText('UMAP').click();
  await expect(page.getByTestId('map-progress')).toHaveCount(0);
  await map.focus();
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByTestId('code-card')).not.toHaveAttribute('data-code', code!);
  await expectAccessible(page);

  await page.getByTestId('codebook-page').getByText('Health').click();
  await page.getByTestId('codebook-file').setInputFiles([
    { name: 'one.png', mimeType: 'image/png', buffer: png(16, 16, () => [255, 0, 0, 255]) },
    { name: 'two.png', mimeType: 'image/png', buffer: scene(32, 32) },
    { name: 'bad.png', mimeType: 'image/png', buffer: Buffer.from('no picture') },
  ]);
  await expect(page.getByTestId('set-bad')).toContainText('bad.png');
  await expect(page.getByTestId('pictures-table')).toContainText('one.png');
  await expect(page.getByTestId('health-perplexity')).toContainText(/^\d+\.\d$/);
  // The same figures by the console's own codes.
  const wanted = await page.evaluate(async (id) => {
    const canvas = new OffscreenCanvas(16, 16);
    const context = canvas.getContext('2d')!;
    context.fillStyle = '#ff0000';
    context.fillRect(0, 0, 16, 16);
    const { codes } = await window.tessera.encode(id, await createImageBitmap(canvas));
    return new Set(codes[0]!.indices).size;
  }, TINY);
  await expect(page.getByTestId('pictures-table').getByRole('row', { name: /one\.png/ })).toContainText(String(wanted));
  await page.getByTestId('health-scale').getByText('Rank-frequency').click();
  await page.getByTestId('rank-chart').focus();
  await page.keyboard.press('Home');
  await expect(page.getByTestId('pairs')).toBeVisible();
  await expectAccessible(page);

  await page.reload();
  await expect(page.getByTestId('rank-chart')).toBeVisible();
  expect(complaints).toEqual([]);
});
