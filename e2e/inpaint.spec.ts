import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { expectAccessible, hand, openPlayground } from './app';
import { png, scene } from './pictures';

const [WIDTH, HEIGHT] = [120, 90];
const PICTURE = scene(WIDTH, HEIGHT);

async function openLab(page: Page): Promise<{ complaints: string[] }> {
  const opened = await openPlayground(page, '&backend=wasm#/inpaint');
  await give(page, 'holiday.png', PICTURE);
  await expect(page.getByTestId('inpaint-canvas')).toHaveAttribute('aria-label', /holiday.*120 × 90/);
  await page.getByTestId('knob-numSteps').fill('3');
  await page.getByTestId('knob-count').fill('2');
  return opened;
}

const give = (page: Page, name: string, buffer: Buffer) =>
  page.getByTestId('inpaint-file').setInputFiles({ name, mimeType: 'image/png', buffer });

/** Drags the tool in hand over places of the picture, in its pixels. */
async function drag(page: Page, ...places: readonly (readonly [number, number])[]): Promise<void> {
  const box = await page.getByTestId('mask').boundingBox();
  if (!box) throw new Error('no picture on the screen');
  const at = ([x, y]: readonly [number, number]) =>
    [box.x + (x / WIDTH) * box.width, box.y + (y / HEIGHT) * box.height] as const;
  const [first, ...rest] = places;
  await page.mouse.move(...at(first!));
  await page.mouse.down();
  for (const place of rest) await page.mouse.move(...at(place), { steps: 4 });
  await page.mouse.up();
}

/** Places under the mask, as the exported file has them. */
async function exportedMask(page: Page): Promise<boolean[]> {
  await page.getByTestId('mask-menu').click();
  const { data } = await saved(page, () => page.getByTestId('mask-export').click());
  return Array.from({ length: WIDTH * HEIGHT }, (_, i) => data[4 * i]! > 0);
}

/** What a click writes to a file, read back: its own decoder is the browser's, and opaque pictures pass through a canvas as they are. */
async function saved(
  page: Page,
  click: () => Promise<void>,
): Promise<{ width: number; height: number; data: number[] }> {
  const waiting = page.waitForEvent('download');
  await click();
  const file = readFileSync(await (await waiting).path()).toString('base64');
  return page.evaluate(async (base64) => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
    context.drawImage(bitmap, 0, 0);
    const { width, height, data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    return { width, height, data: Array.from(data) };
  }, file);
}

const answers = (page: Page) => page.getByTestId('inpaint-answer');
const finished = (page: Page, count: number) => expect(answers(page)).toHaveCount(count, { timeout: 120_000 });

test('drop, paint, fill, choose, refill, undo, download: own pixels stay', async ({ page }) => {
  const { complaints } = await openLab(page);
  await page.getByTestId('inpaint-fill').click();
  await expect(page.getByTestId('inpaint-notice')).toContainText(/paint/i);

  await page.getByTestId('tool-rectangle').click();
  await drag(page, [40, 30], [70, 60]);
  await page.getByTestId('tool-brush').click();
  await drag(page, [20, 20], [30, 25], [45, 35]);
  await page.getByTestId('inpaint-undo').click();
  const mask = await exportedMask(page);
  expect(mask[45 * WIDTH + 55]).toBe(true);
  expect(mask[20 * WIDTH + 20]).toBe(false);

  await page.getByTestId('inpaint-fill').click();
  await finished(page, 2);
  await answers(page).nth(1).click();
  await page.getByTestId('inpaint-blend').getByText('None').click();
  await expect(page.getByTestId('inpaint-download')).toBeEnabled();
  const first = await saved(page, () => page.getByTestId('inpaint-download').click());
  const original = await pixelsOf(page, PICTURE);
  expect([first.width, first.height]).toEqual([WIDTH, HEIGHT]);
  const differing = (data: readonly number[]) =>
    mask.map((_, i) => [0, 1, 2, 3].some((c) => data[4 * i + c] !== original[4 * i + c]));
  const changed = differing(first.data);
  expect(changed.filter((change, i) => change && !mask[i])).toEqual([]);
  expect(changed.filter((change, i) => change && mask[i]).length).toBeGreaterThan(100);

  // A spot of the answer is drawn anew; the rest of it stays, and the older answers can be gone back to.
  await page.getByTestId('tool-rectangle').click();
  await drag(page, [42, 32], [52, 42]);
  await page.getByTestId('inpaint-refill').click();
  await finished(page, 4);

  // Latents that explain the known pixels, without a prior: asked for, not made unasked.
  await page.getByTestId('opinion-ask').click();
  await expect(page.getByTestId('opinion')).toBeVisible({ timeout: 120_000 });
  await expect(page.getByTestId('opinion')).toContainText(/grey levels in the hole/);

  await page.getByTestId('inpaint-accept').click();
  await expect(answers(page)).toHaveCount(0);
  await page.getByTestId('inpaint-undo').click();
  await finished(page, 4);
  expect(complaints).toEqual([]);
});

