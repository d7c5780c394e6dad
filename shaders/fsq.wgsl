// Finite scalar quantization (Mentzer et al. 2023): bounded = tanh(z + shift) * half_width - offset, q = round half to even,
// code value = q / floor(L / 2), index = sum of (q + floor(L / 2)) * basis.
// variants: f32 f32_f16
// uses: lib/grid.wgsl
//
// latents [count, vectors] of vec4f, indices [count] i32, out [count, vectors] of vec4. One invocation = one latent.
// Dimensions of the padding have half 0: their code value is zero.

struct Dimensions {
  shift: vec4f,
  half_width: vec4f,
  offset: vec4f,
  half: vec4f,
  basis: vec4u,
}

struct Params {
  dimensions: array<Dimensions, 4>,
  count: u32,
  vectors: u32,
}

override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> latents: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> indices: array<i32>;
@group(0) @binding(2) var<storage, read_write> out: array<OutElem4>;
@group(0) @binding(3) var<uniform> params: Params;

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
  var index = 0u;
  for (var v = 0u; v < params.vectors; v++) {
    let d = params.dimensions[v];
    // tanh is 1 in f32 from 9.1 on; some drivers overflow far out.
    let z = clamp(latents[i * params.vectors + v] + d.shift, vec4f(-20.0), vec4f(20.0));
    let q = round(tanh(z) * d.half_width - d.offset);
    let digits = vec4u(max(q + d.half, vec4f(0.0))) * d.basis;
    index += digits.x + digits.y + digits.z + digits.w;
    out[i * params.vectors + v] = OutElem4(select(vec4f(0.0), q / max(d.half, vec4f(1.0)), d.half > vec4f(0.0)));
  }
  indices[i] = i32(index);
}
