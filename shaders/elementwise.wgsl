// out = a + b, a - b, silu(a) or a in another type, vec4 by vec4.
// variants: f32 f16 f16_f32 f32_f16
// uses: lib/activation.wgsl lib/grid.wgsl
//
// a, b, out: `count` vec4s. Ops without b bind a twice. One invocation = one vec4.

struct Params {
  count: u32,
}

// 0 add, 1 sub, 2 silu, 3 cast
override OP: u32 = 0;
override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> a: array<Elem4>;
@group(0) @binding(1) var<storage, read> b: array<Elem4>;
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
  var y = vec4f(a[i]);
  if (OP == 0u) {
    y += vec4f(b[i]);
  }
  if (OP == 1u) {
    y -= vec4f(b[i]);
  }
  if (OP == 2u) {
    y = silu(y);
  }
  out[i] = OutElem4(y);
}
