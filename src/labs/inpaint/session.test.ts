import { describe, expect, test, vi } from 'vitest';
import { isEmptyMask } from '../../image/hole/mask';
import { selectModel } from './store';
import { file, opened } from './testing';

describe('pictures', () => {
  test('it starts with a sample that no model has seen, a prior that sees all, and runs nothing', async () => {
    const { state, fillings, hole } = await opened();
    expect(state()).toMatchObject({ phase: 'idle', failure: null, picture: { name: 'Sample 1' } });
    expect(selectModel(state())?.id).toBe('absorbing');
    expect(state().vocabularies.has('absorbing')).toBe(true);
    await vi.waitFor(() => expect(hole.calls).toEqual(['open 200x120']));
    expect(fillings()).toEqual([]);
  });

  test('a file takes the place of what was there, with an empty hole; undo brings both back', async () => {
    const { session, state, paint, isHole } = await opened();
    paint();
    await session.open(file('90x50'), 'mine.png');
    await vi.waitFor(() => expect(state().picture?.image.width).toBe(90));
    expect(isEmptyMask(session.masks.get('hole')!)).toBe(true);
    session.undo();
    await vi.waitFor(() => expect(state().picture?.name).toBe('Sample 1'));
    expect(isHole(90, 50)).toBe(true);
  });

  test('a bad file changes nothing and says why', async () => {
    const { session, state, paint, said, isHole } = await opened();
    paint();
    const { picture } = state();
    await session.open(file('not a picture'), 'notes.txt');
    expect(state().picture).toBe(picture);
    expect(isHole(90, 50)).toBe(true);
    expect(said()).toBe('notes.txt could not be opened. This is no picture: PNG, JPEG and WebP can be opened.');
  });

  test('the last file that was asked for wins', async () => {
    const { session, state } = await opened();
    await Promise.all([session.open(file('30x30'), 'a'), session.open(file('40x40'), 'b')]);
    await vi.waitFor(() => expect(state().picture?.name).toBe('b'));
  });

  test('the canvas grows by a part that is all hole', async () => {
    const { session, state, isHole } = await opened();
    session.extend({ left: 20, top: 0, right: 0, bottom: 10 });
    await vi.waitFor(() => expect(state().picture?.image.width).toBe(220));
    expect(state().picture?.image.height).toBe(130);
    expect([isHole(5, 5), isHole(100, 125), isHole(100, 60)]).toEqual([true, true, false]);
    session.extend({ left: 9000, top: 0, right: 0, bottom: 0 });
    expect(state().notice?.message).toContain('Extend it by less');
  });
});

describe('the hole', () => {
  test('strokes are undone and done again, each as a whole', async () => {
    const { session, state, isHole } = await opened();
    session.look({ size: 10, hardness: 1 });
    session.stroke({ x: 20, y: 20 }, { x: 40, y: 20 });
    session.stroke({ x: 40, y: 20 }, { x: 40, y: 60 });
    expect(state().canUndo).toBe(false);
    session.endStroke();
    session.lasso([
      { x: 100, y: 20 },
      { x: 140, y: 20 },
      { x: 120, y: 60 },
    ]);
    expect([isHole(30, 20), isHole(40, 50), isHole(120, 30)]).toEqual([true, true, true]);
    session.undo();
    expect([isHole(30, 20), isHole(120, 30)]).toEqual([true, false]);
    session.undo();
    expect(isHole(30, 20)).toBe(false);
    expect(state()).toMatchObject({ canUndo: false, bounds: null, region: null });
    session.redo();
    session.redo();
    expect([isHole(40, 50), isHole(120, 30)]).toEqual([true, true]);
  });

  test('a stroke that was none is taken back; soft edges survive undo', async () => {
    const { session, state } = await opened();
    session.look({ size: 40, hardness: 0 });
    session.stroke({ x: 50, y: 50 }, { x: 50, y: 50 });
    session.endStroke();
    const soft = session.masks.get('hole')!.data.slice();
    expect(new Set(soft).size).toBeGreaterThan(10);
    session.stroke({ x: 100, y: 50 }, { x: 100, y: 50 });
    session.cancelStroke();
    expect(session.masks.get('hole')!.data).toEqual(soft);
    session.invert();
    session.undo();
    expect(session.masks.get('hole')!.data).toEqual(soft);
    expect(state().canRedo).toBe(true);
  });

  test('eraser, growing, shrinking, clearing', async () => {
    const { session, state, paint, isHole } = await opened();
    paint();
    await session.growHole(4);
    expect(state().bounds).toEqual({ x: 76, y: 36, width: 40, height: 32 });
    await session.growHole(-4);
    expect(isHole(78, 50)).toBe(false);
    session.look({ tool: 'eraser' });
    session.rectangle({ x: 0, y: 0, width: 90, height: 120 });
    expect([isHole(85, 50), isHole(100, 50)]).toEqual([false, true]);
    session.clearMask();
    expect(state().bounds).toBeNull();
  });

  test('a mask of another size says what is needed, and changes nothing', async () => {
    const { session, state, said, isHole } = await opened();
    await session.importMask(file('64x64'));
    expect(said()).toContain('A mask for this picture has 200 × 120 pixels; this file has 64 × 64.');
    expect(state().bounds).toBeNull();
    await session.importMask(file('200x120'));
    // The red channel of the fake's gradient.
    expect([isHole(0, 0), isHole(199, 0)]).toEqual([false, true]);
    await session.importMask(file('?'));
    expect(said()).toContain('This mask could not be read.');
    expect(isHole(199, 0)).toBe(true);
  });

  test('the square follows the hole, until it is put somewhere by hand', async () => {
    const { session, state, paint } = await opened();
    paint();
    expect(state().region).toEqual({ x: 64, y: 20, width: 64, height: 64 });
    session.setSquare({ x: 190, y: -40, side: 90 });
    expect(state().region).toEqual({ x: 110, y: 0, width: 90, height: 90 });
    session.setSquare('auto');
    session.change({ mode: 'whole' });
    expect(state().region).toEqual({ x: 16, y: 0, width: 160, height: 120 });
    // One code after the other cannot work in windows.
    session.change({ model: 'raster' });
    expect(state().region?.width).toBe(64);
  });

  test('shows which codes are free, with their growth', async () => {
    const { session, state, paint } = await opened();
    paint();
    session.look({ showCodes: true });
    const count = () => state().free?.places.reduce((sum, one) => sum + one, 0);
    await vi.waitFor(() => expect(count()).toBe(4 * 4));
    session.change({ grow: 1 });
    await vi.waitFor(() => expect(count()).toBe(6 * 6));
    session.look({ showCodes: false });
    expect(state().free).toBeNull();
  });

  test('travels in the link where it is small, and waits there for its picture', async () => {
    const { session, onSpec, paint } = await opened();
    paint();
    await vi.waitFor(() => expect(onSpec).toHaveBeenCalled());
    const { mask } = onSpec.mock.lastCall![0];
    expect(mask).toMatchObject({ kind: 'bits', width: 200, height: 120 });

    const other = await opened({}, { mask, source: { kind: 'sample', file: 'first.webp' } });
    expect(other.said()).toContain('The hole of this link is for a picture of 200 × 120 pixels');
    expect(other.state().bounds).toBeNull();
    await other.session.open(file('200x120'), 'mine.png');
    await vi.waitFor(() => expect(other.state().bounds).toEqual({ x: 80, y: 40, width: 32, height: 24 }));
    session.dispose();
    other.session.dispose();
  });
});
