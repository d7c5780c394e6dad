import { expect, test } from '@playwright/test';
import { expectAccessible, openPlayground } from './app';

test('a show is chosen, played, paused, stepped and linked; the plain loss collapses beside the other', async ({
  page,
}) => {
  const { complaints } = await openPlayground(page, '&backend=wasm#/collapse');
  await expect(page.getByTestId('play')).toBeEnabled();
  await expect(page.getByTestId('step-count')).toHaveText('Step 0');
  await expect(page.getByTestId('watch')).toContainText('left side collapse');
  await page.getByTestId('step').click();
  await expect(page.getByTestId('step-count')).toHaveText('Step 1');
  await page.getByTestId('play').click();
  await expect(page.getByTestId('play')).toHaveText('Pause');
  const figure = async (name: string) => Number(await page.getByTestId(name).textContent());
  await expect.poll(() => figure('right-perplexity'), { timeout: 60_000 }).toBeGreaterThan(20);
  expect(await figure('left-perplexity')).toBeLessThan((await figure('right-perplexity')) / 2);
  await page.getByTestId('play').click();
  await expect(page.getByTestId('play')).toHaveText('Go on');
  const stepped = await page.getByTestId('step-count').textContent();
  await expect(page.getByRole('figure', { name: /^Perplexity/ })).toBeVisible();
  await page.waitForTimeout(300);
  await expect(page.getByTestId('step-count')).toHaveText(stepped!);

  await page.getByTestId('preset-clothes').click();
  await expect(page.getByTestId('step-count')).toHaveText('Step 0');
  await expect(page.getByRole('img', { name: /Every code as a patch/ }).first()).toBeVisible();
  await page.getByTestId('left-quantizer').getByText('FSQ').click();
  await expect(page.getByRole('heading', { name: 'Left: FSQ' })).toBeVisible();
  await expect(page).toHaveURL(/#\/collapse\?s=/);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Left: FSQ' })).toBeVisible();
  await expect(page.getByTestId('play')).toBeEnabled();
  await expectAccessible(page);
  expect(complaints).toEqual([]);
});
