import type { Reconstruction } from '../../engine/types';
import type { CodecClient, CodecName, RateMatch } from '../../image/codecs/client';

/** How far the search for one codec's best picture is. */
export type CodecTrial =
  | { readonly status: 'waiting' }
  | { readonly status: 'searching'; readonly trials: number }
  | { readonly status: 'done'; readonly match: RateMatch }
  | { readonly status: 'failed'; readonly message: string };

export const codecNames: readonly CodecName[] = ['webp', 'avif'];

/**
 * Finds, one after the other, what each codec makes of the run's input in the bytes of the run's codes. Ends silently
 * after `signal`; a codec that fails does not keep the others from their turn.
 */
export async function matchCodecs(
  client: Pick<CodecClient, 'match'>,
  result: Reconstruction,
  signal: AbortSignal,
  onChange: (codec: CodecName, trial: CodecTrial) => void,
): Promise<void> {
  for (const codec of codecNames) {
    const tell = (trial: CodecTrial) => !signal.aborted && onChange(codec, trial);
    tell({ status: 'searching', trials: 0 });
    try {
      const match = await client.match(result.input, codec, {
        budgetBytes: result.metrics.bytes,
        signal,
        onTrial: (trials) => tell({ status: 'searching', trials }),
      });
      tell({ status: 'done', match });
    } catch (error) {
      if (signal.aborted) return;
      tell({ status: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  }
}
