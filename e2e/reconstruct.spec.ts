import { expect, test } from '@playwright/test';
import { choose, expectAccessible, expectReconstructed, openPlayground, TINY } from './app';
import { disc, rotatedJpeg, scene } from './pictures';

test('a visitor sees a reconstruction without doing anything, and every kind of picture works', async ({ page }) => {
  const { complaints } = await openPlayground(page);
  await expect(page.getByTestId('psnr')).toContainText(/\d/);

  await choose(page, 'disc.png', 'image/png', disc(300));
  await expectReconstructed(page, 'disc.png');
  // Transparency lies on white.
  const corner = await page.evaluate(async (model) => {
    const canvas = new OffscreenCanvas(64, 64);
    canvas.getContext('2d')!.clearRect(0, 0, 64, 64);
    const { image } = await window.tessera.reconstruct(model, await canvas.convertToBlob());
    const { image: white } = await window.tessera.reconstruct(
      model,
      (() => {
        const context = canvas.getContext('2d')!;
        context.fillStyle = '#fff';
        context.fillRect(0, 0, 64, 64);
        return canvas.transferToImageBitmap();
      })(),
    );
    return { transparent: [...image.data], white: [...white.data] };
  }, TINY);
  expect(corner.transparent).toEqual(corner.white);

  await choose(page, 'rotated.jpg', 'image/jpeg', await rotatedJpeg(page, 120, 200));
  await expectReconstructed(page, 'rotated.jpg');
  const upright = await page.getByTestId('input').evaluate((canvas: HTMLCanvasElement) => {
    const at = (x: number, y: number) => [
      ...canvas.getContext('2d')!.getImageData(x * canvas.width, y * canvas.height, 1, 1).data,
    ];
    return { top: at(0.5, 0.2), bottom: at(0.5, 0.8) };
  });
  expect(upright.top[0]).toBeGreaterThan(150);
  expect(upright.bottom[2]).toBeGreaterThan(150);

  await choose(page, 'dot.png', 'image/png', scene(1, 1));
  await expectReconstructed(page, 'dot.png');

  await choose(page, 'large.png', 'image/png', scene(5000, 3000));
  await expectReconstructed(page, 'large.png');
  expect(complaints).toEqual([]);
});

test('a file that is no picture says so and loses nothing', async ({ page }) => {
  await openPlayground(page);
  await choose(page, 'good.png', 'image/png', scene(64, 64));
  await expectReconstructed(page, 'good.png');
  for (const [name, bytes] of [
    ['text.png', Buffer.from('This is no picture at all.')],
    ['empty.png', Buffer.alloc(0)],
    ['half.png', scene(64, 64).subarray(0, 60)],
  ] as const) {
    await choose(page, name, 'image/png', bytes);
    await expect(page.getByText(name, { exact: false }).first()).toBeVisible();
  }
  await expectReconstructed(page, 'good.png');
});

test('tile mode keeps the whole picture', async ({ page }) => {
  await openPlayground(page);
  const result = await page.evaluate(
    async ([model, file]) => {
      const blob = await (await fetch(file)).blob();
      const { image, codes } = await window.tessera.reconstruct(model, blob, { mode: 'tile' });
      return { width: image.width, height: image.height, codes: codes.map(({ width, height }) => [width, height]) };
    },
    [TINY, `data:image/png;base64,${scene(150, 90).toString('base64')}`] as const,
  );
  expect(result).toEqual({ width: 150, height: 90, codes: [[38, 23]] });
});

test('the device is lost in mid-run: one notice, the picture stays, the run is repeated', async ({ page }) => {
  await openPlayground(page);
  await choose(page, 'kept.png', 'image/png', scene(64, 64));
  await expectReconstructed(page, 'kept.png');
  const file = `data:image/png;base64,${scene(256, 200).toString('base64')}`;
  const inTiles = async ([model, url]: readonly [string, string]) => {
    const blob = await (await fetch(url)).blob();
    return [...(await window.tessera.reconstruct(model, blob, { mode: 'tile' })).image.data];
  };
  const before = await page.evaluate(inTiles, [TINY, file] as const);
  const running = page.evaluate(inTiles, [TINY, file] as const);
  await page.evaluate(() => window.tessera.simulateDeviceLoss());
  await expect(page.getByTestId('toast')).toHaveCount(1);
  await expect(page.getByTestId('toast')).toContainText('The GPU is back');
  expect(await running).toEqual(before);
  await expectReconstructed(page, 'kept.png');
});

test('without WebGPU the page works on WASM, with a plain notice', async ({ page }) => {
  await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined }));
  await openPlayground(page);
  const capabilities = await page.evaluate(() => window.tessera.capabilities());
  expect(capabilities.backend).toBe('wasm');
  await expect(page.getByTestId('notice')).toBeVisible();
  await choose(page, 'scene.png', 'image/png', scene(64, 64));
  await expectReconstructed(page, 'scene.png');
});

