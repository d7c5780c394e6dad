/**
 * Ward's hierarchical clustering (1963) of weighted points: two clusters a and b cost w_a w_b / (w_a + w_b) |mean_a - mean_b|^2 to join, which is by how
 * much the weighted sum of squared distances to the means grows. Found by nearest-neighbour chains (Murtagh 1983): n^2 steps in all, no matrix.
 */

/** Joins in the order in which they are done: the first n - K of them leave K clusters. */
export interface WardTree {
  readonly count: number;
  /** A point of one cluster and one of the other, [count - 1]. */
  readonly one: Int32Array<ArrayBuffer>;
  readonly other: Int32Array<ArrayBuffer>;
  readonly cost: Float64Array<ArrayBuffer>;
}

/** Weight of a point without any, beside the least of those that have some. */
const FAINT = 1e-12;

/**
 * Points without weight would join at no cost with whatever is asked first, so they have a faint one: they join what is nearest. All of them
 * have joined before any two points that have weight do: cut into as many clusters as there are such points, each cluster holds exactly one.
 * Deterministic: equal costs are taken in the order of the points.
 * @param points [count, dim]
 * @param weights [count], not negative; all zero counts as all equal
 */
export function wardTree(points: Float64Array, weights: readonly number[], dim: number): WardTree {
  const count = weights.length;
  const least = weights.reduce((min, weight) => (weight > 0 ? Math.min(min, weight) : min), Infinity);
  const faint = Number.isFinite(least) ? least * FAINT : 1;
  const means = points.slice();
  const masses = Float64Array.from(weights, (weight) => (weight > 0 ? weight : faint));
  const isFaint = Uint8Array.from(weights, (weight) => (weight > 0 ? 0 : 1));
  // A cluster lies where its lowest point lay; `active` lists those that are left, in order.
  const active = Int32Array.from(weights, (_, point) => point);
  let left = count;
  const joins: { one: number; other: number; cost: number; early: number }[] = [];
  const chain: number[] = [];

  while (left > 1) {
    if (!chain.length) chain.push(active[0]!);
    const tip = chain.at(-1)!;
    const before = chain.at(-2) ?? -1;
    // The one it came from is kept where it is as near as any other: so the chain ends.
    let nearest = before;
    let cost = before < 0 ? Infinity : joinCost(means, masses, tip, before, dim);
    const mass = masses[tip]!;
    const from = tip * dim;
    for (let i = 0; i < left; i++) {
      const slot = active[i]!;
      if (slot === tip) continue;
      let squared = 0;
      for (let k = 0, x = from, y = slot * dim; k < dim; k++, x++, y++) {
        const difference = means[x]! - means[y]!;
        squared += difference * difference;
      }
      const weight = masses[slot]!;
      const found = ((mass * weight) / (mass + weight)) * squared;
      if (found < cost) {
        cost = found;
        nearest = slot;
      }
    }
    if (nearest !== before) {
      chain.push(nearest);
      continue;
    }
    chain.length -= 2;
    const kept = Math.min(tip, nearest);
    const gone = Math.max(tip, nearest);
    joins.push({ one: kept, other: gone, cost, early: isFaint[kept]! | isFaint[gone]! });
    join(means, masses, kept, gone, dim);
    isFaint[kept]! &= isFaint[gone]!;
    const at = active.indexOf(gone);
    active.copyWithin(at, at + 1, left);
    left--;
  }

  joins.sort((a, b) => b.early - a.early || a.cost - b.cost);
  return {
    count,
    one: Int32Array.from(joins, ({ one }) => one),
    other: Int32Array.from(joins, ({ other }) => other),
    cost: Float64Array.from(joins, ({ cost }) => cost),
  };
}

function joinCost(means: Float64Array, masses: Float64Array, a: number, b: number, dim: number): number {
  let squared = 0;
  for (let k = 0, x = a * dim, y = b * dim; k < dim; k++, x++, y++) {
    const difference = means[x]! - means[y]!;
    squared += difference * difference;
  }
  return ((masses[a]! * masses[b]!) / (masses[a]! + masses[b]!)) * squared;
}

/** Cluster b goes into a. */
function join(means: Float64Array, masses: Float64Array, a: number, b: number, dim: number): void {
  const mass = masses[a]! + masses[b]!;
  const share = masses[b]! / mass;
  for (let k = 0, x = a * dim, y = b * dim; k < dim; k++, x++, y++)
    means[x] = means[x]! + share * (means[y]! - means[x]!);
  masses[a] = mass;
}

/** The cluster of each point after the tree is cut into `size` of them, numbered from 0 in the order of their lowest points. [count] */
export function cutTree({ count, one, other }: WardTree, size: number): Int32Array<ArrayBuffer> {
  const parents = Int32Array.from({ length: count }, (_, point) => point);
  const root = (point: number): number => {
    let at = point;
    while (parents[at] !== at) at = parents[at] = parents[parents[at]!]!;
    return at;
  };
  for (let i = 0; i < count - size; i++) {
    const a = root(one[i]!);
    const b = root(other[i]!);
    parents[Math.max(a, b)] = Math.min(a, b);
  }
  const numbers = new Int32Array(count).fill(-1);
  let next = 0;
  return Int32Array.from({ length: count }, (_, point) => {
    const top = root(point);
    if (numbers[top]! < 0) numbers[top] = next++;
    return numbers[top]!;
  });
}
