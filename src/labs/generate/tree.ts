/** Runs and their forks as a tree: plain data. A node keeps what it was asked for and what came out; the steps between are kept elsewhere. */
import type { CodeGrid, SampleOptions, SampleResult, SampleTimings } from '../../engine/types';
import type { GenerateSpec } from './spec';

/** Where a fork left its parent. */
export interface ForkPoint {
  /** Step of the parent's trace, and sample of its batch. */
  readonly step: number;
  readonly sample: number;
  /** Codes that the visitor changed and locked there. */
  readonly painted: number;
  readonly locked: number;
}

export interface RunResult {
  /** One entry per sample. */
  readonly codes: readonly CodeGrid[][];
  /** Null where the run was stopped in between: what is left of the clock would not be its time. */
  readonly timings: SampleTimings | null;
  readonly unknownWords: SampleResult['unknownWords'];
}

export interface RunNode {
  readonly id: number;
  readonly parent: number | null;
  /** Null for a run from noise. */
  readonly fork: ForkPoint | null;
  /** The visitor's settings. */
  readonly spec: GenerateSpec;
  /** What the engine was asked for: repeating it gives the same codes. */
  readonly options: SampleOptions;
  /** The tokenizer that paints its codes. */
  readonly tokenizer: string;
  readonly status: 'running' | 'paused' | 'done';
  readonly result: RunResult | null;
}

/** What a run begins with. */
export type NewRun = Omit<RunNode, 'id' | 'status' | 'result' | 'tokenizer'>;

export type RunTree = readonly RunNode[];

/** More are not kept: the oldest run that nothing was forked from leaves. */
export const MOST_NODES = 60;

export const findNode = (tree: RunTree, id: number | null): RunNode | null =>
  tree.find((node) => node.id === id) ?? null;

/** @param spare not to be dropped where the tree is full */
export function addNode(tree: RunTree, node: RunNode, spare: number | null = null): RunTree {
  const grown = [...tree, node];
  if (grown.length <= MOST_NODES) return grown;
  const leaf = tree.find(({ id }) => id !== spare && id !== node.parent && !tree.some(({ parent }) => parent === id));
  return leaf ? removeNode(grown, leaf.id) : grown;
}

export const updateNode = (tree: RunTree, id: number, patch: Partial<RunNode>): RunTree =>
  tree.map((node) => (node.id === id ? { ...node, ...patch } : node));

/** Without a node; its forks go to where it came from: they hold all that they need. */
export function removeNode(tree: RunTree, id: number): RunTree {
  const gone = findNode(tree, id);
  if (!gone) return tree;
  return tree
    .filter((node) => node.id !== id)
    .map((node) => (node.parent === id ? { ...node, parent: gone.parent } : node));
}

/** Depth first, each with its depth: a run, then its forks in the order of their making. */
export function treeRows(tree: RunTree): { readonly node: RunNode; readonly depth: number }[] {
  const below = (parent: number | null, depth: number): { node: RunNode; depth: number }[] =>
    tree.filter((node) => node.parent === parent).flatMap((node) => [{ node, depth }, ...below(node.id, depth + 1)]);
  return below(null, 0);
}

/** The node to show when `id` goes: where it came from, else the newest that is left. */
export function nextShown(tree: RunTree, id: number): number | null {
  const left = removeNode(tree, id);
  return findNode(left, findNode(tree, id)?.parent ?? null)?.id ?? left.at(-1)?.id ?? null;
}
