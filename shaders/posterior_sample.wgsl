// Every place draws xs from p(xs | xt) for itself: the largest of log weight + Gumbel noise, the lowest state of equals
// (src/diffusion/run.ts, argmaxGumbel).
// tiles: 1x0 64x6
// uses: lib/grid.wgsl lib/philox.wgsl lib/sampler.wgsl lib/row.wgsl lib/posterior.wgsl
//
// logs [samples * count, log_vectors] of vec4f: p(x0 | xt), of x0_log_probs.wgsl; xt [samples, length], changed at the places of the span.
// What is no code counts as [MASK]. One row = TILE_A invocations.

override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> logs: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> xt: array<i32>;
@group(0) @binding(2) var<uniform> run: Run;
@group(0) @binding(3) var<uniform> step: Step;

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
  let sample = row / step.count;
  let place = step.first + row - sample * step.count;
  let at = sample * run.length + place;
  let code = min(u32(xt[at]), run.codebook_size);

  let posterior = posterior_of(start, lane, code);

  var best = NO_BEST;
  for (var v = lane; v <= run.codebook_size / 4u; v += TILE_A) {
    let weights = posterior_logs(posterior, logs[start + min(v, run.log_vectors - 1u)], v);
    // Without replacement nearly all weights are nothing.
    if (any(weights > vec4f(NOTHING))) {
      let noise = to_gumbel(to_uniform(philox(run.seed + sample, vec3u(step.number, place, v))));
      best = best_of(best, select(vec4f(NONE), weights + noise, weights > vec4f(NOTHING)), v);
    }
  }
  best = row_best(lane, best);
  if (lane == 0u) {
    xt[at] = i32(best.index);
  }
}
