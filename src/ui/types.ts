/**
 * What the controls of this room need to know of pictures and codes. Structural twins of the types of the other rooms:
 * ui/ imports no room, so that any lab can use it.
 */
export interface PictureLike {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

export interface GridLike {
  readonly name: string;
  readonly height: number;
  readonly width: number;
  readonly codebookSize: number;
  readonly indices: Int32Array;
}

/** A place in a code grid. */
export interface Cell {
  readonly x: number;
  readonly y: number;
}
