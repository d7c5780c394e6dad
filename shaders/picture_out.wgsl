// A feature map to packed RGBA8 pixels: clip to [-1, 1], (v + 1) * 127.5 rounded to the nearest, alpha 255.
// variants: f32 f16
// uses: lib/grid.wgsl
//
// x [count] vec4, channels 0..2 are red, green, blue; pixels [count] u32, red in the low byte. One invocation = one pixel.

struct Params {
  count: u32,
}

override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> x: array<Elem4>;
@group(0) @binding(1) var<storage, read_write> pixels: array<u32>;
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
  let clipped = clamp(vec3f(x[i].xyz), vec3f(-1.0), vec3f(1.0));
  let bytes = vec3u(round((clipped + 1.0) * 127.5));
  pixels[i] = bytes.x | (bytes.y << 8u) | (bytes.z << 16u) | 0xff000000u;
}
