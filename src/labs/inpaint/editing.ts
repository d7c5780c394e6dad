/** The tools: each changes the mask in place, and what was done becomes one step of the undo history. */
import { extendCanvas, type Margins } from '../../image/hole/extend';
import { invertMask, maskFromImage, maskToImage } from '../../image/hole/mask';
import { fillPolygon, fillRect, strokeSegment } from '../../image/hole/paint';
import type { Mask, Point } from '../../image/hole/types';
import type { RgbaImage } from '../../image/picture';
import type { Rect } from '../../image/types';
import { isAbort, messageOf } from '../abort';
import type { Shared } from './services';
import type { PictureSources } from '../pictureSources';
import type { LoadedPicture } from './sources';
import type { InpaintSpec } from './spec';
import { selectBusy, selectLayer } from './store';

export interface Editing {
  /** A piece of a brush stroke, in pixels of the picture. @param pressure 0 .. 1, of a pen */
  stroke(from: Point, to: Point, pressure?: number): void;
  /** The stroke is over: it can be undone now. */
  endStroke(): void;
  /** The stroke was none (a second finger came down). */
  cancelStroke(): void;
  rectangle(rect: Rect): void;
  lasso(points: readonly Point[]): void;
  invert(): void;
  /** @param pixels below 0: shrinks */
  growHole(pixels: number): Promise<void>;
  clearMask(): void;
  importMask(blob: Blob): Promise<void>;
  exportMask(): Promise<Blob | null>;
  /** Outpainting: a larger canvas, whose new part is hole. */
  extend(margins: Margins): void;
}

/** Pixels that a hole grows or shrinks by at a time, in a picture of this size. */
export const growthStep = ({ width, height }: { readonly width: number; readonly height: number }): number =>
  Math.max(1, Math.round(Math.max(width, height) / 128));

/**
 * @param change puts something into the spec, and from there into the history
 * @param keepImage keeps a picture that was made here
 */
export function createEditing(
  shared: Shared,
  change: (patch: Partial<InpaintSpec>) => void,
  keepImage: PictureSources<LoadedPicture>['keep'],
): Editing {
  const { store, hole, masks, say } = shared;
  /** Counts what changed the hole, so that slow work on an older one is thrown away. */
  let edits = 0;

  const layer = () => selectLayer(store.getState());

  /** One tool's touch of the mask in hand; nothing while an answer is on its way. */
  function edit(work: (mask: Mask) => Rect | null): boolean {
    if (selectBusy(store.getState())) return false;
    edits++;
    return masks.edit(layer(), work);
  }

  function commit(): void {
    const name = layer();
    const ref = masks.keep(name);
    // What was said of the hole before is answered.
    if (store.getState().notice?.kind === 'warn') store.setState({ notice: null });
    change(name === 'hole' ? { mask: ref } : { spot: ref });
  }

  const value = () => (store.getState().view.tool === 'eraser' ? ('known' as const) : ('hole' as const));

  /** Puts another mask in place of the one in hand, as one step. */
  function put(mask: Mask): void {
    edits++;
    masks.replace(layer(), mask);
    commit();
  }

  return {
    stroke(from, to, pressure = 1) {
      const { size, hardness } = store.getState().view;
      edit((mask) => strokeSegment(mask, from, to, { radius: (size / 2) * pressure, hardness, value: value() }));
    },
    endStroke: commit,
    cancelStroke: () => masks.revert(layer()),
    rectangle(rect) {
      if (edit((mask) => fillRect(mask, rect, value()))) commit();
    },
    lasso(points) {
      if (edit((mask) => fillPolygon(mask, points, value()))) commit();
    },
    invert() {
      const mask = masks.get(layer());
      if (mask && !selectBusy(store.getState())) put(invertMask(mask));
    },
    async growHole(pixels) {
      const name = layer();
      const mask = masks.get(name);
      if (!mask || !masks.bounds(name) || selectBusy(store.getState())) return;
      const mine = ++edits;
      try {
        const grown = await hole.grow(mask, pixels, { signal: shared.life() });
        if (mine === edits && name === layer() && masks.get(name) === mask) put(grown);
      } catch (error) {
        if (!isAbort(error)) say('bad', `The hole stayed as it was. ${messageOf(error)}`);
      }
    },
    clearMask() {
      if (edit((mask) => fillRect(mask, { ...mask, x: 0, y: 0 }, 'known'))) commit();
    },
    async importMask(blob) {
      const picture = store.getState().picture?.image;
      if (!picture) return say('warn', 'Open a picture first: a mask belongs to one.');
      let image: RgbaImage;
      try {
        image = await hole.decode(blob, { signal: shared.life() });
      } catch (error) {
        if (!isAbort(error)) say('bad', `This mask could not be read. ${messageOf(error)}`);
        return;
      }
      if (store.getState().picture?.image !== picture) return;
      const needed = `${picture.width} × ${picture.height}`;
      if (image.width !== picture.width || image.height !== picture.height)
        return say(
          'warn',
          `A mask for this picture has ${needed} pixels; this file has ${image.width} × ${image.height}. Scale it to ${needed} without smoothing, and import it again.`,
        );
      // It is the picture's hole, whatever is on the screen.
      edits++;
      masks.replace('hole', maskFromImage(image));
      change({ mask: masks.keep('hole') });
      say('info', 'The mask is in place: what was white is hole.');
    },
    exportMask: async () => {
      const mask = masks.get('hole');
      return mask && hole.png(maskToImage(mask), { signal: shared.life() });
    },
    extend(margins) {
      const { picture } = store.getState();
      const mask = masks.get('hole');
      if (!picture || !mask || selectBusy(store.getState())) return;
      try {
        const extended = extendCanvas(picture.image, mask, margins);
        const source = keepImage({ image: extended.image, name: picture.name });
        change({ source, mask: masks.adopt(extended.mask), spot: null, square: 'auto' });
      } catch (error) {
        say('warn', messageOf(error));
      }
    },
  };
}
