import type { SpecHistory } from './session';
import type { ReconstructSpec } from './spec';

/** Undo over the spec. */
export function createSpecHistory(first: ReconstructSpec): SpecHistory {
  let states = [first];
  let at = 0;
  return {
    get current() {
      return states[at]!;
    },
    get canUndo() {
      return at > 0;
    },
    get canRedo() {
      return at < states.length - 1;
    },
    push(next) {
      states = [...states.slice(0, at + 1), next];
      at++;
    },
    undo: () => void (at = Math.max(0, at - 1)),
    redo: () => void (at = Math.min(states.length - 1, at + 1)),
  };
}
