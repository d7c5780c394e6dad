// Softmax of every row: out = exp(x - max) / sum of exp(x - max). Padding columns of out become zero.
// variants: f32 f16
// uses: lib/grid.wgsl
//
// x, out [rows, row_vectors] of vec4, `columns` of them used. One invocation = one row, three passes, sums in f32.

struct Params {
  rows: u32,
  columns: u32,
  row_vectors: u32,
}

override WG: u32 = 32;

@group(0) @binding(0) var<storage, read> x: array<Elem4>;
@group(0) @binding(1) var<storage, read_write> out: array<Elem4>;
@group(0) @binding(2) var<uniform> params: Params;

const LEAST = -3.4028234e38;

// Four values of a row; padding is the least of all floats.
fn load(start: u32, vector: u32) -> vec4f {
  let used = vec4u(4u * vector) + vec4u(0u, 1u, 2u, 3u) < vec4u(params.columns);
  return select(vec4f(LEAST), vec4f(x[start + vector]), used);
}

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let row = linear_index(group, groups, local, WG);
  if (row >= params.rows) {
    return;
  }
  let start = row * params.row_vectors;
  var most = vec4f(LEAST);
  for (var v = 0u; v < params.row_vectors; v++) {
    most = max(most, load(start, v));
  }
  let peak = max(max(most.x, most.y), max(most.z, most.w));
  var sums = vec4f(0.0);
  for (var v = 0u; v < params.row_vectors; v++) {
    sums += exp(load(start, v) - peak);
  }
  let scale = 1.0 / (sums.x + sums.y + sums.z + sums.w);
  for (var v = 0u; v < params.row_vectors; v++) {
    out[start + v] = Elem4(exp(load(start, v) - peak) * scale);
  }
}
