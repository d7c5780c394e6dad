// The beginning of a transformer over latents: out = row of the condition's table, or bias + latents w; plus the position.
// uses: lib/grid.wgsl
//
// context [samples, context_length] i32, latents [samples, codes, in_vectors] of vec4f, context_table [context_rows, vectors],
// weight [in_vectors, vectors, 4], bias [vectors], positions [context_length + codes, vectors] of vec4f,
// out [samples, context_length + codes, vectors] of vec4f. An index outside the table gives a row of NaN.
// One invocation = one vec4.

struct Params {
  items: u32,
  vectors: u32,
  context_length: u32,
  codes: u32,
  in_vectors: u32,
  context_rows: u32,
  // Bits of NaN: WGSL has no way to write it.
  nan: u32,
}

override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> context: array<i32>;
@group(0) @binding(1) var<storage, read> latents: array<vec4f>;
@group(0) @binding(2) var<storage, read> context_table: array<vec4f>;
@group(0) @binding(3) var<storage, read> weight: array<vec4f>;
@group(0) @binding(4) var<storage, read> bias: array<vec4f>;
@group(0) @binding(5) var<storage, read> positions: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(7) var<uniform> params: Params;

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
  let row = item / params.vectors;
  let v = item - row * params.vectors;
  let sequence = params.context_length + params.codes;
  let sample = row / sequence;
  let token = row - sample * sequence;
  var value = vec4f(bitcast<f32>(params.nan));
  if (token < params.context_length) {
    let index = u32(context[sample * params.context_length + token]);
    if (index < params.context_rows) {
      value = context_table[index * params.vectors + v];
    }
  } else {
    let start = (sample * params.codes + token - params.context_length) * params.in_vectors;
    value = bias[v];
    for (var i = 0u; i < params.in_vectors; i++) {
      let x = latents[start + i];
      let at = (i * params.vectors + v) * 4u;
      value += weight[at] * x.x + weight[at + 1u] * x.y + weight[at + 2u] * x.z + weight[at + 3u] * x.w;
    }
  }
  out[item] = value + positions[token * params.vectors + v];
}
