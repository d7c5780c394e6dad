// Philox4x32-10 (Salmon et al. 2011), bit-equal to src/diffusion/random.ts, which says what the counters mean.

// Upper 32 bits of a * b.
fn mul_high(a: u32, b: u32) -> u32 {
  let a_low = a & 0xffffu;
  let a_high = a >> 16u;
  let b_low = b & 0xffffu;
  let b_high = b >> 16u;
  let middle = a_high * b_low + ((a_low * b_low) >> 16u);
  let cross = a_low * b_high + (middle & 0xffffu);
  return a_high * b_high + (middle >> 16u) + (cross >> 16u);
}

// Four random u32 of the key (seed, 0) and the counter (counter, 0).
fn philox(seed: u32, counter: vec3u) -> vec4u {
  var x = vec4u(counter, 0u);
  var key = vec2u(seed, 0u);
  for (var round = 0u; round < 10u; round++) {
    let high_0 = mul_high(0xd2511f53u, x.x);
    let high_1 = mul_high(0xcd9e8d57u, x.z);
    x = vec4u(high_1 ^ x.y ^ key.x, 0xcd9e8d57u * x.z, high_0 ^ x.w ^ key.y, 0xd2511f53u * x.x);
    key += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return x;
}

// u32 to (0, 1): 23 bits and a half, exact in f32.
fn to_uniform(bits: vec4u) -> vec4f {
  return (vec4f(bits >> vec4u(9u)) + 0.5) * 0x1p-23;
}

// floor(to_uniform(bits) * count), without rounding: in f32 the product may reach the next whole number.
fn to_index(bits: u32, count: u32) -> u32 {
  return mul_high((bits & 0xfffffe00u) | 0x100u, count);
}

// Standard Gumbel variables of uniform ones: -log(-log u). A GPU's log near 1 is off by up to 2^-21, more than -log u itself for the
// largest u, and these decide who wins; so from 3/4 on -log(1 - v) = 2 atanh(v / (2 - v)) by its series, good to 2^-24.
fn to_gumbel(u: vec4f) -> vec4f {
  let v = 1.0 - u;
  let s = v / (2.0 - v);
  let q = s * s;
  let near = 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0))));
  let waiting = select(-log(u), near, v < vec4f(0.25));
  return -log(max(waiting, vec4f(0x1p-24)));
}
