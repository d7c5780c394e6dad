import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { commit, createHistory, endGesture, entries, jump, redo, undo } from './history';
import { reconstructSpec } from './reconstruct';
import { defineSpec, type SpecTable } from './spec';
import { createSpecStore } from './store';

const values = (history: ReturnType<typeof createHistory<number>>) => entries(history).map(({ value }) => value);

describe('history', () => {
  it('goes back and forth, and drops what was undone at a new change', () => {
    let history = commit(commit(createHistory(0), 1), 2);
    history = undo(undo(undo(history)));
    expect(history.present.value).toBe(0);
    history = redo(history);
    expect(history.present.value).toBe(1);
    expect(values(commit(history, 9))).toEqual([0, 1, 9]);
  });

  it('makes one entry of a drag', () => {
    const drag = (history: ReturnType<typeof createHistory<number>>, ...steps: number[]) =>
      steps.reduce((h, value) => commit(h, value, { gesture: 'steps' }), history);
    let history = drag(createHistory(0), 1, 2, 3);
    expect(values(history)).toEqual([0, 3]);
    history = drag(endGesture(history), 4, 5);
    expect(values(history)).toEqual([0, 3, 5]);
    // Undo ends the gesture too.
    expect(values(drag(undo(history), 7))).toEqual([0, 3, 7]);
  });

  it('forgets the oldest beyond its capacity', () => {
    let history = createHistory(0, { capacity: 3 });
    for (let i = 1; i < 10; i++) history = commit(history, i);
    expect(values(history)).toEqual([6, 7, 8, 9]);
  });

  it('jumps to any entry and keeps the list', () => {
    const history = [1, 2, 3, 4].reduce((h, value) => commit(h, value, { label: `to ${value}` }), createHistory(0));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1, max: 6 })), (moves) => {
        const moved = moves.reduce(jump, history);
        expect(values(moved)).toEqual([0, 1, 2, 3, 4]);
        const last = moves.filter((index) => index >= 0 && index <= 4).at(-1) ?? 4;
        expect(moved.present.value).toBe(last);
      }),
    );
  });
});

describe('createSpecStore', () => {
  it('tells its listeners, and the labels of what was done', () => {
    const lab = createSpecStore(reconstructSpec, { model: 'emoji' });
    const seen: (string | null)[] = [];
    lab.store.subscribe(({ spec }) => seen.push(spec.fit));
    lab.change({ fit: 'cover' }, { label: 'Fit: cover' });
    lab.change({ fit: 'cover' });
    lab.push({ ...lab.current, fit: null, mode: 'tile' });
    lab.undo();
    expect(seen).toEqual(['cover', null, 'cover']);
    expect(lab.store.getState()).toMatchObject({ labels: ['Start', 'Fit: cover', 'Change'], at: 1, canRedo: true });
    lab.jump(0);
    expect(lab.current).toEqual({ model: 'emoji', source: null, mode: 'fit', fit: null });
    expect([lab.canUndo, lab.canRedo]).toEqual([false, true]);
  });

  it('leaves fields outside the history alone', () => {
    interface Spec {
      readonly size: number;
      readonly backend: string;
    }
    const fields = {
      size: { default: 1, schema: z.number(), share: true, history: true, preference: false },
      backend: { default: 'auto', schema: z.string(), share: false, history: false, preference: true },
    } satisfies SpecTable<Spec>;
    const lab = createSpecStore(defineSpec<Spec>({ lab: 'test', version: 1, fields, migrations: [] }));
    lab.change({ size: 2 });
    lab.change({ backend: 'wasm' });
    lab.undo();
    expect(lab.current).toEqual({ size: 1, backend: 'wasm' });
    lab.redo();
    expect(lab.current).toEqual({ size: 2, backend: 'wasm' });
    expect(lab.store.getState().labels).toHaveLength(2);
  });
});

describe('defineSpec', () => {
  const field = { default: 1, schema: z.number(), share: true, history: true, preference: false };
  const plan = { lab: 'test', version: 1, fields: { field }, migrations: [] };

  it.each([
    ['a missing migration', { ...plan, version: 2 }, 'needs 1 migrations, has 0'],
    ['a shared preference', { ...plan, fields: { field: { ...field, preference: true } } }, 'is a preference'],
    ['a bad default', { ...plan, fields: { field: { ...field, default: NaN } } }, 'its own schema'],
  ])('refuses %s', (_, wrong, words) => {
    expect(() => defineSpec(wrong)).toThrow(words);
  });

  it('does not compile before every field is placed', () => {
    // @ts-expect-error `height` is not placed
    const table: SpecTable<{ field: number; height: number }> = { field };
    expect(table).toBeDefined();
  });
});
