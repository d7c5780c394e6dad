/** The decoder that learns, loaded when it is asked for: tfjs's gradients are in no first download. */
import type { GrowDecoder } from './decoder';

export type { DecoderGradients, GrowDecoder } from './decoder';

/** @throws GraphError for a tokenizer that has more than one look-up */
export async function openGrowDecoder(...given: Parameters<typeof GrowDecoder.open>): Promise<GrowDecoder> {
  return (await import('./decoder')).GrowDecoder.open(...given);
}
