/** `tessera.inpaint` as the README promises it. The journey of the lab is in inpaint.spec.ts. */
import { expect, test } from '@playwright/test';
import { openPlayground } from './app';
import { png } from './pictures';

const [WIDTH, HEIGHT] = [90, 70];

/** Every alpha there is, and colours under alpha 0. `under` changes pixels of the hole alone. */
const translucent = (under: number) =>
  png(WIDTH, HEIGHT, (x, y) => {
    const inside = x >= 30 && x < 50 && y >= 20 && y < 45;
    return [
      (x * 5 + (inside ? under : 0)) % 256,
      (y * 7) % 256,
      (x * y) % 256,
      (x + 3 * y + (inside ? under : 0)) % 256,
    ];
  }).toString('base64');

test('own pixels stay bit for bit, nothing leaks from under the mask, a batch is its seeds', async ({ page }) => {
  const { complaints } = await openPlayground(page, '&backend=wasm');
  const result = await page.evaluate(
    async ({ files, width, height }) => {
      const blob = (base64: string) => new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))]);
      const mask = new ImageData(width, height);
      const inHole = (i: number) => i % width >= 30 && i % width < 50 && i / width >= 20 && i / width < 45;
      for (let i = 0; i < width * height; i++) if (inHole(i)) mask.data[4 * i] = 255;
      const ask = (file: string, more: object = {}) =>
        window.tessera.inpaint({
          ...{
            source: blob(file),
            mask,
            model: 'tiny-prior-absorbing',
            numSteps: 3,
            seed: 11,
            count: 2,
            blend: 'none',
          },
          ...more,
        });
      const [first, second] = [await ask(files[0]!), await ask(files[1]!)];
      const single = await ask(files[0]!, { seed: 12, count: 1 });
      const feathered = await ask(files[0]!, { count: 1, blend: 'feather' });
      const poisson = await ask(files[0]!, { count: 1, blend: 'poisson' });
      const whole = await ask(files[0]!, { count: 1, mode: 'whole' });
      const outside = (image: ImageData) => Array.from(image.data).filter((_, i) => !inHole(i >> 2));
      const inside = (image: ImageData) => Array.from(image.data).filter((_, i) => inHole(i >> 2));
      return {
        sizes: first.images.map((image) => [image.width, image.height]),
        outside: [...first.images, ...feathered.images, ...poisson.images, ...whole.images].map(outside),
        leaks: JSON.stringify(first.images.map(inside)) !== JSON.stringify(second.images.map(inside)),
        codesDiffer: JSON.stringify(first.codes) !== JSON.stringify(second.codes),
        single: JSON.stringify(single.codes[0]) === JSON.stringify(first.codes[1]),
        alphas: [...new Set(inside(first.images[0]!).filter((_, i) => i % 4 === 3))],
        scores: first.scores.map(({ bitsPerCode }) => bitsPerCode),
        seeds: first.seeds,
        grid: whole.codes[0]?.map((grid) => [grid.width, grid.height]),
      };
    },
    { files: [translucent(0), translucent(97)], width: WIDTH, height: HEIGHT },
  );
  const expected: number[] = [];
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++)
      if (!(x >= 30 && x < 50 && y >= 20 && y < 45))
        expected.push((x * 5) % 256, (y * 7) % 256, (x * y) % 256, (x + 3 * y) % 256);
  expect(result.sizes).toEqual([
    [WIDTH, HEIGHT],
    [WIDTH, HEIGHT],
  ]);
  for (const own of result.outside) expect(own).toEqual(expected);
  expect(result.leaks).toBe(false);
  expect(result.codesDiffer).toBe(false);
  expect(result.single).toBe(true);
  expect(result.alphas).toEqual([255]);
  expect(result.seeds).toEqual([11, 12]);
  for (const bits of result.scores) expect(bits).toBeGreaterThan(0);
  expect(result.grid?.[0]?.[0]).toBeGreaterThan(8);
  expect(complaints).toEqual([]);
});

test('what cannot be filled is told in words', async ({ page }) => {
  await openPlayground(page, '&backend=wasm');
  const messages = await page.evaluate(async () => {
    const source = new ImageData(40, 40);
    const marked = (width: number, height: number) => {
      const mask = new ImageData(width, height);
      mask.data[0] = 255;
      return mask;
    };
    const refused = (request: object) =>
      window.tessera.inpaint({ source, mask: marked(40, 40), numSteps: 2, ...request }).then(
        () => 'no error',
        (error: Error) => error.message,
      );
    return {
      empty: await refused({ mask: new ImageData(40, 40) }),
      size: await refused({ mask: marked(39, 40) }),
      model: await refused({ model: 'nobody' }),
      count: await refused({ count: 9 }),
      onePixel: await refused({}),
    };
  });
  expect(messages.empty).toMatch(/empty.*red channel is 255/);
  expect(messages.size).toMatch(/40 x 40 pixels, found 39 x 40/);
  expect(messages.model).toMatch(/no prior "nobody".*tiny-prior-absorbing/);
  expect(messages.count).toMatch(/1 to 8 answers/);
  expect(messages.onePixel).toBe('no error');
});

test('tessera.fit: latents that explain a blurred or a small picture, run by run', async ({ page }) => {
  const { complaints } = await openPlayground(page, '&backend=wasm');
  const found = await page.evaluate(async () => {
    const source = new ImageData(64, 64);
    for (let i = 0; i < 64 * 64; i++) source.data.set([4 * (i % 64), 4 * (i >> 6), 128, 255], 4 * i);
    const losses: number[] = [];
    const request = { source, model: 'tiny-vq', steps: 6, seed: 3 };
    const fit = await window.tessera.fit({
      ...request,
      task: 'upscale',
      runs: 2,
      onStep: ({ loss }) => losses.push(loss),
    });
    const single = await window.tessera.fit({ ...request, task: 'upscale', runs: 1, seed: 4 });
    return {
      sizes: fit.images.map(({ width, height }) => [width, height]),
      steps: losses.length,
      falls: Math.min(...losses) < losses[0]!,
      spread: Math.max(...fit.spread),
      same: JSON.stringify(single.codes[0]) === JSON.stringify(fit.codes[1]),
    };
  });
  expect(found.sizes).toEqual([
    [32, 32],
    [32, 32],
  ]);
  expect(found.steps).toBe(12);
  expect(found.falls).toBe(true);
  expect(found.spread).toBeGreaterThan(0);
  expect(found.same).toBe(true);
  expect(complaints).toEqual([]);
});
