import { expect, test, type Page } from '@playwright/test';
import { expectAccessible, openPlayground } from './app';
import { scene } from './pictures';

async function openLab(page: Page): Promise<{ complaints: string[] }> {
  const opened = await openPlayground(page, '&backend=wasm#/paint');
  await give(page, 'holiday.png', scene(64, 64));
  await expect(page.getByTestId('paint-opened')).toHaveAttribute('data-name', 'holiday.png');
  return opened;
}

const give = (page: Page, name: string, buffer: Buffer) =>
  page.getByTestId('paint-file').setInputFiles({ name, mimeType: 'image/png', buffer });

/** The tiny models write 8 x 8 codes for a square. */
const SIDE = 8;

/** Drags the tool in hand over cells of the grid. */
async function drag(page: Page, ...cells: readonly (readonly [number, number])[]): Promise<void> {
  const box = await page.getByTestId('paint-codes').boundingBox();
  if (!box) throw new Error('no grid on the screen');
  const at = ([x, y]: readonly [number, number]) =>
    [box.x + ((x + 0.5) / SIDE) * box.width, box.y + ((y + 0.5) / SIDE) * box.height] as const;
  const [first, ...rest] = cells;
  await page.mouse.move(...at(first!));
  await page.mouse.down();
  for (const cell of rest) await page.mouse.move(...at(cell), { steps: 4 });
  await page.mouse.up();
}

/** All codes, as the saved file has them. */
async function codes(page: Page): Promise<number[]> {
  const waiting = page.waitForEvent('download');
  await page.getByTestId('paint-save-codes').click();
  const stream = await (await waiting).createReadStream();
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const file = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { codes: { indices: number[] }[] };
  return file.codes[0]!.indices;
}

const changed = (page: Page) => page.getByTestId('paint-changed');
const settled = (page: Page) => expect(page.getByTestId('paint-busy')).toHaveText('');

test('draw with the mouse and with keys, undo and redo to the very same codes', async ({ page }) => {
  const { complaints } = await openLab(page);
  const before = await codes(page);
  await page.getByTestId('paint-code').fill('5');
  await drag(page, [1, 1], [5, 1]);
  await page.getByTestId('paint-code').fill('9');
  await drag(page, [2, 2], [2, 6]);
  await page.getByTestId('paint-codes').focus();
  await page.keyboard.press('Control+End');
  await page.keyboard.press('Space');
  await settled(page);
  const painted = await codes(page);
  expect(painted.slice(9, 14)).toEqual([5, 5, 5, 5, 5]);
  expect([2, 3, 4, 5, 6].map((y) => painted[y * SIDE + 2])).toEqual([9, 9, 9, 9, 9]);
  expect(painted[63]).toBe(9);
  await expect(changed(page)).toContainText('of 64 codes changed');
  await expect(page.getByTestId('paint-psnr')).toContainText('dB');

  const undo = page.getByTestId('paint-undo');
  // The last undo would take back the opening of the picture.
  for (let i = 0; i < 3; i++) await undo.click();
  await expect(changed(page)).toHaveText('as encoded');
  expect(await codes(page)).toEqual(before);
  for (let i = 0; i < 3; i++) await page.keyboard.press('Control+Shift+Z');
  expect(await codes(page)).toEqual(painted);

  // The address is the painting: opened anew it holds the same codes.
  await expect(page).toHaveURL(/#\/paint\?s=/);
  await page.waitForTimeout(500);
  await page.reload();
  await expect(page.getByTestId('paint-opened')).toHaveAttribute('data-name', 'Codes of the link');
  await settled(page);
  expect(await codes(page)).toEqual(painted);
  expect(complaints).toEqual([]);
});

test('copy and paste: within a picture, and from one of another size', async ({ page }) => {
  await openLab(page);
  const before = await codes(page);
  await page.getByTestId('tool-select').click();
  await drag(page, [0, 0], [2, 1]);
  await page.getByTestId('paint-copy').click();
  await page.getByTestId('paint-deselect').click();
  await page.getByTestId('tool-stamp').click();
  await drag(page, [7, 4]);
  const pasted = await codes(page);
  expect([pasted[4 * SIDE + 7], pasted[5 * SIDE + 7]]).toEqual([before[0], before[SIDE]]);
  await expect(page.getByTestId('paint-notice')).toContainText('4 of 6 codes fell beyond the edge');

  await page.getByTestId('tile-mode').click();
  await expect(page.getByTestId('paint-opened')).toContainText('16 × 16');
  await page
    .getByTestId('second-file')
    .setInputFiles({ name: 'wide.png', mimeType: 'image/png', buffer: scene(96, 32) });
  await expect(page.getByTestId('second-picture')).toHaveAttribute('aria-label', /wide.*8 rows and 24 columns/);
  await page.getByTestId('second-same').click();
  await expect(page.getByTestId('paint-notice')).toContainText('64 of 192 codes fell beyond the edge');
  await expect(changed(page)).toContainText('of 256 codes changed');
});

test('a bad file loses nothing; two pictures are mixed; the page is accessible and fits a phone', async ({ page }) => {
  await openLab(page);
  await page.getByTestId('paint-code').fill('5');
  await drag(page, [1, 1], [5, 1]);
  await give(page, 'notes.txt', Buffer.from('no picture'));
  await expect(page.getByTestId('paint-notice')).toContainText('notes.txt could not be opened');
  await expect(changed(page)).toContainText('codes changed');
  await page
    .getByTestId('second-file')
    .setInputFiles({ name: 'other.png', mimeType: 'image/png', buffer: scene(40, 50) });
  await expect(page.getByTestId('second-picture')).toBeVisible();
  await page.getByTestId('mix-start').click();
  await expect(page.getByTestId('mix-picture')).toBeVisible();
  await page.getByTestId('palette-all').click();
  await expectAccessible(page);
});
