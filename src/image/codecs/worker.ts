import { expose } from 'comlink';
import type { Picture } from '../types';
import { loadCodec } from './jsquash';
import { rateMatch, type Codec, type CodecName, type RateMatch } from './rateMatch';

const codecs = new Map<CodecName, Promise<Codec>>();
const running = new Map<number, AbortController>();

/** Lets the messages that arrived during the last trial (a cancel, perhaps) be heard. */
const turn = () => new Promise<void>((resolve) => setTimeout(resolve));

const api = {
  async match(
    id: number,
    picture: Picture,
    name: CodecName,
    options: { budgetBytes: number; count?: 'payload' | 'file' },
    onTrial?: (trial: number) => void,
  ): Promise<RateMatch> {
    const controller = new AbortController();
    running.set(id, controller);
    try {
      if (!codecs.has(name)) codecs.set(name, loadCodec(name));
      const codec = await codecs.get(name)!.catch((error: unknown) => {
        // A download that failed once may succeed next time.
        codecs.delete(name);
        throw error;
      });
      const beforeTrial = (trial: number) => {
        onTrial?.(trial);
        return turn();
      };
      return await rateMatch(picture, codec, { ...options, signal: controller.signal, beforeTrial });
    } finally {
      running.delete(id);
    }
  },
  cancel(id: number): void {
    running.get(id)?.abort();
  },
};

export type CodecWorker = typeof api;

expose(api);
