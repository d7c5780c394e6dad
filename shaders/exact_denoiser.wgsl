// log p(x0 = k | xt) of the places that are asked about: every map votes for its own code with its weight. Clamped at -70.
// uses: lib/grid.wgsl lib/exact.wgsl
//
// log_weights [samples, maps] f32, maps [maps, length] i32, logits [samples, step.count, vectors] of vec4f; zero after the last code, NaN
// for a sample whose weights are NaN. One invocation = four codes of one place; it adds up all maps in their order, so the result
// does not depend on the batch.

override WG: u32 = 64;

// Logarithm that counts as none: LEAST_LOG in src/diffusion/distribution.ts.
const LEAST = -70.0;

@group(0) @binding(0) var<storage, read> log_weights: array<f32>;
@group(0) @binding(1) var<storage, read> maps: array<i32>;
@group(0) @binding(2) var<storage, read_write> logits: array<vec4f>;
@group(0) @binding(3) var<uniform> run: Run;
@group(0) @binding(4) var<uniform> step: Step;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let item = linear_index(group, groups, local, WG);
  if (item >= run.samples * step.count * run.vectors) {
    return;
  }
  let row = item / run.vectors;
  let sample = row / step.count;
  let place = step.first + row - sample * step.count;
  let vector = item - row * run.vectors;
  let codes = vec4i(4 * i32(vector)) + vec4i(0, 1, 2, 3);
  let weights = sample * run.maps;
  // By its bits: a compiler may take for granted that there is no NaN.
  if ((bitcast<u32>(log_weights[weights]) & 0x7fffffffu) > 0x7f800000u) {
    logits[item] = vec4f(bitcast<f32>(run.nan));
    return;
  }
  var peak = log_weights[weights];
  for (var map = 1u; map < run.maps; map++) {
    peak = max(peak, log_weights[weights + map]);
  }
  var votes = vec4f(0.0);
  var total = 0.0;
  for (var map = 0u; map < run.maps; map++) {
    let weight = exp(log_weights[weights + map] - peak);
    total += weight;
    votes += select(vec4f(0.0), vec4f(weight), codes == vec4i(maps[map * run.length + place]));
  }
  // exp(LEAST) instead of nothing: log 0 is not for a GPU.
  let logs = max(log(max(votes / total, vec4f(exp(LEAST)))), vec4f(LEAST));
  logits[item] = select(vec4f(0.0), logs, codes < vec4i(i32(run.codebook_size)));
}
