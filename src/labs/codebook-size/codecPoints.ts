/** What WebP and AVIF make of the picture on the screen, at several sizes: for the chart. */
import type { Reconstruction } from '../../engine/types';
import type { CodecClient } from '../../image/codecs/client';
import type { OwnPoint, SideTask } from './store';

/** Times the bytes of the whole codebook's codes. */
const BUDGETS = [1, 2, 4, 8];

/**
 * One after the other, by their best scale and quality in each budget; what does not fit is left out.
 * @throws AbortError after `signal` fired
 */
export async function codecPoints(
  client: Pick<CodecClient, 'match'>,
  { input, metrics }: Reconstruction,
  signal: AbortSignal,
  tell: (task: SideTask, point?: OwnPoint) => void,
): Promise<void> {
  const steps = (['webp', 'avif'] as const).flatMap((codec) =>
    BUDGETS.map((times) => ({ codec, budgetBytes: metrics.bytes * times })),
  );
  for (const [i, { codec, budgetBytes }] of steps.entries()) {
    const task = {
      fraction: i / steps.length,
      message: `${codec === 'webp' ? 'WebP' : 'AVIF'} in ${budgetBytes} bytes`,
    };
    tell(task);
    const match = await client.match(input, codec, { budgetBytes, signal });
    signal.throwIfAborted();
    if (!match.fits) continue;
    const bitsPerPixel = (8 * match.bytes) / (input.width * input.height);
    tell(task, { way: codec, size: budgetBytes, bitsPerPixel, psnr: match.psnr, ssim: match.ssim });
  }
}
