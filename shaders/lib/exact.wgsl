// What the two kernels of the exact denoiser share: src/kernels/exactLogWeights/index.ts packs both structs. `run` is written once for a
// run, `step` is copied from a table before each step.

struct Run {
  samples: u32,
  // Places of a map.
  length: u32,
  maps: u32,
  // [MASK] is this number.
  codebook_size: u32,
  // vec4 of codes in a row of logits.
  vectors: u32,
  // Bits of NaN: WGSL has no way to write it.
  nan: u32,
}

struct Step {
  // log q(xt | x0) of a place where xt is the map's code, and where it is another code.
  same: f32,
  other: f32,
  // So many places from the beginning count; the rest is not looked at.
  seen: u32,
  // Places that are asked about.
  first: u32,
  count: u32,
}
