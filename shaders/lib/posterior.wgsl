// Natural logarithms of p(xs | xt) over the K + 1 states: `posteriorWeights` of src/diffusion/posterior.ts, which has the formula.
// Needs lib/sampler.wgsl, lib/row.wgsl, and the bindings `logs`, `run` and `step`.

// log(exp a + exp b); of what is NONE nothing is added.
fn log_add(a: vec4f, b: vec4f) -> vec4f {
  let most = max(a, b);
  return most + log(1.0 + exp(max(min(a, b) - most, vec4f(-87.0))));
}

fn log_add_scalar(a: f32, b: f32) -> f32 {
  return log_add(vec4f(a), vec4f(b)).x;
}

// What a row's weights are made of.
struct Posterior {
  // xt: a code, or [MASK].
  code: u32,
  // Weight of a code: x0 + log p0, added to uniform.
  x0: f32,
  uniform_part: f32,
  // Weight of xt itself, where it is a code; and of [MASK].
  keep: f32,
  mask: f32,
}

// log of the sum of p0 over all codes but one, of the row that begins at `start`.
fn log_others(start: u32, lane: u32, code: u32) -> f32 {
  var sums = vec4f(0.0);
  for (var v = lane; v < run.log_vectors; v += TILE_A) {
    let state = vec4u(4u * v) + vec4u(0u, 1u, 2u, 3u);
    let counts = (state != vec4u(code)) & (state < vec4u(run.codebook_size));
    sums += select(vec4f(0.0), exp(logs[start + v]), counts);
  }
  let sum = row_sum(lane, vec2f((sums.x + sums.y) + (sums.z + sums.w), 0.0)).x;
  return select(NONE, log(max(sum, 1e-37)), sum > 0.0);
}

// All invocations of a row come here together.
fn posterior_of(start: u32, lane: u32, code: u32) -> Posterior {
  var others = NONE;
  if (max(step.replace_uniform, step.keep_uniform) > NOTHING) {
    others = log_others(start, lane, code);
  }
  if (code == run.codebook_size) {
    return Posterior(code, step.reveal_x0, step.reveal_uniform, NONE, step.stay_masked);
  }
  let own = logs[start + code / 4u][code % 4u];
  let replaced = log_add_scalar(step.replace_uniform + others, step.replace_uniform_self + own);
  let kept = log_add_scalar(step.keep_uniform_self + own, step.keep_uniform + others);
  let keep = log_add_scalar(log_add_scalar(step.keep_x0 + own, step.keep_always), kept);
  return Posterior(code, step.replace_x0, replaced, keep, step.remask);
}

// Weights of states 4 vector .. 4 vector + 3, given log p0 of these codes; NONE or less beyond [MASK].
fn posterior_logs(posterior: Posterior, log_p0: vec4f, vector: u32) -> vec4f {
  let state = vec4u(4u * vector) + vec4u(0u, 1u, 2u, 3u);
  var weights = log_add(posterior.x0 + log_p0, vec4f(posterior.uniform_part));
  weights = select(weights, vec4f(posterior.keep), state == vec4u(posterior.code));
  weights = select(weights, vec4f(posterior.mask), state == vec4u(run.codebook_size));
  return select(weights, vec4f(NONE), state > vec4u(run.codebook_size));
}
