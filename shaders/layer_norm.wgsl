// Adaptive LayerNorm without affine: out = (x - mean) / sqrt(variance + eps) * (1 + scale) + shift, biased variance, where
// shift and scale = modulation + table of the row's sample (adaLN, DiT; one table a block: PixArt's adaLN-single).
// variants: f32 f32_f16
// uses: lib/grid.wgsl
//
// x [samples, in_rows, vectors] of vec4, of which rows first .. first + out_rows are taken; out [samples, out_rows, vectors].
// modulation [samples, modulation_vectors] and table of vec4f; shift and scale stand at the offsets of Params.
// Width = 4 * vectors: no padding. An invocation reads a whole row twice (mean, then variance) and writes `slice` vectors of
// it: neighbours share the reads in the cache, and no barrier is needed. Linear grid of rows x slices.

struct Params {
  items: u32,
  slices: u32,
  slice: u32,
  vectors: u32,
  in_rows: u32,
  first: u32,
  out_rows: u32,
  modulation_vectors: u32,
  shift_modulation: u32,
  shift_table: u32,
  scale_modulation: u32,
  scale_table: u32,
  eps: f32,
}

override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> x: array<Elem4>;
@group(0) @binding(1) var<storage, read> modulation: array<vec4f>;
@group(0) @binding(2) var<storage, read> table: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> out: array<OutElem4>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let item = linear_index(group, groups, local, WG);
  if (item >= params.items) {
    return;
  }
  let row = item / params.slices;
  let from_vector = (item - row * params.slices) * params.slice;
  let to_vector = min(from_vector + params.slice, params.vectors);
  let sample = row / params.out_rows;
  let start = (sample * params.in_rows + params.first + row - sample * params.out_rows) * params.vectors;
  let width = f32(4u * params.vectors);
  var sums = vec4f(0.0);
  for (var v = 0u; v < params.vectors; v++) {
    sums += vec4f(x[start + v]);
  }
  let mean = (sums.x + sums.y + sums.z + sums.w) / width;
  var squares = vec4f(0.0);
  for (var v = 0u; v < params.vectors; v++) {
    let d = vec4f(x[start + v]) - mean;
    squares += d * d;
  }
  let rate = inverseSqrt((squares.x + squares.y + squares.z + squares.w) / width + params.eps);
  let of_sample = sample * params.modulation_vectors;
  for (var v = from_vector; v < to_vector; v++) {
    let shift = modulation[of_sample + params.shift_modulation + v] + table[params.shift_table + v];
    let scale = modulation[of_sample + params.scale_modulation + v] + table[params.scale_table + v];
    out[row * params.vectors + v] = OutElem4((vec4f(x[start + v]) - mean) * rate * (1.0 + scale) + shift);
  }
}
