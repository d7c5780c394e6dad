/**
 * Small grey pictures of clothes, 28 x 28, as Fashion-MNIST's are: drawn from a few random measures, since no data set is shipped. A shirt, trousers, a dress,
 * a bag or a shoe, plain, striped or checked. Pure.
 */
import { uniformsAt } from './random';

export const GARMENT_SIDE = 28;
/** Rays a pixel and side: soft edges. */
const RAYS = 3;

type Point = readonly [x: number, y: number];
/** Parts of the cloth, and holes in it, around a middle line x = 0, in pixels. */
interface Cut {
  readonly cloth: readonly (readonly Point[])[];
  readonly holes?: readonly (readonly Point[])[];
}

const mirrored = (points: readonly Point[]): Point[] => points.map(([x, y]) => [-x, y]);
const both = (points: readonly Point[]) => [points, mirrored(points)];

/** A number between two, by a random one. */
const between = (least: number, most: number, u: number): number => least + (most - least) * u;

function shirt(u: readonly number[]): Cut {
  const [shoulder, waist, sleeve, reach] = [
    between(6, 9, u[0]!),
    between(5, 9, u[1]!),
    between(6, 20, u[2]!),
    between(2, 5, u[3]!),
  ];
  const neck = between(1.5, 3.5, u[4]!);
  const arm: Point[] = [
    ...([
      [shoulder - 2, 3],
      [shoulder + 2, 4],
      [shoulder + reach + 1.5, 4 + sleeve],
      [shoulder + reach - 3, 5 + sleeve],
      [shoulder - 2, 10],
    ] as const),
  ];
  return {
    cloth: [
      [
        [-shoulder, 3],
        [shoulder, 3],
        [waist, 26],
        [-waist, 26],
      ],
      ...both(arm),
    ],
    holes: [
      [
        [-neck, 2],
        [neck, 2],
        [0, 3 + 1.5 * neck],
      ],
    ],
  };
}

function trousers(u: readonly number[]): Cut {
  const [waist, hip, hem, end] = [
    between(4, 6, u[0]!),
    between(5, 8, u[1]!),
    between(2, 5, u[2]!),
    between(17, 27, u[3]!),
  ];
  const leg: Point[] = [
    [0, 2],
    [waist, 2],
    [hip, 9],
    [hip + 1, end],
    [hip + 1 - hem, end],
    [between(0.4, 1.4, u[4]!), 10],
    [0, 10],
  ];
  return { cloth: both(leg) };
}

function dress(u: readonly number[]): Cut {
  const [top, waist, hem, middle] = [
    between(3, 5, u[0]!),
    between(2.5, 4.5, u[1]!),
    between(6, 12, u[2]!),
    between(9, 13, u[3]!),
  ];
  const neck = between(1, 2.5, u[4]!);
  return {
    cloth: [
      [
        [-top, 2],
        [top, 2],
        [waist, middle],
        [hem, 26],
        [-hem, 26],
        [-waist, middle],
      ],
    ],
    holes: [
      [
        [-neck, 1],
        [neck, 1],
        [neck, 3 + neck],
        [-neck, 3 + neck],
      ],
    ],
  };
}

function bag(u: readonly number[]): Cut {
  const [half, top, flare, grip] = [
    between(8, 12, u[0]!),
    between(9, 13, u[1]!),
    between(-2, 2, u[2]!),
    between(3, 6, u[3]!),
  ];
  const thick = between(1, 2, u[4]!);
  return {
    cloth: [
      [
        [-half, top],
        [half, top],
        [half + flare, 25],
        [-half - flare, 25],
      ],
      [
        [-grip, top],
        [-grip, 3],
        [grip, 3],
        [grip, top],
        [grip - thick, top],
        [grip - thick, 3 + thick],
        [thick - grip, 3 + thick],
        [thick - grip, top],
      ],
    ],
  };
}

function shoe(u: readonly number[]): Cut {
  const [heel, shaft, toe, sole] = [
    between(9, 12, u[0]!),
    between(4, 13, u[1]!),
    between(16, 20, u[2]!),
    between(1, 3, u[3]!),
  ];
  const opening = between(-3, 1, u[4]!);
  return {
    cloth: [
      [
        [-heel, shaft],
        [opening, shaft],
        [opening + 2, toe - 2],
        [heel - 1, toe],
        [heel + 1, 23],
        [-heel, 23],
      ],
      [
        [-heel, 23],
        [heel + 1, 23],
        [heel + 1, 23 + sole],
        [-heel, 23 + sole],
      ],
    ],
  };
}

const KINDS = [shirt, trousers, dress, bag, shoe] as const;

/** Rays a side of the picture. */
const GRID = GARMENT_SIDE * RAYS;

/** Marks the rays within a polygon, row by row between the edges that it crosses. @param middle of the picture, in pixels */
function fill(rays: Uint8Array, polygon: readonly Point[], middle: number, value: 0 | 1): void {
  for (let row = 0; row < GRID; row++) {
    const y = (row + 0.5) / RAYS;
    const crossings: number[] = [];
    polygon.forEach(([xi, yi], i) => {
      const [xj, yj] = polygon[(i + 1) % polygon.length]!;
      if (yi > y !== yj > y) crossings.push(((xj - xi) * (y - yi)) / (yj - yi) + xi + middle);
    });
    crossings.sort((a, b) => a - b);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const first = Math.max(0, Math.ceil(crossings[i]! * RAYS - 0.5));
      const end = Math.min(GRID, Math.ceil(crossings[i + 1]! * RAYS - 0.5));
      if (end > first) rays.fill(value, row * GRID + first, row * GRID + end);
    }
  }
}

/** Picture `number` of a seed: [28 * 28] from -1 (nothing) to 1. */
export function drawGarment(seed: number, number: number): Float32Array<ArrayBuffer> {
  const u = uniformsAt(seed, number, 'garment', 16);
  const { cloth, holes = [] } = KINDS[Math.min(KINDS.length - 1, Math.floor(u[0]! * KINDS.length))]!([
    ...u.slice(1, 6),
  ]);
  const shade = between(0.45, 1, u[6]!);
  const period = between(2.5, 6, u[7]!);
  const depth = between(0.15, 0.5, u[8]!);
  const pattern = Math.floor(u[9]! * 4);
  const middle = GARMENT_SIDE / 2 + between(-1, 1, u[10]!);
  const wave = (at: number) => (Math.sin((2 * Math.PI * at) / period + 6 * u[11]!) > 0 ? 1 : 0);
  const dye = (x: number, y: number) => {
    const stripes = [0, wave(y), wave(x), wave(x) ^ wave(y)][pattern] ?? 0;
    // Folds: a little darker towards the sides.
    return Math.max(0, shade - depth * stripes - 0.012 * Math.abs(x));
  };
  const rays = new Uint8Array(GRID * GRID);
  for (const part of cloth) fill(rays, part, middle, 1);
  for (const part of holes) fill(rays, part, middle, 0);
  const out = new Float32Array(GARMENT_SIDE * GARMENT_SIDE);
  for (let y = 0; y < GARMENT_SIDE; y++)
    for (let x = 0; x < GARMENT_SIDE; x++) {
      let hits = 0;
      for (let row = y * RAYS; row < (y + 1) * RAYS; row++)
        for (let at = x * RAYS; at < (x + 1) * RAYS; at++) hits += rays[row * GRID + at]!;
      out[y * GARMENT_SIDE + x] = (2 * dye(x + 0.5 - middle, y + 0.5) * hits) / RAYS ** 2 - 1;
    }
  return out;
}