test('codes travel: encode, decode, refuse a mask', async ({ page }) => {
  await openPlayground(page);
  const outcome = await page.evaluate(
    async ([model, file]) => {
      const blob = await (await fetch(file)).blob();
      const whole = await window.tessera.reconstruct(model, blob);
      const { codes, metrics } = await window.tessera.encode(model, blob);
      const image = await window.tessera.decode(model, codes);
      codes[0]!.indices[3] = codes[0]!.codebookSize;
      const refused = await window.tessera.decode(model, codes).then(
        () => null,
        (error: Error) => error.message,
      );
      return { same: image.data.every((value, i) => value === whole.image.data[i]), metrics, refused };
    },
    [TINY, `data:image/png;base64,${scene(80, 80).toString('base64')}`] as const,
  );
  expect(outcome.same).toBe(true);
  expect(outcome.metrics.bytes).toBe(48); // 8 x 8 codes of 6 bits
  expect(outcome.refused).toMatch(/64/);
});

test('no serious accessibility violation, light and dark, wide and narrow', async ({ page }) => {
  await openPlayground(page);
  await expect(page.getByTestId('psnr')).toContainText(/\d/);
  await expectAccessible(page);
});

test('open the quantizer, save, undo, and a folder at once', async ({ page }) => {
  await openPlayground(page);
  await choose(page, 'scene.png', 'image/png', scene(64, 64));
  await expectReconstructed(page, 'scene.png');

  await page.getByTestId('token-grid').click();
  await expect(page.getByTestId('quantizer')).toBeVisible();
  await page.getByTestId('token-grid').press('Escape');

  const saved = await Promise.all([page.waitForEvent('download'), page.getByTestId('save-npy').click()]);
  const npy = await (await import('node:fs/promises')).readFile(await saved[0].path());
  expect(npy.subarray(1, 6).toString('latin1')).toBe('NUMPY');
  expect(npy.toString('latin1')).toContain("'shape': (1, 8, 8)");

  const link = () => new URL(page.url()).hash;
  const before = link();
  await page.getByTestId('fit-mode').getByText('Cover').click();
  await expect.poll(link).not.toBe(before);
  await page.keyboard.press('Control+z');
  await expect.poll(link).toBe(before);

  await page.getByTestId('file-input').setInputFiles([
    { name: 'one.png', mimeType: 'image/png', buffer: scene(40, 40) },
    { name: 'bad.png', mimeType: 'image/png', buffer: Buffer.from('no picture') },
    { name: 'two.png', mimeType: 'image/png', buffer: disc(50) },
  ]);
  const rows = page.getByTestId('batch-table').locator('tbody tr');
  await expect(rows).toHaveCount(3);
  await expect(rows.nth(0)).toContainText('not a picture');
  await expect(rows.nth(1)).toContainText(/one\.png.*\d/);
  await expect(rows.nth(2)).toContainText(/two\.png.*\d/);
});

test('two levels: either grid, the quantizer of each, one grid alone, codes out and in again', async ({ page }) => {
  const { complaints } = await openPlayground(page);
  await page.getByTestId('model-picker').click();
  await page.getByTestId('pick-tiny-h2').click();
  await choose(page, 'scene.png', 'image/png', scene(64, 64));
  await expectReconstructed(page, 'scene.png');
  await expect(page.getByTestId('model-picker')).toContainText('two levels');

  // 32 px: a top of 4 x 4 codes, a bottom of 8 x 8.
  const grid = page.getByTestId('token-grid');
  await expect(grid).toHaveAttribute('aria-rowcount', '4');
  await grid.click();
  await expect(page.getByTestId('quantizer')).toContainText('chosen');
  await page.getByTestId('level').getByText('Bottom, 8 × 8').click();
  await expect(grid).toHaveAttribute('aria-rowcount', '8');
  await grid.click();
  await expect(page.getByTestId('quantizer')).toContainText('chosen');

  const pixels = () =>
    page.getByTestId('reconstruction').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL('image/png'));
  const whole = await pixels();
  await page.getByTestId('painted-from').getByText('Only top').click();
  await expect.poll(pixels).not.toBe(whole);
  const top = await pixels();
  await page.getByTestId('painted-from').getByText('Only bottom').click();
  await expect.poll(async () => ![whole, top].includes(await pixels())).toBe(true);
  await page.getByTestId('painted-from').getByText('Both').click();
  await expect.poll(pixels).toBe(whole);

  const saved = await Promise.all([page.waitForEvent('download'), page.getByTestId('save-codes').click()]);
  const json = await (await import('node:fs/promises')).readFile(await saved[0].path());
  await page.reload();
  await page.evaluate(() => window.tessera.ready);
  await choose(page, 'again.codes.json', 'application/json', json);
  await expect(page.getByTestId('reconstruction')).toHaveAttribute('data-picture', 'again.codes.json');
  await expect.poll(pixels).toBe(whole);
  expect(complaints).toEqual([]);
});
