// Uniforms of a DDIM step: src/kernels/ddimStep/index.ts packs both structs. `run` is written once for a run, `step` is copied from a
// table before each step.

struct Run {
  samples: u32,
  count: u32,
  dim: u32,
  x_stride: u32,
  epsilon_stride: u32,
  // 1: the second half of epsilon is without the condition.
  guided: u32,
  guidance: f32,
  // Of sample 0; sample i draws with seed + i.
  seed: u32,
  // 1: latents of known codes are put back.
  imposes: u32,
}

struct Step {
  // Square roots of alphaBar and of 1 - alphaBar, before and after the step.
  signal_from: f32,
  noise_from: f32,
  signal_to: f32,
  noise_to: f32,
  // x0 is held within -limit .. limit.
  limit: f32,
  // 1: next to nothing of x0 is left. epsilon then tells nothing of it (it would be divided by signal_from); the best guess of
  // normalised data is signal_from x, nearly the mean.
  blind: u32,
  // First counter of the random numbers.
  number: u32,
}
