// SiLU(x) = x / (1 + exp(-x)). exp(-x) = inf would give -inf / inf = NaN, and exp of a huge value is undefined on some
// drivers, so the exponent is clamped; below -80 the true value (-1e-33 and less) is as good as zero.
fn silu(x: vec4f) -> vec4f {
  return select(x / (1.0 + exp(min(-x, vec4f(80.0)))), vec4f(0.0), x < vec4f(-80.0));
}

// GELU, the tanh form: x/2 (1 + tanh(u)) = x / (1 + exp(-2 u)), u = sqrt(2 / pi) (x + 0.044715 x^3). Clamped as above;
// some drivers' tanh overflows.
fn gelu(x: vec4f) -> vec4f {
  let minus_2u = -1.5957691216057308 * (x + 0.044715 * x * x * x);
  return select(x / (1.0 + exp(min(minus_2u, vec4f(80.0)))), vec4f(0.0), minus_2u > vec4f(80.0));
}
