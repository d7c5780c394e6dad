import { useComputedColorScheme } from '@mantine/core';
import { useMemo } from 'react';
import { indexColour, meanColour } from '../../../ui/colour';
import type { PictureLike } from '../../../ui/types';
import { patchKey } from '../store';
import { useLabState } from './labState';

/** How a code of a tokenizer's codebook looks: what it painted before, else its patch, else a colour of its own. [MASK] is grey. */
export function useCodeLook(tokenizer: string, level: number, maskId: number) {
  const patches = useLabState((state) => state.patches);
  const colours = useLabState((state) => state.colours);
  const scheme = useComputedColorScheme('light');
  return useMemo(() => {
    const patchOf = (code: number): PictureLike | undefined => patches.get(patchKey(tokenizer, level, code));
    const colourOf = (code: number): string => {
      if (code === maskId) return scheme === 'dark' ? 'rgb(43 48 55)' : 'rgb(205 210 206)';
      const patch = patchOf(code);
      return colours.get(patchKey(tokenizer, level, code)) ?? (patch ? meanColour(patch) : indexColour(code));
    };
    return { patchOf, colourOf };
  }, [patches, colours, tokenizer, level, maskId, scheme]);
}
