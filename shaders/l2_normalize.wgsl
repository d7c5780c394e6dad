// Rows of length one: out = x / max(|x|, eps).
// uses: lib/grid.wgsl
//
// x, out [count, vectors] of vec4f, padded with zeros. One invocation = one row. (Squares beyond 3e38 overflow.)

struct Params {
  count: u32,
  vectors: u32,
  eps: f32,
}

override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let row = linear_index(group, groups, local, WG);
  if (row >= params.count) {
    return;
  }
  let start = row * params.vectors;
  var squares = vec4f(0.0);
  for (var v = 0u; v < params.vectors; v++) {
    squares += x[start + v] * x[start + v];
  }
  let scale = 1.0 / max(sqrt((squares.x + squares.y) + (squares.z + squares.w)), params.eps);
  for (var v = 0u; v < params.vectors; v++) {
    out[start + v] = x[start + v] * scale;
  }
}
