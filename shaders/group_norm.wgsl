// Second half of GroupNorm: merges the chunks' statistics (Chan, Golub, LeVeque 1979), normalises, scales, shifts, SiLU.
// variants: f32 f16
// uses: lib/activation.wgsl lib/grid.wgsl
//
// x, out [batch, pixels, vectors] of vec4; stats [batch, chunks, vectors, 2] of vec4f (group_norm_stats.wgsl);
// gamma, beta [vectors] of vec4f. A group has `group_channels` channels, any number: a vec4 may touch four groups.
// One invocation = one vector of channels in `slice` pixels. Padding channels become zero. Biased variance.

struct Params {
  pixels: u32,
  vectors: u32,
  channels: u32,
  group_channels: u32,
  chunk: u32,
  chunks: u32,
  slice: u32,
  slices: u32,
  items: u32,
  eps: f32,
}

override SILU: bool = false;
override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> x: array<Elem4>;
@group(0) @binding(1) var<storage, read> gamma: array<vec4f>;
@group(0) @binding(2) var<storage, read> beta: array<vec4f>;
@group(0) @binding(3) var<storage, read> stats: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> out: array<Elem4>;
@group(0) @binding(5) var<uniform> params: Params;

// 1 for the lanes of a vector that belong to channels low..high-1.
fn lanes(vector: u32, low: u32, high: u32) -> vec4f {
  let channel = vec4u(4u * vector) + vec4u(0u, 1u, 2u, 3u);
  return select(vec4f(0.0), vec4f(1.0), (channel >= vec4u(low)) & (channel < vec4u(high)));
}

// Mean and 1 / standard deviation of the group of one channel.
fn moments(image: u32, channel: u32) -> vec2f {
  let low = channel / params.group_channels * params.group_channels;
  let high = low + params.group_channels;
  let count = f32(params.group_channels * params.pixels);
  var sum = 0.0;
  for (var chunk = 0u; chunk < params.chunks; chunk++) {
    let pixels = f32(min(params.chunk, params.pixels - chunk * params.chunk));
    for (var vector = low / 4u; 4u * vector < high; vector++) {
      let at = 2u * ((image * params.chunks + chunk) * params.vectors + vector);
      sum += pixels * dot(stats[at], lanes(vector, low, high));
    }
  }
  let mean = sum / count;
  var squares = 0.0;
  for (var chunk = 0u; chunk < params.chunks; chunk++) {
    let pixels = f32(min(params.chunk, params.pixels - chunk * params.chunk));
    for (var vector = low / 4u; 4u * vector < high; vector++) {
      let at = 2u * ((image * params.chunks + chunk) * params.vectors + vector);
      let d = stats[at] - mean;
      squares += dot(stats[at + 1u] + pixels * d * d, lanes(vector, low, high));
    }
  }
  return vec2f(mean, 1.0 / sqrt(squares / count + params.eps));
}

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
  let image = part / params.slices;
  let first = (part - image * params.slices) * params.slice;
  let last = params.channels - 1u;
  let m_0 = moments(image, 4u * vector);
  // Lanes of the same group share its moments; in the usual case all four do.
  //: for j in 1..4
  var m_$j = m_0;
  if (min(4u * vector + $ju, last) / params.group_channels != 4u * vector / params.group_channels) {
    m_$j = moments(image, min(4u * vector + $ju, last));
  }
  //: end
  let mean = vec4f(m_0.x, m_1.x, m_2.x, m_3.x);
  let used = lanes(vector, 0u, params.channels);
  let scale = vec4f(m_0.y, m_1.y, m_2.y, m_3.y) * gamma[vector] * used;
  let shift = beta[vector] * used;
  let start = (image * params.pixels + first) * params.vectors + vector;
  let end = start + min(params.slice, params.pixels - first) * params.vectors;
  for (var at = start; at < end; at += params.vectors) {
    var y = (vec4f(x[at]) - mean) * scale + shift;
    if (SILU) {
      y = silu(y);
    }
    out[at] = Elem4(y);
  }
}
