/** What is said of samples: in the world or not, and where they differ from it. Pure. */
import { CODE_STYLES, nearestMap, SCENES, type FiniteSet } from '../../../diffusion/exact';

export type Verdict =
  /** Not finished: this many places are [MASK]. */
  | { readonly kind: 'masked'; readonly masked: number }
  | { readonly kind: 'valid'; readonly map: number }
  /** `map` is the nearest one, `wrong` the places where it has other codes. */
  | { readonly kind: 'invalid'; readonly map: number; readonly wrong: readonly number[] };

/** @param codes of one sample, [N]; [MASK] = K */
export function judge(set: FiniteSet, codes: Int32Array): Verdict {
  const masked = codes.reduce((sum, code) => sum + Number(code === set.codebookSize), 0);
  if (masked > 0) return { kind: 'masked', masked };
  const { map, distance } = nearestMap(set, codes);
  if (distance === 0) return { kind: 'valid', map };
  const wrong = [...codes.keys()].filter((i) => codes[i] !== set.maps[map * codes.length + i]);
  return { kind: 'invalid', map, wrong };
}

/** "red ring on night". */
export function sceneWords(map: number): string {
  const scene = SCENES[map];
  if (!scene) return `map ${map}`;
  const { shape, foreground, background } = scene;
  return `${CODE_STYLES[foreground]?.name} ${shape} on ${CODE_STYLES[background]?.name}`;
}

/** In a few words, for under a tile. */
export function verdictWords(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'masked':
      return `${verdict.masked} masked`;
    case 'valid':
      return 'valid';
    case 'invalid':
      return `${verdict.wrong.length} off`;
  }
}

/** The same in a sentence, for one who does not see it. */
export function verdictSentence(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'masked':
      return `${verdict.masked} places are masked`;
    case 'valid':
      return `valid, a ${sceneWords(verdict.map)}`;
    case 'invalid':
      return `not in the world, ${verdict.wrong.length} ${verdict.wrong.length === 1 ? 'place differs' : 'places differ'} from the nearest map, a ${sceneWords(verdict.map)}`;
  }
}

export interface Score {
  readonly samples: number;
  readonly valid: number;
  /** Different maps among the valid ones. */
  readonly distinct: number;
}

/**
 * @param codes [batch, N]
 * @param known [N], -1 where free: a sample is then valid only where it keeps what was given
 */
export function scoreOf(set: FiniteSet, codes: Int32Array, known: Int32Array | null = null): Score {
  const places = set.height * set.width;
  const samples = codes.length / places;
  const found = new Set<number>();
  let valid = 0;
  for (let sample = 0; sample < samples; sample++) {
    const own = codes.subarray(sample * places, (sample + 1) * places);
    if (known?.some((code, i) => code >= 0 && code !== own[i])) continue;
    const { map, distance } = nearestMap(set, own);
    if (distance > 0) continue;
    valid++;
    found.add(map);
  }
  return { samples, valid, distinct: found.size };
}

/** "97.3 %", of a share. */
export const percent = ({ valid, samples }: Score): string => `${((valid / Math.max(1, samples)) * 100).toFixed(1)} %`;

/** Who was asked. @param learntSteps what the network had learnt; null: the exact denoiser */
export const denoiserWords = (learntSteps: number | null): string =>
  learntSteps === null ? 'exact denoiser' : `learnt in ${learntSteps.toLocaleString('en')} steps`;
