// For the test of lib/philox.wgsl: counters of every kind, and what becomes of their bits.
// uses: ../../../../shaders/lib/philox.wgsl

override COUNT: u32;
override INDICES: u32;

@group(0) @binding(0) var<storage, read> addresses: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> bits: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> uniforms: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> gumbels: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> indices: array<vec4u>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= COUNT) {
    return;
  }
  let drawn = philox(addresses[id.x].x, addresses[id.x].yzw);
  bits[id.x] = drawn;
  uniforms[id.x] = to_uniform(drawn);
  gumbels[id.x] = to_gumbel(to_uniform(drawn));
  for (var lane = 0u; lane < 4u; lane++) {
    indices[id.x][lane] = to_index(drawn[lane], INDICES);
  }
}
