// First half of a revealing step: every masked place draws a code from p0^(1 + sharpen max p0), and gets a priority
// (src/diffusion/run.ts, candidate). reveal_rank.wgsl lets the first of them stay.
// tiles: 1x0 64x6
// uses: lib/grid.wgsl lib/philox.wgsl lib/sampler.wgsl lib/row.wgsl
//
// logs [samples * count, log_vectors] of vec4f and confidence [samples, length]: of x0_log_probs.wgsl; xt [samples, length];
// order [count]: ranks of the places; candidate, priority [samples * count]. A place that holds a code keeps it: priority FOREVER.
// One row = TILE_A invocations.

override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> logs: array<vec4f>;
@group(0) @binding(1) var<storage, read> confidence: array<f32>;
@group(0) @binding(2) var<storage, read> xt: array<i32>;
@group(0) @binding(3) var<storage, read> order: array<i32>;
@group(0) @binding(4) var<storage, read_write> candidate: array<i32>;
@group(0) @binding(5) var<storage, read_write> priority: array<f32>;
@group(0) @binding(6) var<uniform> run: Run;
@group(0) @binding(7) var<uniform> step: Step;

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
  let i = row - sample * step.count;
  let place = step.first + i;
  let at = sample * run.length + place;
  let code = u32(xt[at]);
  let masked = code >= run.codebook_size;
  let purity = confidence[at];
  let power = 1.0 + step.sharpen * purity;

  var best = NO_BEST;
  // A place that is not masked draws nothing, but comes to the barriers.
  for (var v = select(run.log_vectors, lane, masked); v < run.log_vectors; v += TILE_A) {
    let noise = to_gumbel(to_uniform(philox(run.seed + sample, vec3u(step.number, place, v))));
    let used = vec4u(4u * v) + vec4u(0u, 1u, 2u, 3u) < vec4u(run.codebook_size);
    best = best_of(best, select(vec4f(NONE), power * logs[start + v] + noise, used), v);
  }
  best = row_best(lane, best);
  if (lane != 0u) {
    return;
  }
  if (!masked) {
    candidate[row] = i32(code);
    priority[row] = FOREVER;
    return;
  }
  var value = logs[start + best.index / 4u][best.index % 4u];
  if (step.priority == 1u) {
    value = log(purity);
  } else if (step.priority == 2u) {
    value = -f32(order[i]);
  }
  if (step.noise != 0.0) {
    let u = to_uniform(philox(run.seed + sample, vec3u(step.number, place, DRAW_CONFIDENCE)));
    value += step.noise * to_gumbel(u).x;
  }
  candidate[row] = i32(best.index);
  priority[row] = value;
}
