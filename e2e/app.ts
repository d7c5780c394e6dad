/** What every journey needs: the page on the tiny models, and its console API. */
import AxeBuilder from '@axe-core/playwright';
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

/** No serious accessibility violation and nothing wider than the page, light and dark, wide and narrow. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const size of [
      { width: 1440, height: 900 },
      { width: 390, height: 844 },
    ]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(size);
      expect(await seriousViolations(page)).toEqual([]);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBe(0);
    }
}

export async function seriousViolations(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

/** Lets go of a file over the page's drop zone, or pastes it: the events of a browser, with the file in their hands. */
export async function hand(page: Page, how: 'drop' | 'paste', name: string, buffer: Buffer): Promise<void> {
  const transfer = await page.evaluateHandle(
    async ({ name, base64 }) => {
      const blob = await (await fetch(`data:image/png;base64,${base64}`)).blob();
      const transfer = new DataTransfer();
      transfer.items.add(new File([blob], name, { type: 'image/png' }));
      return transfer;
    },
    { name, base64: buffer.toString('base64') },
  );
  if (how === 'drop') return page.getByTestId('drop-zone').dispatchEvent('drop', { dataTransfer: transfer });
  await page.evaluate(
    (clipboardData) =>
      document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true })),
    transfer,
  );
}