/** RGBA of an opaque PNG. */
const pixelsOf = (page: Page, file: Buffer): Promise<number[]> =>
  page.evaluate(async (base64) => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')!;
    context.drawImage(bitmap, 0, 0);
    return Array.from(context.getImageData(0, 0, bitmap.width, bitmap.height).data);
  }, file.toString('base64'));

test('a bad file, a mask of another size and a cancelled run lose nothing', async ({ page }) => {
  await openLab(page);
  await page.getByTestId('tool-rectangle').click();
  await drag(page, [40, 30], [70, 60]);
  await give(page, 'notes.txt', Buffer.from('no picture'));
  await expect(page.getByTestId('inpaint-notice')).toBeVisible();
  await page.getByTestId('mask-menu').click();
  await page
    .getByTestId('mask-file')
    .setInputFiles({ name: 'small.png', mimeType: 'image/png', buffer: png(9, 9, () => [255, 255, 255, 255]) });
  await expect(page.getByTestId('inpaint-notice')).toContainText(/120 × 90.*9 × 9|9 × 9.*120 × 90/);
  const mask = await exportedMask(page);
  expect(mask[45 * WIDTH + 55]).toBe(true);
  await expect(page.getByTestId('inpaint-canvas')).toHaveAttribute('aria-label', /holiday/);

  await page.getByTestId('knob-numSteps').fill('20');
  await page.getByTestId('inpaint-fill').click();
  await page.getByTestId('inpaint-cancel').click();
  await expect(page.getByTestId('inpaint-fill')).toBeEnabled();
  await expect(page.getByTestId('inpaint-cancel')).toHaveCount(0);
  await page.getByTestId('knob-numSteps').fill('2');
  await page.getByTestId('inpaint-fill').click();
  await finished(page, 2);
});

test('a picture is dropped, another pasted; a small one is enlarged without a prior', async ({ page }) => {
  const { complaints } = await openPlayground(page, '&backend=wasm#/inpaint');
  await hand(page, 'drop', 'dropped.png', scene(WIDTH, HEIGHT));
  await expect(page.getByTestId('inpaint-canvas')).toHaveAttribute('aria-label', /dropped.*120 × 90/);
  await hand(page, 'paste', 'pasted.png', scene(50, 40));
  await expect(page.getByTestId('inpaint-canvas')).toHaveAttribute('aria-label', /pasted.*50 × 40/);

  await page.getByTestId('restore-fault').getByText('small 4×').click();
  await page.getByTestId('restore-runs').fill('2');
  await page.getByTestId('restore-ask').click();
  await expect(page.getByTestId('restored')).toBeVisible({ timeout: 120_000 });
  await expect(page.getByTestId('restored')).toContainText(/2 runs\. [\d.]+ dB against the truth/);
  expect(complaints).toEqual([]);
});

test('two stages: several structures, then other textures for the one that was chosen', async ({ page }) => {
  const { complaints } = await openLab(page);
  await page.getByTestId('model-picker').click();
  await page.getByTestId('pick-tiny-prior-two-level').click();
  await page.getByTestId('tool-rectangle').click();
  await drag(page, [40, 30], [70, 60]);
  await page.getByTestId('inpaint-fill').click();
  await finished(page, 2);
  await answers(page).nth(1).click();
  await page.getByTestId('inpaint-texture').click();
  await finished(page, 4);
  await expect(page.getByRole('heading', { name: 'Answer 2 with other textures' })).toBeVisible();
  expect(complaints).toEqual([]);
});

test('is accessible, and fits a phone', async ({ page }) => {
  await openLab(page);
  await page.getByTestId('tool-rectangle').click();
  await drag(page, [40, 30], [70, 60]);
  await page.getByTestId('inpaint-fill').click();
  await finished(page, 2);
  await expectAccessible(page);
});
