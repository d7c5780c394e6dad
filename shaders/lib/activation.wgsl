// SiLU(x) = x / (1 + exp(-x)). exp(-x) = inf would give -inf / inf = NaN, and exp of a huge value is undefined on some
// drivers, so the exponent is clamped; below -80 the true value (-1e-33 and less) is as good as zero.
fn silu(x: vec4f) -> vec4f {
  return select(x / (1.0 + exp(min(-x, vec4f(80.0)))), vec4f(0.0), x < vec4f(-80.0));
}
