/** Undo and redo of painting. A step holds what it changed, not the codes around it. */
import { applyChanges, joinChanges } from './change';
import type { GridChange, PaintGrid } from './types';

/** A picture's codes, with whatever their owner knows about them. */
export interface Painting<M> {
  readonly grids: readonly PaintGrid[];
  readonly about: M;
}

type Step<M> = { readonly label: string } & (
  | { readonly kind: 'edit'; readonly changes: readonly GridChange[] }
  /** Another picture in place of this one; both are kept as they were at that moment. */
  | { readonly kind: 'swap'; readonly before: Painting<M>; readonly after: Painting<M> }
);

export interface EditOptions {
  /** What was done, in words: "Fill". */
  readonly label: string;
  /** Edits of one gesture (a stroke, a slider's drag) share a key and make one step, until `endGesture`. */
  readonly gesture?: string;
}

export interface HistoryLimits {
  /** Steps that can be undone. */
  readonly steps?: number;
  /** Of these, pictures put in place of others: each holds a picture in memory. */
  readonly swaps?: number;
}

/** The codes of one picture and the way to and from them. */
export class PaintHistory<M> {
  private past: Step<M>[] = [];
  private future: Step<M>[] = [];
  /** Key of the gesture that the last step belongs to. */
  private gesture: string | null = null;
  private readonly limits: Required<HistoryLimits>;

  constructor(
    private present: Painting<M>,
    { steps = 1000, swaps = 8 }: HistoryLimits = {},
  ) {
    this.limits = { steps, swaps };
  }

  get grids(): readonly PaintGrid[] {
    return this.present.grids;
  }

  get about(): M {
    return this.present.about;
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** What undo would take back; null: nothing. */
  get undoLabel(): string | null {
    return this.past.at(-1)?.label ?? null;
  }

  get redoLabel(): string | null {
    return this.future.at(-1)?.label ?? null;
  }

  /** Key of the gesture that goes on; null: none. */
  get openGesture(): string | null {
    return this.gesture;
  }

  /** Codes that the steps hold on to, changes of one place once each: what undo costs. */
  get heldCodes(): number {
    return [...this.past, ...this.future].reduce(
      (sum, step) =>
        sum + (step.kind === 'edit' ? step.changes.reduce((codes, { places }) => codes + places.length, 0) : 0),
      0,
    );
  }

  /** Makes an edit that was planned on the present codes. @returns false where it changes nothing */
  edit(changes: readonly GridChange[], { label, gesture }: EditOptions): boolean {
    if (changes.length === 0) return false;
    this.present = { ...this.present, grids: applyChanges(this.grids, changes) };
    this.future = [];
    const last = this.past.at(-1);
    if (gesture !== undefined && gesture === this.gesture && last?.kind === 'edit') {
      const joined = joinChanges(last.changes, changes);
      // A gesture that led back to where it began is no step.
      if (joined.length > 0) this.past[this.past.length - 1] = { kind: 'edit', label, changes: joined };
      else this.past.pop();
      if (joined.length === 0) this.gesture = null;
      return true;
    }
    this.push({ kind: 'edit', label, changes });
    this.gesture = gesture ?? null;
    return true;
  }

  /** Puts another picture in place of this one. */
  swap(after: Painting<M>, label: string): void {
    this.push({ kind: 'swap', label, before: this.present, after });
    this.present = after;
    this.future = [];
    this.gesture = null;
  }

  endGesture(): void {
    this.gesture = null;
  }

  /** @returns false where there is nothing to undo */
  undo(): boolean {
    const step = this.past.pop();
    this.gesture = null;
    if (!step) return false;
    this.future.push(step);
    this.present =
      step.kind === 'swap' ? step.before : { ...this.present, grids: applyChanges(this.grids, step.changes, 'back') };
    return true;
  }

  /** @returns false where there is nothing to redo */
  redo(): boolean {
    const step = this.future.pop();
    this.gesture = null;
    if (!step) return false;
    this.past.push(step);
    this.present =
      step.kind === 'swap' ? step.after : { ...this.present, grids: applyChanges(this.grids, step.changes) };
    return true;
  }

  private push(step: Step<M>): void {
    this.past.push(step);
    if (this.past.length > this.limits.steps) this.past.shift();
    // Steps before a picture that is let go of cannot be undone any more.
    const swaps = this.past.flatMap(({ kind }, i) => (kind === 'swap' ? [i] : []));
    if (swaps.length > this.limits.swaps) this.past = this.past.slice(swaps[0]! + 1);
  }
}
