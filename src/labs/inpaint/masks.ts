/**
 * The hole, and the spot of an answer that is to be filled again: the masks themselves, edited in place, and their past in few bytes. They stay
 * outside of React's state; who draws them hears which rectangle changed. All work is in proportion to the hole, not to the picture.
 */
import { fromBase64Url, toBase64Url } from '../../experiment/bytes';
import { cutMask, emptyMask, holeBounds } from '../../image/hole/mask';
import { packMask, unpackMask } from '../../image/hole/packMask';
import { intersectRects, wholeOf } from '../../image/hole/rect';
import type { Mask } from '../../image/hole/types';
import type { Rect } from '../../image/types';
import { MAX_MASK_BYTES, type MaskRef } from './spec';

export type MaskName = 'hole' | 'spot';

type Listener = (dirty: Rect) => void;

interface Layer {
  readonly mask: Mask;
  /** What the mask was when it was last kept or loaded. */
  ref: MaskRef | null;
  /** Edited since. */
  touched: boolean;
  /** Holds all that is hidden, and maybe more; null: nothing is. */
  area: Rect | null;
  /** Undefined: not measured since the last edit. */
  bounds: Rect | null | undefined;
}

/** The part of a mask that is not empty. */
interface Packed {
  readonly width: number;
  readonly height: number;
  readonly bounds: Rect;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Masks {
  /** Empty masks for a picture of this size. */
  reset(width: number, height: number): void;
  /** Null before there is a picture. The same object until `reset`. */
  get(name: MaskName): Mask | null;
  /** Around what is hidden; null where nothing is. */
  bounds(name: MaskName): Rect | null;
  /** Changes a mask in place. @param change returns what it touched. @returns true where something changed */
  edit(name: MaskName, change: (mask: Mask) => Rect | null): boolean;
  /** Puts other contents into a mask. @throws RangeError where the size is another */
  replace(name: MaskName, mask: Mask): void;
  /** Keeps a mask as it is now, for undo: null where it is empty. */
  keep(name: MaskName): MaskRef | null;
  /** Keeps a mask of another picture, which is about to be opened. */
  adopt(mask: Mask): MaskRef | null;
  /** Brings a mask to what was kept. @returns false where that is of another size, or gone: then the mask is empty */
  load(name: MaskName, ref: MaskRef | null): boolean;
  /** Takes back what was edited since it was kept or loaded. */
  revert(name: MaskName): void;
  /** A kept mask by itself; null where it is of another size, or gone. */
  read(ref: MaskRef | null, size: Size): Mask | null;
  /** A kept mask as it travels in a link; null where it is too large for one. */
  travelling(ref: MaskRef | null): MaskRef | null;
  onChange(name: MaskName, listener: Listener): () => void;
}

/** Masks that are kept: more than the undo history is long. */
const MOST_KEPT = 240;

export function createMasks(): Masks {
  const layers = new Map<MaskName, Layer>();
  const listeners = { hole: new Set<Listener>(), spot: new Set<Listener>() };
  const kept = new Map<number, Packed>();
  let next = 1;

  const tell = (name: MaskName, dirty: Rect | null) => dirty && listeners[name].forEach((listener) => listener(dirty));

  function pack(mask: Mask, bounds: Rect | null): MaskRef | null {
    if (!bounds) return null;
    const id = next++;
    kept.set(id, { width: mask.width, height: mask.height, bounds, bytes: packMask(cutMask(mask, bounds), 'grey') });
    for (const oldest of kept.keys()) if (kept.size > MOST_KEPT) kept.delete(oldest);
    return { kind: 'own', id };
  }

  /** The hidden part of a kept mask; null where it is of another size, or gone. */
  function partOf(ref: MaskRef | null, size: Size): { bounds: Rect; part: Mask } | null {
    if (!ref) return null;
    const found = ref.kind === 'own' ? kept.get(ref.id) : ref;
    if (found?.width !== size.width || found.height !== size.height) return null;
    const { bounds } = found;
    try {
      const bytes = 'bytes' in found ? found.bytes : fromBase64Url(found.data);
      const inside = intersectRects(bounds, wholeOf(size));
      if (inside?.width !== bounds.width || inside.height !== bounds.height) return null;
      return { bounds, part: unpackMask(bytes, bounds.width, bounds.height) };
    } catch {
      // A link that someone wrote by hand.
      return null;
    }
  }

  /** Puts a part into a mask that is empty elsewhere. */
  function write(mask: Mask, { bounds, part }: { bounds: Rect; part: Mask }): void {
    for (let y = 0; y < bounds.height; y++)
      mask.data.set(
        part.data.subarray(y * bounds.width, (y + 1) * bounds.width),
        (bounds.y + y) * mask.width + bounds.x,
      );
  }

  function fill(layer: Layer, name: MaskName, wanted: { bounds: Rect; part: Mask } | null): void {
    const before = layer.area;
    if (before) clear(layer.mask, before);
    if (wanted) write(layer.mask, wanted);
    layer.area = wanted?.bounds ?? null;
    // Of a link's mask the bounds are only what it says.
    layer.bounds = wanted ? undefined : null;
    tell(name, before);
    tell(name, layer.area);
  }

  function boundsOf(layer: Layer): Rect | null {
    if (layer.bounds !== undefined) return layer.bounds;
    const { area } = layer;
    const found = area && holeBounds(cutMask(layer.mask, area));
    layer.bounds = area && found && { ...found, x: found.x + area.x, y: found.y + area.y };
    layer.area = layer.bounds;
    return layer.bounds;
  }

  return {
    reset(width, height) {
      for (const name of ['hole', 'spot'] as const)
        layers.set(name, { mask: emptyMask(width, height), ref: null, touched: false, area: null, bounds: null });
    },
    get: (name) => layers.get(name)?.mask ?? null,
    bounds(name) {
      const layer = layers.get(name);
      return layer ? boundsOf(layer) : null;
    },
    edit(name, change) {
      const layer = layers.get(name);
      const dirty = layer && change(layer.mask);
      if (!dirty) return false;
      layer.touched = true;
      layer.area = union(layer.area, dirty);
      layer.bounds = undefined;
      tell(name, dirty);
      return true;
    },
    replace(name, { width, height, data }) {
      const layer = layers.get(name);
      if (!layer) return;
      const { mask } = layer;
      if (mask.width !== width || mask.height !== height)
        throw new RangeError(`A mask of ${mask.width} x ${mask.height} was needed, not ${width} x ${height}.`);
      mask.data.set(data);
      layer.touched = true;
      layer.area = wholeOf(mask);
      layer.bounds = undefined;
      tell(name, layer.area);
    },
    keep(name) {
      const layer = layers.get(name);
      if (!layer?.touched) return layer?.ref ?? null;
      layer.touched = false;
      return (layer.ref = pack(layer.mask, boundsOf(layer)));
    },
    adopt: (mask) => pack(mask, holeBounds(mask)),
    load(name, ref) {
      const layer = layers.get(name);
      if (!layer) return false;
      if (ref === layer.ref && !layer.touched) return true;
      const wanted = partOf(ref, layer.mask);
      fill(layer, name, wanted);
      layer.ref = ref;
      layer.touched = false;
      return wanted !== null || ref === null;
    },
    revert(name) {
      const layer = layers.get(name);
      if (!layer?.touched) return;
      fill(layer, name, partOf(layer.ref, layer.mask));
      layer.touched = false;
    },
    read(ref, size) {
      const wanted = partOf(ref, size);
      if (!wanted) return null;
      const mask = emptyMask(size.width, size.height);
      write(mask, wanted);
      return mask;
    },
    travelling(ref) {
      if (ref?.kind !== 'own') return ref;
      const found = kept.get(ref.id);
      if (!found) return null;
      const { width, height, bounds } = found;
      const bits = packMask(unpackMask(found.bytes, bounds.width, bounds.height));
      return bits.length > MAX_MASK_BYTES ? null : { kind: 'bits', width, height, bounds, data: toBase64Url(bits) };
    },
    onChange(name, listener) {
      listeners[name].add(listener);
      return () => void listeners[name].delete(listener);
    },
  };
}

function clear(mask: Mask, { x, y, width, height }: Rect): void {
  for (let row = y; row < y + height; row++) mask.data.fill(0, row * mask.width + x, row * mask.width + x + width);
}

function union(a: Rect | null, b: Rect): Rect {
  if (!a) return b;
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return {
    ...{ x, y },
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}
