/**
 * Which tensor lies in which buffer, decided once. Every tensor gets a whole buffer of a small pool; a buffer is free
 * again when its tensor was read for the last time. Outputs and scratch of an op are placed while its inputs are still
 * taken, so no dispatch ever has one buffer for reading and for writing (WebGPU forbids it).
 */
import { keptTensors, tensorsOf, type Graph, type Node, type Tensor } from './ir';

export interface Placement {
  /** Tensor to slot. */
  readonly tensors: ReadonlyMap<Tensor, number>;
  /** Scratch of each op: role to slot. */
  readonly scratch: ReadonlyMap<Node, ReadonlyMap<string, number>>;
  /** Bytes of each slot. */
  readonly slots: readonly number[];
}

/** A pool that hands out slots; slots only ever grow while the plan is made. */
class Pool {
  readonly sizes: number[] = [];
  private free: number[] = [];

  /** Best fit; where nothing fits, the largest free slot grows; where nothing is free, a new one. */
  take(sizeBytes: number): number {
    const bySize = [...this.free].sort((a, b) => this.size(a) - this.size(b));
    const slot = bySize.find((candidate) => this.size(candidate) >= sizeBytes) ?? bySize.at(-1);
    if (slot === undefined) return this.own(sizeBytes);
    this.free = this.free.filter((candidate) => candidate !== slot);
    this.sizes[slot] = Math.max(this.size(slot), sizeBytes);
    return slot;
  }

  /** A slot that nobody else will get until it is given back. */
  own(sizeBytes: number): number {
    return this.sizes.push(sizeBytes) - 1;
  }

  give(slot: number): void {
    this.free.push(slot);
  }

  private size(slot: number): number {
    return this.sizes[slot] ?? 0;
  }
}

/** Plans by liveness. Inputs and outputs of the graph keep a slot of their own: they are read between runs. */
export function planMemory(
  graph: Graph,
  sizeBytes: (tensor: Tensor) => number,
  scratchBytes: (node: Node) => Readonly<Record<string, number>>,
): Placement {
  const kept = keptTensors(graph);
  const pool = new Pool();
  const tensors = new Map<Tensor, number>();
  const scratch = new Map<Node, Map<string, number>>();
  for (const tensor of kept) tensors.set(tensor, pool.own(sizeBytes(tensor)));

  const lastRead = new Map<Tensor, Node>();
  for (const node of graph.nodes) for (const [, tensor] of tensorsOf(node.reads)) lastRead.set(tensor, node);

  for (const node of graph.nodes) {
    const written = tensorsOf(node.writes).map(([, tensor]) => tensor);
    for (const tensor of written) if (!kept.has(tensor)) tensors.set(tensor, pool.take(sizeBytes(tensor)));
    const rooms = Object.entries(scratchBytes(node)).map(([role, size]) => [role, pool.take(size)] as const);
    scratch.set(node, new Map(rooms));
    for (const [, slot] of rooms) pool.give(slot);
    const read = new Set(tensorsOf(node.reads).map(([, tensor]) => tensor));
    const done = [...read].filter((tensor) => lastRead.get(tensor) === node);
    for (const tensor of [...done, ...written.filter((tensor) => !lastRead.has(tensor))]) {
      const slot = tensors.get(tensor);
      if (slot !== undefined && !kept.has(tensor)) pool.give(slot);
    }
  }
  return { tensors, scratch, slots: pool.sizes };
}
