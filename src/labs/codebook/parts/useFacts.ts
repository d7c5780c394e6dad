import { useMemo } from 'react';
import { normsOf } from '../../../codebook/nearest';
import type { AtlasSheet } from '../../../ui/codeAtlas/geometry';
import { meanColours, type OrderFacts } from '../orders';
import {
  selectAtlas,
  selectCodebook,
  selectComponents,
  selectLevel,
  selectModel,
  selectSize,
  selectUsage,
} from '../store';
import { useLabState } from './labState';

/** Computed once for all parts that ask. */
function remembered<Key extends object, Value>(compute: (key: Key, count: number) => Value) {
  const known = new WeakMap<Key, Value>();
  return (key: Key, count: number): Value => {
    const value = known.get(key) ?? compute(key, count);
    known.set(key, value);
    return value;
  };
}
const coloursOf = remembered((sheet: AtlasSheet, count) => meanColours(sheet, count));
const lengthsOf = remembered((codebook: Float32Array, count) => normsOf(codebook, codebook.length / count));

/** What is known of the codes of the codebook that is shown: for orders, colours and words. */
export function useFacts(): OrderFacts {
  const count = useLabState(selectSize);
  const atlas = useLabState(selectAtlas);
  const usage = useLabState(selectUsage);
  const level = useLabState(selectLevel);
  const codebook = useLabState(selectCodebook);
  const components = useLabState(selectComponents);
  const quantizer = useLabState((state) => selectModel(state)?.config.quantizer ?? null);
  // An atlas that is being decoded would move under the pointer with every batch.
  const sheet = atlas?.done === count ? atlas.sheet : null;
  const colours = useMemo(() => (sheet ? coloursOf(sheet, count) : null), [sheet, count]);
  const norms = useMemo(() => (codebook ? lengthsOf(codebook, count) : null), [codebook, count]);
  return useMemo(() => {
    const set = usage?.sets.find(({ name }) => name === 'train') ?? usage?.sets[0];
    return {
      ...{ count, colours, norms, components },
      counts: set?.counts[level] ?? null,
      groupOf: usage?.groupOf[level] ?? null,
      lattice: quantizer?.kind === 'fsq' ? quantizer.levels : null,
    };
  }, [count, colours, norms, components, usage, level, quantizer]);
}
