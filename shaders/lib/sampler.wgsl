// What the kernels of a diffusion step share: src/kernels/samplerParams.ts packs both structs. `run` is written once for a run, `step` is
// copied from a table before each step. A row is a place of the span in one sample: row = sample * count + i, place = first + i.

struct Run {
  seed: u32,
  samples: u32,
  // Codes of a whole sequence.
  length: u32,
  // [MASK] is this number.
  codebook_size: u32,
  // vec4 from row to row of log-probabilities.
  log_vectors: u32,
  // Elements from row to row of the network's logits.
  logit_stride: u32,
  // 1: logits of samples `samples` .. 2 samples - 1 are without the condition.
  guided: u32,
  guidance: f32,
  temperature: f32,
  // 0: all.
  top_k: u32,
  // 1: all.
  truncation: f32,
  // 1: known codes are noised as far as the step.
  noised: u32,
}

struct Step {
  // First counter of the random numbers.
  number: u32,
  first: u32,
  count: u32,
  // Places that are [MASK] after a revealing step.
  masked: u32,
  // 0 confidence, 1 purity, 2 order
  priority: u32,
  noise: f32,
  sharpen: f32,
  alpha_bar_to: f32,
  gamma_bar_to: f32,
  // Natural logarithms of the posterior's coefficients, in the order of COEFFICIENTS (src/diffusion/posterior.ts); of 0: NONE.
  stay_masked: f32,
  reveal_x0: f32,
  reveal_uniform: f32,
  remask: f32,
  replace_x0: f32,
  replace_uniform: f32,
  replace_uniform_self: f32,
  keep_x0: f32,
  keep_uniform: f32,
  keep_uniform_self: f32,
  keep_always: f32,
}

// log 0; sums with it stay finite. What is not above NOTHING counts for nothing.
const NONE = -1e30;
const NOTHING = -1e29;

// Third counters of the random numbers (DRAW in src/diffusion/random.ts).
const DRAW_CONFIDENCE = 0x10000u;
const DRAW_KNOWN = 0x10001u;

// Priority of a place that is not [MASK].
const FOREVER = 3e38;
