// Packed RGBA8 pixels to a feature map: byte / 127.5 - 1; alpha is dropped, channel 3 is 0.
// variants: f32 f16
// uses: lib/grid.wgsl
//
// pixels [count] u32, red in the low byte; out [count] vec4. One invocation = one pixel.

struct Params {
  count: u32,
}

override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> pixels: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<OutElem4>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let i = linear_index(group, groups, local, WG);
  if (i >= params.count) {
    return;
  }
  let bytes = (vec3u(pixels[i]) >> vec3u(0u, 8u, 16u)) & vec3u(255u);
  out[i] = OutElem4(vec4f(vec3f(bytes) / 127.5 - 1.0, 0.0));
}
