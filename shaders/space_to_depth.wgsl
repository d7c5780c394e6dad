// PyTorch's pixel_unshuffle: out[n, y, x, c f f + dy f + dx] = x[n, y f + dy, x f + dx, c].
// variants: f32 f16
// uses: lib/grid.wgsl
//
// x [batch, out_height f, out_width f, in_padded] scalars, out [batch, out_height, out_width, out_vectors] of vec4.
// One invocation = one vec4 of the output; padding channels become zero.

struct Params {
  out_height: u32,
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
  var y = Elem4();
  for (var j = 0u; j < 4u; j++) {
    let channel = first + j;
    if (channel < params.out_channels) {
      let c = channel / (f * f);
      let dy = channel / f % f;
      let dx = channel % f;
      // Rows of all pictures in one count: out_height f rows of input for out_height rows of output.
      y[j] = x[((row * f + dy) * params.out_width * f + column * f + dx) * params.in_padded + c];
    }
  }
  out[item] = y;
}
