/** What editing codes by hand speaks of. Pure; structural twins of the types of other rooms. */

/** A grid of a picture's codes, row-major. Never changed in place: an edit makes a new one. */
export interface PaintGrid {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  readonly codebookSize: number;
  /** [height * width] */
  readonly indices: Int32Array<ArrayBuffer>;
}

/** A place in a grid. Whole numbers. */
export interface Cell {
  readonly x: number;
  readonly y: number;
}

/** A point over a grid, in cells: 0 is its left or upper edge, 0.5 the middle of its first cell. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Whole cells of a grid. */
export interface CellRect extends Cell {
  readonly width: number;
  readonly height: number;
}

/** What an edit changed in one grid, and nothing else: each place once, in rising order; `before` and `after` differ at each. */
export interface GridChange {
  readonly level: number;
  readonly places: Int32Array<ArrayBuffer>;
  readonly before: Int32Array<ArrayBuffer>;
  readonly after: Int32Array<ArrayBuffer>;
}
