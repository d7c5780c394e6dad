// First half of GroupNorm: mean and sum of squared deviations of each channel over one chunk of pixels, two passes.
// variants: f32 f16
// uses: lib/grid.wgsl
//
// x [batch, pixels, vectors] of vec4; stats [batch, chunks, vectors, 2] of vec4f: mean, sum of (x - mean)^2.
// One invocation = one vector of channels in one chunk; neighbours take neighbouring vectors. No barriers.

struct Params {
  pixels: u32,
  vectors: u32,
  chunk: u32,
  chunks: u32,
  items: u32,
}

override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> x: array<Elem4>;
@group(0) @binding(1) var<storage, read_write> stats: array<vec4f>;
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
  let vector = item % params.vectors;
  let part = item / params.vectors;
  let image = part / params.chunks;
  let first = (part - image * params.chunks) * params.chunk;
  let count = min(params.chunk, params.pixels - first);
  let start = (image * params.pixels + first) * params.vectors + vector;
  let end = start + count * params.vectors;
  var sum = vec4f(0.0);
  for (var at = start; at < end; at += params.vectors) {
    sum += vec4f(x[at]);
  }
  let mean = sum / f32(count);
  var squares = vec4f(0.0);
  for (var at = start; at < end; at += params.vectors) {
    let d = vec4f(x[at]) - mean;
    squares += d * d;
  }
  stats[2u * item] = mean;
  stats[2u * item + 1u] = squares;
}
