/** What every journey needs: the page on the tiny models, and its console API. */
import { expect, type ConsoleMessage, type Page } from '@playwright/test';

export const TINY = 'tiny-vq';

/** Opens the playground on the fixture models and waits until the engine runs. Collects what the page complains about. */
export async function openPlayground(page: Page, query = ''): Promise<{ complaints: string[] }> {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message: ConsoleMessage) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(`./?models=fixtures/models/${query}`);
  await page.waitForFunction(() => 'tessera' in window);
  await page.evaluate(() => window.tessera.ready);
  return { complaints };
}

/** Gives the page a file as if it had been chosen in the file dialog. */
export async function choose(page: Page, name: string, mimeType: string, buffer: Buffer): Promise<void> {
  await page.getByTestId('file-input').setInputFiles({ name, mimeType, buffer });
}

/** Waits until the reconstruction on screen belongs to the picture called `name`. */
export async function expectReconstructed(page: Page, name: string): Promise<void> {
  await expect(page.getByTestId('reconstruction')).toHaveAttribute('data-picture', name);
  await expect(page.getByTestId('psnr')).toContainText(/\d|∞/);
}
