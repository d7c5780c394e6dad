/** Undo history over immutable values. Pure: every function returns a history and changes none. */

export interface HistoryEntry<S> {
  readonly value: S;
  /** What was done to get here, for a visible list: "Fit: cover". */
  readonly label: string;
  /** Changes of one gesture (a slider's drag) share a key and make one entry; null once the gesture has ended. */
  readonly gesture: string | null;
}

export interface History<S> {
  /** Oldest first. */
  readonly past: readonly HistoryEntry<S>[];
  readonly present: HistoryEntry<S>;
  /** Next redo first. */
  readonly future: readonly HistoryEntry<S>[];
  /** Most entries that `past` may hold. */
  readonly capacity: number;
}

export interface Change {
  readonly label?: string;
  readonly gesture?: string;
}

export function createHistory<S>(value: S, { label = 'Start', capacity = 100 } = {}): History<S> {
  return { past: [], present: { value, label, gesture: null }, future: [], capacity };
}

/** A new present; what could be redone is dropped. Within one gesture the present is replaced instead. */
export function commit<S>(history: History<S>, value: S, { label = 'Change', gesture }: Change = {}): History<S> {
  const { past, present, capacity } = history;
  const entry = { value, label, gesture: gesture ?? null };
  if (gesture !== undefined && gesture === present.gesture) return { ...history, present: entry, future: [] };
  return { ...history, past: [...past, present].slice(-capacity), present: entry, future: [] };
}

/** The next change makes an entry of its own, whatever its key. */
export function endGesture<S>(history: History<S>): History<S> {
  return history.present.gesture === null ? history : { ...history, present: { ...history.present, gesture: null } };
}

/** One entry back; the same history when there is none. */
export const undo = <S>(history: History<S>): History<S> => jump(history, history.past.length - 1);

/** One entry forward; the same history when there is none. */
export const redo = <S>(history: History<S>): History<S> => jump(history, history.past.length + 1);

/** To the entry at `index` of `entries`; the same history when it is not there. */
export function jump<S>(history: History<S>, index: number): History<S> {
  const all = entries(history);
  const present = all[index];
  if (!present || index === history.past.length) return history;
  return {
    ...history,
    past: all.slice(0, index),
    // Back at an entry, a gesture that made it is over.
    present: { ...present, gesture: null },
    future: all.slice(index + 1),
  };
}

/** All entries, oldest first; the present one is at `history.past.length`. */
export const entries = <S>({ past, present, future }: History<S>): readonly HistoryEntry<S>[] => [
  ...past,
  present,
  ...future,
];
