// Second half of the codebook search: the nearest of the segments' codes, and its distance.
// uses: lib/grid.wgsl
//
// latents, codebook, best as in nearest_code.wgsl; indices [count] i32; distances [count] f32, computed again for the
// chosen code, so that a NaN or infinite latent (index 0) shows its true distance. One invocation = one latent.

struct Params {
  count: u32,
  vectors: u32,
  segments: u32,
}

override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> latents: array<vec4f>;
@group(0) @binding(1) var<storage, read> codebook: array<vec4f>;
@group(0) @binding(2) var<storage, read> best: array<vec2u>;
@group(0) @binding(3) var<storage, read_write> indices: array<i32>;
@group(0) @binding(4) var<storage, read_write> distances: array<f32>;
@group(0) @binding(5) var<uniform> params: Params;

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
  var least = 3.4028234e38;
  var index = 0u;
  for (var segment = 0u; segment < params.segments; segment++) {
    let found = best[segment * params.count + i];
    if (bitcast<f32>(found.x) < least) {
      least = bitcast<f32>(found.x);
      index = found.y;
    }
  }
  var squares = vec4f(0.0);
  for (var v = 0u; v < params.vectors; v++) {
    let d = latents[i * params.vectors + v] - codebook[index * params.vectors + v];
    squares += d * d;
  }
  indices[i] = i32(index);
  distances[i] = (squares.x + squares.y) + (squares.z + squares.w);
}
