// PyTorch's pixel_shuffle: out[n, y f + dy, x f + dx, c] = x[n, y, x, c f f + dy f + dx].
// variants: f32 f16
// uses: lib/grid.wgsl
//
// x [batch, in_height, in_width, in_padded] scalars, out [batch, in_height f, out_width, out_vectors] of vec4.
// One invocation = one vec4 of the output; padding channels become zero.

struct Params {
  out_width: u32,
  in_padded: u32,
  out_vectors: u32,
  out_channels: u32,
  factor: u32,
  items: u32,
}

override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> x: array<Elem>;
@group(0) @binding(1) var<storage, read_write> out: array<Elem4>;
@group(0) @binding(2) var<uniform> params: Params;

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
  let f = params.factor;
  let pixel = item / params.out_vectors;
  let first = (item - pixel * params.out_vectors) * 4u;
  let row = pixel / params.out_width;
  let column = pixel - row * params.out_width;
  let start = ((row / f) * (params.out_width / f) + column / f) * params.in_padded;
  let corner = (row % f) * f + column % f;
  var y = Elem4();
  for (var j = 0u; j < 4u; j++) {
    if (first + j < params.out_channels) {
      y[j] = x[start + (first + j) * f * f + corner];
    }
  }
  out[item] = y;
}
