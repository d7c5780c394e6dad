// Code values of FSQ indices: digit = index / basis mod L, value = (digit - floor(L / 2)) / floor(L / 2).
// variants: f32 f32_f16
// uses: lib/grid.wgsl
//
// indices [count] i32, out [count, vectors] of vec4. An index that is no code gives a row of NaN.
// Dimensions of the padding have half 0: their value is zero. One invocation = one vec4.

struct Dimensions {
  levels: vec4u,
  half: vec4u,
  basis: vec4u,
}

struct Params {
  dimensions: array<Dimensions, 4>,
  items: u32,
  vectors: u32,
  codes: u32,
  // Bits of NaN: WGSL has no way to write it.
  nan: u32,
}

override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> indices: array<i32>;
@group(0) @binding(1) var<storage, read_write> out: array<OutElem4>;
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
  let row = item / params.vectors;
  let d = params.dimensions[item - row * params.vectors];
  let index = u32(indices[row]);
  var value = vec4f(bitcast<f32>(params.nan));
  if (index < params.codes) {
    let digit = vec4f((vec4u(index) / d.basis) % d.levels);
    let half = vec4f(d.half);
    value = select(vec4f(0.0), (digit - half) / max(half, vec4f(1.0)), half > vec4f(0.0));
  }
  out[item] = OutElem4(value);
}
