// Channels side by side: out[n, y, x] = a[n, y, x], then b[n, y / scale, x / scale] (nearest).
// variants: f32 f16
// uses: lib/grid.wgsl
//
// a [batch, height, width, a_padded] and b [batch, height / scale, width / scale, b_padded] scalars,
// out [batch, height, width, out_vectors] of vec4. One invocation = one vec4 of the output; padding channels become zero.

struct Params {
  width: u32,
  a_channels: u32,
  a_padded: u32,
  b_channels: u32,
  b_padded: u32,
  out_vectors: u32,
  scale: u32,
  items: u32,
}

override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> a: array<Elem>;
@group(0) @binding(1) var<storage, read> b: array<Elem>;
@group(0) @binding(2) var<storage, read_write> out: array<Elem4>;
@group(0) @binding(3) var<uniform> params: Params;

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
  let pixel = item / params.out_vectors;
  let first = (item - pixel * params.out_vectors) * 4u;
  // Rows of all pictures in one count: the height is a multiple of the scale.
  let row = pixel / params.width;
  let column = pixel - row * params.width;
  let below = row / params.scale * (params.width / params.scale) + column / params.scale;
  var y = Elem4();
  for (var j = 0u; j < 4u; j++) {
    let channel = first + j;
    if (channel < params.a_channels) {
      y[j] = a[pixel * params.a_padded + channel];
    } else if (channel < params.a_channels + params.b_channels) {
      y[j] = b[below * params.b_padded + channel - params.a_channels];
    }
  }
  out[item] = y;
}
