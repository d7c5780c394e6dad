import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { expectAccessible, openPlayground } from './app';

/** The lab on the tiny priors, with its vocabulary there. */
async function openLab(page: Page): Promise<{ complaints: string[] }> {
  const opened = await openPlayground(page, '&backend=wasm#/generate');
  await expect(page.getByTestId('slot-style').first()).toBeVisible();
  await page.getByTestId('knob-numSteps').fill('6');
  await page.getByTestId('knob-batch').fill('2');
  return opened;
}

/** Waits for the end of a run: its time is told then. */
const finished = (page: Page) => expect(page.getByTestId('run-time')).toBeVisible({ timeout: 120_000 });

/** The pixels of a canvas, short enough to compare. */
const pixelsOf = (page: Page, testId: string) =>
  page.getByTestId(testId).evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());

test('ask, watch, go back, look into a place, repaint, go on; the same seed gives the same picture', async ({
  page,
}) => {
  const { complaints } = await openLab(page);
  await page.getByTestId('prompt').fill('red quux ');
  await expect(page.getByTestId('prompt-hint')).toContainText('does not know "quux"');
  await page.getByTestId('prompt').fill('red ca');
  await page.getByRole('option', { name: 'cat', exact: true }).click();
  await expect(page.getByTestId('prompt')).toHaveValue('red cat');
  await page.keyboard.press('Control+Enter');
  await finished(page);
  await expect(page.getByTestId('step-label')).toHaveText('Step 6 of 6, done');
  await expect(page.getByTestId('samples').getByRole('radio')).toHaveCount(2);
  const first = await pixelsOf(page, 'sample-0');

  await page.getByTestId('step-back').click();
  await page.getByTestId('step-back').click();
  await expect(page.getByTestId('step-label')).toContainText('Step 4 of 6');
  await expect(page.getByTestId('x0')).toBeVisible();
  await page.getByTestId('token-grid').click({ position: { x: 12, y: 12 } });
  await expect(page.getByTestId('place')).toContainText('p(xs | xt)');
  await expect(page.getByTestId('chosen')).toHaveText(/^(\d+|\[MASK\])$/);

  await page.getByTestId('tool-paint').click();
  await page.getByTestId('brush').fill('7');
  await page.getByTestId('token-grid').click({ position: { x: 12, y: 12 } });
  await page.getByTestId('tool-lock').click();
  await page.getByTestId('token-grid').click({ position: { x: 12, y: 12 } });
  await page.getByTestId('fork').click();
  await expect(page.getByTestId('tree').getByText('1 repainted; 1 locked')).toBeVisible();
  await finished(page);
  // The locked code is still there, and saved under the tokenizer's name.
  const saved = page.waitForEvent('download');
  await page.getByTestId('save-codes').click();
  const file = JSON.parse(readFileSync(await (await saved).path(), 'utf8')) as {
    model: string;
    codes: { indices: number[] }[];
  };
  expect(file.codes[0]?.indices[0]).toBe(7);
  expect(file.model).not.toContain('prior');

  await page.getByTestId('generate').click();
  await expect(page.getByTestId('tree').getByRole('listitem')).toHaveCount(3);
  await finished(page);
  expect(await pixelsOf(page, 'sample-0')).toBe(first);
  expect(complaints).toEqual([]);
});

/** Starts a run and presses a button of it as soon as it is there: from outside, a fast machine would be done before. */
const generateAnd = (page: Page, testId: string) =>
  page.evaluate((id) => {
    const find = (name: string) => document.querySelector<HTMLElement>(`[data-testid="${name}"]`);
    find('generate')?.click();
    return new Promise<void>((resolve) => {
      const look = () => {
        const button = find(id);
        if (!button) return requestAnimationFrame(look);
        button.click();
        resolve();
      };
      look();
    });
  }, testId);

test('a run can be paused, gone on with and cancelled; the link brings the settings back', async ({ page }) => {
  await openLab(page);
  await page.getByTestId('knob-numSteps').fill('20');
  // Sixteen samples, each drawn at every step: a run that is long enough to be stopped.
  await page.getByTestId('knob-batch').fill('16');
  await generateAnd(page, 'pause');
  await expect(page.getByText('Paused at step')).toBeVisible();
  await page.getByTestId('resume').click();
  // A run that was stopped in between tells no time: it would not be that of the run.
  await expect(page.getByTestId('step-label')).toHaveText('Step 20 of 20, done', { timeout: 120_000 });
  await page.getByTestId('dice').click();
  await generateAnd(page, 'cancel');
  await expect(page.getByTestId('tree').getByRole('listitem')).toHaveCount(1);
  await page.getByTestId('undo').click();
  await expect(page.getByTestId('seed')).toHaveValue('1');

  await expect(page).toHaveURL(/s=/);
  await page.reload();
  await expect(page.getByTestId('knob-numSteps')).toHaveValue('20');
  await expect(page.getByTestId('knob-batch')).toHaveValue('16');
});

test('the race measures every lane; no serious accessibility violation, light and dark, wide and narrow', async ({
  page,
}) => {
  await openLab(page);
  await page.getByTestId('generate').click();
  await finished(page);
  await page.getByTestId('race-start').click();
  await expect(page.getByTestId('lane-time')).toHaveCount(3, { timeout: 150_000 });
  await expect(page.getByText('they compare with each other, not with a GPU')).toBeVisible();
  await expectAccessible(page);
});

test('the 64 tiles: a network learns them in the tab, is paused, and samples in place of the truth', async ({
  page,
}) => {
  const { complaints } = await openPlayground(page, '&backend=wasm#/generate');
  await page.getByText('Learn it on 64 tiles').click();
  await expect(page).toHaveURL(/#\/generate\?s=/);
  await page.reload();
  await page.getByTestId('tiles-learn').click();
  await expect(page.getByTestId('tiles-learn-loss')).toContainText('bits', { timeout: 60_000 });
  await page.getByTestId('tiles-pause').click();
  await expect(page.getByTestId('tiles-learn')).toHaveText('Go on');

  await page.getByTestId('tiles-steps').getByText('5', { exact: true }).click();
  await page.getByTestId('tiles-denoiser').getByText('What was learnt').click();
  await page.getByTestId('tiles-samples').click();
  await expect(page.getByTestId('tiles-validity')).toHaveText(/^\d+\.\d %$/, { timeout: 60_000 });
  await page.getByTestId('tiles-denoiser').getByText('The truth').click();
  await page.getByTestId('tiles-samples').click();
  await expect(page.getByTestId('tiles-validity')).toHaveText(/^7\d/, { timeout: 60_000 });
  await expectAccessible(page);
  expect(complaints).toEqual([]);
});
