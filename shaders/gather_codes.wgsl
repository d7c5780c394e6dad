// Rows of the codebook by index. An index outside 0..codes-1 gives a row of NaN, never another code.
// variants: f32 f32_f16
// uses: lib/grid.wgsl
//
// indices [count] i32, codebook [codes, vectors] of vec4f, out [count, vectors] of vec4. One invocation = one vec4.

struct Params {
  codes: u32,
  vectors: u32,
  items: u32,
  // Bits of NaN: WGSL has no way to write it.
  nan: u32,
}

override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> indices: array<i32>;
@group(0) @binding(1) var<storage, read> codebook: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> out: array<OutElem4>;
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
  let row = item / params.vectors;
  // A negative index becomes a huge one.
  let index = u32(indices[row]);
  var value = vec4f(bitcast<f32>(params.nan));
  if (index < params.codes) {
    value = codebook[index * params.vectors + item - row * params.vectors];
  }
  out[item] = OutElem4(value);
}
