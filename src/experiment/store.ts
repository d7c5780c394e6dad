import { createStore, type StoreApi } from 'zustand/vanilla';
import { commit, createHistory, endGesture, entries, jump, redo, undo, type Change, type History } from './history';
import { defaultsOf, fieldNames, sameValue, type SpecPlan } from './spec';

export interface SpecState<S> {
  readonly spec: S;
  /** What was done, oldest first. */
  readonly labels: readonly string[];
  /** The present entry's place in `labels`. */
  readonly at: number;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
}

/** A spec with its undo history. Fields that the plan keeps out of the history stay as they are through undo and redo. */
export interface SpecStore<S extends object> {
  readonly store: StoreApi<SpecState<S>>;
  readonly current: S;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** The whole new spec. Nothing happens when it equals the present one. */
  push(next: S, change?: Change): void;
  /** Some fields of it. */
  change(patch: Partial<S>, change?: Change): void;
  /** The drag is over: the next change makes an entry of its own. */
  endGesture(): void;
  undo(): void;
  redo(): void;
  /** To the entry at `index` of the labels. */
  jump(index: number): void;
}

/** The store of one lab, from its defaults and what `initial` (a link) says otherwise. */
export function createSpecStore<S extends object>(
  plan: SpecPlan<S>,
  initial: Partial<S> = {},
  options?: { label?: string; capacity?: number },
): SpecStore<S> {
  const outside = fieldNames(plan).filter((name) => !plan.fields[name].history);
  let history = createHistory<S>({ ...defaultsOf(plan), ...initial }, options);

  const state = (spec: S): SpecState<S> => ({
    spec,
    labels: entries(history).map(({ label }) => label),
    at: history.past.length,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
  });
  const store = createStore<SpecState<S>>(() => state(history.present.value));

  /** Shows the history's present, with the fields outside of it as they are now. */
  const travelTo = (next: History<S>) => {
    if (next === history) return;
    history = next;
    const kept = Object.fromEntries(outside.map((name) => [name, store.getState().spec[name]]));
    store.setState(state({ ...history.present.value, ...kept }));
  };

  const push = (next: S, change?: Change) => {
    const present = store.getState().spec;
    const changed = fieldNames(plan).filter((name) => !sameValue(next[name], present[name]));
    if (changed.length === 0) return;
    if (changed.some((name) => plan.fields[name].history)) history = commit(history, next, change);
    store.setState(state(next));
  };

  return {
    store,
    get current() {
      return store.getState().spec;
    },
    get canUndo() {
      return store.getState().canUndo;
    },
    get canRedo() {
      return store.getState().canRedo;
    },
    push,
    change: (patch, change) => push({ ...store.getState().spec, ...patch }, change),
    endGesture: () => void (history = endGesture(history)),
    undo: () => travelTo(undo(history)),
    redo: () => travelTo(redo(history)),
    jump: (index) => travelTo(jump(history, index)),
  };
}
