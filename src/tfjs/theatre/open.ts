/** The network of the collapse theatre, loaded when it is asked for: tfjs and its gradients are in no first download. */
import type { TheatreNet } from './net';

export type { TheatreGradients, TheatreNet, TheatreNetConfig, TheatreQuantizer } from './net';
export type { HostTensor, HostWeights } from '../tiles/network';

export async function openTheatreNet(...given: Parameters<typeof TheatreNet.open>): Promise<TheatreNet> {
  return (await import('./net')).TheatreNet.open(...given);
}
