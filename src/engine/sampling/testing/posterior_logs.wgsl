// For the test of lib/posterior.wgsl: the log weights of all K + 1 states, [samples * count, K + 1].
// tiles: 1x0 64x6
// uses: ../../../../shaders/lib/grid.wgsl ../../../../shaders/lib/sampler.wgsl ../../../../shaders/lib/row.wgsl ../../../../shaders/lib/posterior.wgsl

override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> logs: array<vec4f>;
@group(0) @binding(1) var<storage, read> xt: array<i32>;
@group(0) @binding(2) var<storage, read_write> weights: array<f32>;
@group(0) @binding(3) var<uniform> run: Run;
@group(0) @binding(4) var<uniform> step: Step;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let row = row_of(group, groups, local, WG);
  if (row >= run.samples * step.count) {
    return;
  }
  let lane = lane_of(local);
  let start = row * run.log_vectors;
  let posterior = posterior_of(start, lane, u32(xt[row]));
  for (var v = lane; v <= run.codebook_size / 4u; v += TILE_A) {
    let four = posterior_logs(posterior, logs[start + min(v, run.log_vectors - 1u)], v);
    for (var j = 0u; j < 4u && 4u * v + j <= run.codebook_size; j++) {
      weights[row * (run.codebook_size + 1u) + 4u * v + j] = four[j];
    }
  }
}
