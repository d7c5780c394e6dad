// p(x0 | xt) of every row, as natural logarithms, from the network's logits (src/diffusion/distribution.ts, in f32):
// guidance, temperature, top-k, truncation. Also the most likely code, its probability, and the entropy in bits.
// tiles: 1x0 64x6
// uses: lib/grid.wgsl lib/sampler.wgsl lib/row.wgsl
//
// logits [samples, or twice as many with guidance; count, logit_stride]; logs [samples * count, log_vectors] of vec4f, normalised, -70 for
// codes that are cut off and for padding; best, confidence, entropy [samples, length], changed at the places of the span. Logits below -1e30
// count as -1e30.
// A code stays where fewer than top_k codes are more likely, and where those hold less than `truncation` together; equals stand or fall
// together. Instead of sorting, both limits are found bit by bit: the distance to the largest score is >= 0, so its bits are ordered as
// it is, and the largest bits with too little before them are what still stays. 31 passes, none where nothing is cut.
// One row = TILE_A invocations.

override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read_write> logs: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> best: array<i32>;
@group(0) @binding(3) var<storage, read_write> confidence: array<f32>;
@group(0) @binding(4) var<storage, read_write> entropy: array<f32>;
@group(0) @binding(5) var<uniform> run: Run;
@group(0) @binding(6) var<uniform> step: Step;

const LEAST_LOG = -70.0;
const ALL = 0x7f7fffffu;

// Four logits, of which those beyond the codebook are NONE.
fn load(start: u32, vector: u32) -> vec4f {
  var values = vec4f(NONE);
  //: for j in 0..4
  if (4u * vector + $ju < run.codebook_size) {
    values[$j] = logits[start + 4u * vector + $ju];
  }
  //: end
  return max(values, vec4f(NONE));
}

// Not normalised, the largest is 1. Clamped: some drivers' exp of a huge number is no number.
fn mass(distance: vec4f) -> vec4f {
  return exp(-min(distance, vec4f(87.0)));
}

fn sum4(values: vec4f) -> f32 {
  return (values.x + values.y) + (values.z + values.w);
}

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let row = row_of(group, groups, local, WG);
  let rows = run.samples * step.count;
  if (row >= rows) {
    return;
  }
  let lane = lane_of(local);
  let start = row * run.log_vectors;
  let given = row * run.logit_stride;
  let none = (rows + row) * run.logit_stride;

  // Scores lie in `logs` meanwhile: every invocation reads only what it wrote.
  var highest = NO_BEST;
  for (var v = lane; v < run.log_vectors; v += TILE_A) {
    var scores = load(given, v);
    if (run.guided == 1u) {
      let without = load(none, v);
      scores = without + run.guidance * (scores - without);
    }
    scores /= run.temperature;
    let used = vec4u(4u * v) + vec4u(0u, 1u, 2u, 3u) < vec4u(run.codebook_size);
    scores = select(vec4f(-3e38), scores, used);
    logs[start + v] = scores;
    highest = best_of(highest, scores, v);
  }
  highest = row_best(lane, highest);
  let peak = highest.value;

  var most = ALL;
  let cuts_count = run.top_k > 0u && run.top_k < run.codebook_size;
  if (cuts_count || run.truncation < 1.0) {
    var masses = vec4f(0.0);
    for (var v = lane; v < run.log_vectors; v += TILE_A) {
      masses += mass(peak - logs[start + v]);
    }
    let total = row_sum(lane, vec2f(sum4(masses), 0.0)).x;
    // How many codes, and how much of them, may not be reached before a code.
    let limits = vec2f(select(3e38, f32(run.top_k), cuts_count), select(3e38, run.truncation * total, run.truncation < 1.0));
    var reach = vec2u(0u);
    for (var bit = 1u << 30u; bit > 0u; bit >>= 1u) {
      let trial = reach | vec2u(bit);
      var counts = vec4f(0.0);
      masses = vec4f(0.0);
      for (var v = lane; v < run.log_vectors; v += TILE_A) {
        let distance = peak - logs[start + v];
        let bits = bitcast<vec4u>(distance);
        counts += select(vec4f(0.0), vec4f(1.0), bits < vec4u(trial.x));
        masses += select(vec4f(0.0), mass(distance), bits < vec4u(trial.y));
      }
      let before = row_sum(lane, vec2f(sum4(counts), sum4(masses)));
      reach = select(reach, trial, before < limits);
    }
    most = min(reach.x, reach.y);
  }

  var kept = vec4f(0.0);
  var moments = vec4f(0.0);
  for (var v = lane; v < run.log_vectors; v += TILE_A) {
    let distance = peak - logs[start + v];
    let stays = select(vec4f(0.0), mass(distance), bitcast<vec4u>(distance) <= vec4u(most));
    kept += stays;
    moments += stays * min(distance, vec4f(87.0));
  }
  let sums = row_sum(lane, vec2f(sum4(kept), sum4(moments)));
  let shift = log(sums.x);
  for (var v = lane; v < run.log_vectors; v += TILE_A) {
    let distance = peak - logs[start + v];
    let stays = bitcast<vec4u>(distance) <= vec4u(most);
    logs[start + v] = select(vec4f(LEAST_LOG), max(-distance - shift, vec4f(LEAST_LOG)), stays);
  }
  if (lane == 0u) {
    let sample = row / step.count;
    let at = sample * run.length + step.first + row - sample * step.count;
    best[at] = i32(highest.index);
    confidence[at] = 1.0 / sums.x;
    entropy[at] = max(0.0, (shift + sums.y / sums.x) * 1.4426950408889634);
  }
}
