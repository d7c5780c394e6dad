/** Every tool of the canvas, and the way back. */
import { changeOf, changesTo, replaceCode, shuffleCodes, withCode } from '../../codebook/paint/change';
import { fillPlaces, strokePlaces } from '../../codebook/paint/brush';
import { clipRect, copyRegion, pasteRegion, placesIn, rectBetween, type CodeRegion } from '../../codebook/paint/region';
import { CodeSpace } from '../../codebook/paint/space';
import type { Cell, GridChange, Spot } from '../../codebook/paint/types';
import { philox, toUniform } from '../../diffusion/random';
import { messageOf } from '../abort';
import type { Shared } from './services';
import { changedByLevel, selectCode, selectGrid, selectModel, type PaintView } from './store';

export interface Editing {
  /** A piece of a brush stroke, with the code in hand. */
  stroke(from: Spot, to: Spot): void;
  strokeEnd(): void;
  /** The stroke was none: it is taken back. */
  strokeCancel(): void;
  /** What the tool in hand does at one cell. @param pick takes the code there, whatever the tool */
  tap(cell: Cell, pick?: boolean): Promise<void>;
  /** Takes a code in hand. */
  hold(code: number, level?: number): void;
  select(from: Cell, to: Cell): void;
  selectAll(): void;
  deselect(): void;
  /** The selected codes (without a selection: all), of the painting or of the picture beside it. */
  copy(from?: 'painting' | 'second'): CodeRegion | null;
  /** Puts what was copied at a cell; by default at the selection's corner, else at the cursor. */
  paste(region?: CodeRegion | null, at?: Cell): void;
  /** The code in hand at every selected place. */
  fillSelection(): void;
  /** Every use of the code under the cursor, in the selection or everywhere, becomes the code in hand. */
  replaceAll(from?: number): void;
  /** Deals the selected codes out anew. */
  shuffle(): void;
  /** The selected codes (else those that were painted, else all) become their n-th nearest; 0 puts them back. */
  setLadder(n: number): Promise<void>;
  ladderEnd(): void;
  /** All codes as the picture was encoded (undoable). */
  restore(): void;
  undo(): void;
  redo(): void;
  look(patch: Partial<PaintView>): void;
}

/** Codes that are remembered as painted with. */
const RECENT = 12;
/** Neighbours that the palette shows, the code itself among them. */
export const NEAREST_SHOWN = 13;

/** What a ladder started from. */
interface Ladder {
  readonly level: number;
  readonly places: readonly number[];
  readonly codes: readonly number[];
}

