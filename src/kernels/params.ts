/** Small things that every kernel wrapper needs. */
import { ShapeError, type Dispatch, type Elem, type Target } from './kernel';

/** The bytes of a `Params` struct of u32 (or i32, f32 by `float`) fields, in order. */
export function packParams(...fields: readonly (number | { readonly float: number })[]): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(Math.ceil(fields.length / 4) * 16));
  fields.forEach((field, i) => {
    if (typeof field === 'number') view.setInt32(4 * i, field, true);
    else view.setFloat32(4 * i, field.float, true);
  });
  return view.buffer;
}

/** "f32", "f16", or "f16_f32": the linker's name for these element types. */
export const variantOf = (elem: Elem, outElem: Elem = elem): string => (elem === outElem ? elem : `${elem}_${outElem}`);

/** `count` workgroups along one direction, going on in the next where they are more than a dimension can hold. */
export function spread(count: number, { limits }: Target): [number, number] {
  const most = limits.maxComputeWorkgroupsPerDimension;
  const rows = Math.ceil(count / most);
  return [Math.ceil(count / rows), rows];
}

/** Workgroups of a kernel that uses one invocation per item: index = (group.y * groups.x + group.x) * size + local. */
export function linearGrid(items: number, workgroupSize: number, target: Target): Dispatch['workgroups'] {
  return [...spread(Math.ceil(items / workgroupSize), target), 1];
}

/** @throws ShapeError where a size is not a whole number >= 1. */
export function checkSizes(kernel: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes))
    if (!Number.isInteger(size) || size < 1)
      throw new ShapeError(`${kernel}: ${name} must be a whole number >= 1, found ${size}`);
}

/** @throws ShapeError where `found` differs from `needed`. */
export function checkSame(kernel: string, what: string, needed: readonly number[], found: readonly number[]): void {
  if (needed.length !== found.length || needed.some((size, i) => size !== found[i]))
    throw new ShapeError(`${kernel}: ${what}: needed [${needed.join(', ')}], found [${found.join(', ')}]`);
}

/** @throws ShapeError where a tensor does not fit into one binding of this device. */
export function checkBinding(kernel: string, role: string, sizeBytes: number, { limits }: Target): void {
  const most = limits.maxStorageBufferBindingSize;
  if (sizeBytes > most)
    throw new ShapeError(
      `${kernel}: ${role} needs ${sizeBytes} bytes, this device binds at most ${most}: use tiles or f16`,
    );
}
