import { expect, test } from '@playwright/test';
import { expectAccessible, openPlayground } from './app';
import { scene } from './pictures';

test('one picture through two quantizers: scores, a lattice to move a code in, levels one after the other', async ({
  page,
}) => {
  const { complaints } = await openPlayground(page, '&backend=wasm#/quantizers');
  await page
    .getByTestId('quantizers-file')
    .setInputFiles({ name: 'holiday.png', mimeType: 'image/png', buffer: scene(64, 64) });
  await expect(page.getByTestId('left-psnr')).toContainText('dB');
  await expect(page.getByTestId('right-psnr')).toContainText('dB');
  await expect(page.getByTestId('right-lattice')).toBeVisible();

  // The same place is read on both sides.
  const box = (await page.getByTestId('left-picture').boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.3);
  await expect(page.getByTestId('left-codes')).toContainText(/\d+ of 64/);
  await expect(page.getByTestId('right-codes')).toContainText(/\d+ of \d+ \(/);

  await page.getByTestId('right-picture').click({ position: { x: 60, y: 60 } });
  const thumb = page.getByTestId('right-dim-0').getByRole('slider');
  await thumb.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByTestId('right-probe')).toContainText(/Code \d+/);

  // The residual model, by the picker.
  await page.getByTestId('model-picker').nth(1).click();
  await page.getByTestId('pick-tiny-rvq').click();
  await expect(page.getByTestId('right-parts').getByRole('radio')).toHaveCount(4);
  const first = page.getByTestId('right-parts').getByRole('radio').first();
  await expect(first).toContainText('dB');
  const all = await page.getByTestId('right-bits').textContent();
  await first.click();
  await expect(page.getByTestId('right-bits')).not.toHaveText(all ?? '');
  await page.keyboard.press('Control+z');
  await expect(page.getByTestId('right-bits')).toHaveText(all ?? '');
  expect(complaints).toEqual([]);
  await expectAccessible(page);
});
