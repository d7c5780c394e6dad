import { expect, test, type Page } from '@playwright/test';
import { choose, expectAccessible, expectReconstructed, openPlayground, seriousViolations, TINY } from './app';
import { scene } from './pictures';

const card = (page: Page, id: string) => page.getByTestId(`model-${id}`);

async function openModels(page: Page): Promise<{ complaints: string[] }> {
  const opened = await openPlayground(page, '&backend=wasm#/models');
  await expect(card(page, TINY)).toBeVisible();
  return opened;
}

/** Drops real files or folders on the middle of the page, as a file manager would. */
async function drop(page: Page, ...files: string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: 700, y: 500, data });
}

const fixture = (path: string) => new URL(`../fixtures/models/${path}`, import.meta.url).pathname;

test('load with progress, see what is kept, empty it, unload', async ({ page }) => {
  const { complaints } = await openModels(page);
  const tiny = card(page, TINY);
  await expect(tiny.getByTestId('load-state')).toHaveText('Not loaded');
  // A download that takes its time, so that it can be seen and stopped.
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/tiny-vq/model.safetensors', async (route) => {
    await held;
    await route.continue().catch(() => undefined);
  });
  await tiny.getByTestId('load').click();
  await expect(tiny.getByTestId('load-progress')).toBeVisible();
  await tiny.getByTestId('cancel-load').click();
  await expect(tiny.getByTestId('load-state')).toHaveText('Not loaded');
  release();

  await tiny.getByTestId('load').click();
  await expect(tiny.getByTestId('load-state')).toHaveText('Loaded');
  await expect(tiny.getByTestId('demo-picture')).toBeVisible();
  await expect(page.getByTestId('kept-bytes')).toHaveText('822.2 kB');
  await page.getByTestId('empty-cache').click();
  await expect(page.getByTestId('kept-bytes')).toHaveText('0 B');
  await tiny.getByTestId('unload').click();
  await expect(tiny.getByTestId('load-state')).toHaveText('Not loaded');

  // Kept again, it survives a reload and comes back without the network.
  await tiny.getByTestId('load').click();
  await expect(page.getByTestId('kept-bytes')).toHaveText('822.2 kB');
  await page.reload();
  await expect(tiny.getByTestId('load')).toHaveText('Load, from the cache');
  await page.route('**/tiny-vq/model.safetensors', (route) => route.abort());
  await tiny.getByTestId('load').click();
  await expect(tiny.getByTestId('load-state')).toHaveText('Loaded');
  expect(complaints).toEqual([]);
});

test('a dropped folder is checked, used in Reconstruct, checked against its golden file, and removed', async ({
  page,
}) => {
  await openModels(page);
  await drop(page, fixture('tiny-fsq'));
  const own = card(page, 'tiny-fsq-local');
  await expect(own).toContainText('local');
  await expect(own.getByTestId('load-state')).toHaveText('Loaded');
  await own.getByTestId('details').click();
  await own.getByTestId('check-golden').click();
  await expect(own.getByTestId('golden-table')).toContainText('reconstruction');

  const listed = await page.evaluate(async () =>
    (await window.tessera.models()).filter(({ local }) => local).map(({ id }) => id),
  );
  expect(listed).toEqual(['tiny-fsq-local']);
  await own.getByTestId('try').click();
  await expect(page.getByTestId('model-picker')).toContainText('FSQ');
  await choose(page, 'scene.png', 'image/png', scene(64, 64));
  await expectReconstructed(page, 'scene.png');
  await page.getByTestId('model-picker').click();
  await page.getByTestId(`pick-${TINY}`).click();
  await expect(page.getByTestId('model-picker')).toContainText('VQ, attention');
  await page.getByTestId('model-picker').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('pick-tiny-fsq-local')).toContainText('your own');
  expect(await seriousViolations(page)).toEqual([]);
  await page.getByTestId('pick-tiny-fsq-local').press('Enter');
  await expectReconstructed(page, 'scene.png');
  await expect(page).toHaveURL(/#\/reconstruct/);

  await page.getByRole('link', { name: 'Models', exact: true }).click();
  await own.getByTestId('remove').click();
  await expect(own).toHaveCount(0);
});

test('a folder that is no model is refused in words; loose files and a chosen folder are taken', async ({ page }) => {
  await openModels(page);
  const refused = page.getByTestId('refused');
  const file = (name: string, text: string) => ({
    name,
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(text),
  });
  const files = page.getByTestId('model-files-input');
  await files.setInputFiles([file('a.png', 'x'), file('b.txt', 'y')]);
  await expect(refused).toContainText('needed manifest.json');
  await expect(refused).toContainText('found a.png, b.txt');
  await expect(refused).toContainText('python -m training.export');
  await files.setInputFiles([file('manifest.json', '{"family":"gan"}'), file('model.safetensors', 'x')]);
  await expect(refused).toContainText('is of the family "gan"');
  await drop(page, fixture('tiny-cosine/manifest.json'), fixture('tiny-vq/model.safetensors'));
  await expect(refused).toContainText('822228 bytes came, 348758 are needed');

  await drop(page, fixture('tiny-cosine/manifest.json'), fixture('tiny-cosine/model.safetensors'));
  await expect(card(page, 'tiny-cosine-local')).toBeVisible();
  await expect(refused).toHaveCount(0);
  await page.getByTestId('model-folder-input').setInputFiles(fixture('tiny-rvq'));
  await expect(card(page, 'tiny-rvq-local')).toBeVisible();
});

test('the shipped model: curve, card, and no serious accessibility violation, light and dark, wide and narrow', async ({
  page,
}) => {
  await page.goto('./?backend=wasm#/models/emoji-128-f8-k1024');
  const shipped = card(page, 'emoji-128-f8-k1024');
  await expect(shipped.getByTestId('card-text').locator('table').first()).toBeVisible();
  await expect(shipped.locator('.recharts-line').first()).toBeVisible();
  await expectAccessible(page);
});