export function createEditing(shared: Shared): Editing {
  const { store, history, changed, say } = shared;
  const set = store.setState;
  const state = () => store.getState();
  let strokes = 0;
  let ladder: (Ladder & { grids: unknown }) | null = null;
  let ladders = 0;
  let asked = 0;

  /** Makes an edit of the grid in hand, or says that nothing changed. */
  function edit(codes: Iterable<readonly [number, number]>, label: string, gesture?: string): boolean {
    const { view } = state();
    const change = changeOf(history()?.grids ?? [], view.level, codes);
    return apply(change ? [change] : [], label, gesture);
  }

  function apply(changes: readonly GridChange[], label: string, gesture?: string): boolean {
    const done = history()?.edit(changes, { label, ...(gesture === undefined ? {} : { gesture }) }) ?? false;
    if (done) changed();
    return done;
  }

  /** Places that an action is for. */
  function chosenPlaces(): number[] {
    const { view } = state();
    const grid = selectGrid(state());
    return grid ? placesIn(grid, view.selection) : [];
  }

  const strokeKey = () => `stroke ${strokes}`;

  async function fill(cell: Cell): Promise<void> {
    const { view } = state();
    const grid = selectGrid(state());
    const model = selectModel(state());
    if (!grid || !model) return;
    const seed = grid.indices[cell.y * grid.width + cell.x]!;
    let belongs = (code: number) => code === seed;
    if (view.tolerance > 0) {
      const { rows, size, cosine } = await shared.codebook(model, view.level);
      // Another fill, or undo, may have come meanwhile: then this one is for codes that are gone.
      if (selectGrid(state()) !== grid) return;
      const space = new CodeSpace(rows, size, cosine);
      const reach = view.tolerance * space.typicalDistance;
      belongs = (code) => space.distance(code, seed) <= reach;
    }
    const places = fillPlaces(grid, cell, belongs, view.selection);
    if (places.length === 0 && view.selection) return say('info', 'That place is not in the selection.');
    remember();
    edit(withCode(places, selectCode(state())), 'Fill');
  }

  /** The code in hand was painted with. */
  function remember(): void {
    const { view, recent } = state();
    const code = selectCode(state());
    const mine = recent[view.level] ?? [];
    if (mine[0] === code) return;
    const next = [...recent];
    next[view.level] = [code, ...mine.filter((one) => one !== code)].slice(0, RECENT);
    set({ recent: Array.from(next, (list) => list ?? []) });
  }

  /** The nearest codes of the one in hand, for the palette. */
  async function bringNearest(): Promise<void> {
    const mine = ++asked;
    const model = selectModel(state());
    const { level } = state().view;
    const code = selectCode(state());
    if (!model) return;
    try {
      const codebook = await shared.codebook(model, level);
      const [nearest] = await shared.paint.ladders(codebook, [code], NEAREST_SHOWN);
      if (mine === asked) set({ nearest: [...(nearest ?? [])] });
      void shared.patches.want(model, level, [...(nearest ?? [])]);
    } catch (error) {
      if (mine === asked && !shared.life().aborted) console.warn('tessera: side work failed:', messageOf(error));
    }
  }

  /** What the ladder moves: begun anew where the codes are not those that it left. */
  function openLadder(): Ladder {
    const { view, grids } = state();
    if (ladder && ladder.grids === grids && ladder.level === view.level) return ladder;
    const grid = selectGrid(state());
    const painted = changedByLevel(state())[view.level] ?? [];
    const places = view.selection || painted.length === 0 ? chosenPlaces() : painted;
    ladders++;
    ladder = { grids, level: view.level, places, codes: places.map((place) => grid?.indices[place] ?? 0) };
    return ladder;
  }

  const self: Editing = {
    stroke(from, to) {
      const grid = selectGrid(state());
      const { view } = state();
      if (!grid) return;
      remember();
      const places = strokePlaces(grid, from, to, view.size);
      const { selection } = view;
      const allowed = selection ? new Set(placesIn(grid, selection)) : null;
      if (allowed && !places.some((place) => allowed.has(place)))
        return say('info', 'The brush stays inside the selection. Escape lets go of it.');
      edit(
        withCode(allowed ? places.filter((place) => allowed.has(place)) : places, selectCode(state())),
        'Paint',
        strokeKey(),
      );
    },
    strokeEnd() {
      strokes++;
      history()?.endGesture();
    },
    strokeCancel() {
      const began = history()?.undoLabel === 'Paint';
      if (began && history()?.openGesture === strokeKey()) self.undo();
      strokes++;
    },
    async tap(cell, pick = false) {
      const { view, region } = state();
      const grid = selectGrid(state());
      if (!grid) return;
      if (pick || view.tool === 'pick') {
        self.hold(grid.indices[cell.y * grid.width + cell.x]!);
        if (view.tool === 'pick') self.look({ tool: 'brush' });
      } else if (view.tool === 'fill') await fill(cell);
      else if (view.tool === 'stamp') self.paste(region, cell);
    },
    hold(code, level = state().view.level) {
      const codes = Array.from(state().view.codes);
      codes[level] = code;
      set(({ view }) => ({ view: { ...view, codes: Array.from(codes, (one) => one ?? 0) } }));
      void bringNearest();
    },
    select(from, to) {
      const grid = selectGrid(state());
      if (!grid) return;
      self.look({ selection: clipRect(rectBetween(from, to), grid) });
    },
    selectAll() {
      const grid = selectGrid(state());
      if (grid) self.look({ selection: { x: 0, y: 0, width: grid.width, height: grid.height } });
    },
    deselect: () => self.look({ selection: null }),
    copy(from = 'painting') {
      const { opened, second, grids, secondSelection, view } = state();
      const about = from === 'second' ? second : opened;
      const source = from === 'second' ? (second?.base ?? []) : grids;
      const grid = source[view.level];
      if (!about || !grid) return null;
      const rect = (from === 'second' ? secondSelection : view.selection) ?? { x: 0, y: 0, ...sidesOf(grid) };
      const region = copyRegion(about.modelId, source, view.level, rect, view.reach);
      if (!region) return null;
      set({ region });
      say(
        'info',
        `Copied ${inWords(region)} of ${about.name}. Click with the stamp to put them down, or press Ctrl+V.`,
      );
      return region;
    },
    paste(region = state().region, at) {
      const { opened, grids, view } = state();
      if (!opened) return;
      if (!region) return say('warn', 'Nothing was copied yet: select a rectangle of codes and copy it.');
      const corner = at ?? view.selection ?? view.cursor;
      try {
        const pasted = pasteRegion(region, opened.modelId, grids, view.level, corner);
        set({ region });
        if (!pasted.rect) return say('warn', 'All of these codes would fall beyond the edge: nothing was pasted.');
        const done = apply(pasted.changes, 'Paste');
        if (at === undefined) self.look({ selection: pasted.rect });
        if (!done) say('info', 'These codes are there already.');
        else if (pasted.clipped > 0)
          say(
            'info',
            `${pasted.clipped} of ${pasted.total} codes fell beyond the edge of this picture and were left out.`,
          );
      } catch (error) {
        say('warn', messageOf(error));
      }
    },
    fillSelection() {
      if (!state().view.selection)
        return say('info', 'Select a rectangle first: it is then filled with the code in hand.');
      remember();
      edit(withCode(chosenPlaces(), selectCode(state())), 'Fill the selection');
    },
    replaceAll(from) {
      const { view } = state();
      const grid = selectGrid(state());
      if (!grid) return;
      const code = from ?? grid.indices[view.cursor.y * grid.width + view.cursor.x] ?? 0;
      const done = edit(replaceCode(grid, chosenPlaces(), code, selectCode(state())), 'Replace all');
      if (!done) say('info', `There is no code ${code} to replace ${view.selection ? 'in the selection' : 'here'}.`);
    },
    shuffle() {
      const grid = selectGrid(state());
      const { view } = state();
      if (!grid) return;
      const bits = new Uint32Array(4);
      const uniform = (i: number) => {
        philox(view.seed, i, view.level, 0, bits);
        return toUniform(bits[0]!);
      };
      edit(shuffleCodes(grid, chosenPlaces(), uniform), 'Shuffle');
      self.look({ seed: (view.seed + 1) >>> 0 });
    },
    async setLadder(n) {
      const model = selectModel(state());
      if (!model) return;
      const { level, places, codes } = openLadder();
      const mine = ladder;
      set({ ladder: n });
      const distinct = [...new Set(codes)];
      const lists = await shared.paint.ladders(await shared.codebook(model, level), distinct, n + 1);
      // The slider may have moved on, or the codes may be others: then this answer is for nobody.
      if (ladder !== mine || !mine || mine.grids !== state().grids || state().ladder !== n) return;
      const moved = new Map(distinct.map((code, i) => [code, lists[i]?.at(n) ?? lists[i]?.at(-1) ?? code]));
      edit(
        places.map((place, i) => [place, moved.get(codes[i]!) ?? codes[i]!] as const),
        'Nearest codes',
        `ladder ${ladders}`,
      );
      ladder = { ...mine, grids: state().grids };
      set({ ladder: n });
    },
    ladderEnd: () => history()?.endGesture(),
    restore() {
      const { opened } = state();
      if (!opened) return;
      const changes = changesTo(
        history()?.grids ?? [],
        opened.base.map(({ indices }) => indices),
      );
      apply(changes, 'As encoded');
    },
    undo() {
      if (history()?.undo()) changed();
    },
    redo() {
      if (history()?.redo()) changed();
    },
    look(patch) {
      const before = state();
      set(({ view }) => ({ view: { ...view, ...patch } }));
      if (patch.selection !== undefined || patch.level !== undefined) {
        ladder = null;
        if (before.ladder !== 0) set({ ladder: 0 });
        // In cells of the other grid it would be another place.
        if (patch.level !== undefined && patch.level !== before.view.level) set({ secondSelection: null });
        history()?.endGesture();
      }
      if (patch.level !== undefined && patch.level !== before.view.level) void bringNearest();
    },
  };
  return self;
}

const sidesOf = ({ width, height }: { width: number; height: number }) => ({ width, height });

/** "3 × 4 codes", "3 × 4 places of 4 grids". */
export const inWords = ({ width, height, parts }: CodeRegion): string =>
  parts.length > 1 ? `${width} × ${height} places in ${parts.length} grids` : `${width} × ${height} codes`;
