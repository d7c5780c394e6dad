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

// -log u of uniform variables. A GPU's log near 1 is off by up to 2^-21, more than -log u itself for the largest u; so from 3/4 on
// -log(1 - v) = 2 atanh(v / (2 - v)) by its series, good to 2^-24.
fn minus_log(u: vec4f) -> vec4f {
  let v = 1.0 - u;
  let s = v / (2.0 - v);
  let q = s * s;
  let near = 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0))));
  return select(-log(u), near, v < vec4f(0.25));
}

// Standard Gumbel variables of uniform ones: -log(-log u). The largest u decide who wins.
fn to_gumbel(u: vec4f) -> vec4f {
  return -log(max(minus_log(u), vec4f(0x1p-24)));
}

// Two standard normal variables of two uniform ones (Box and Muller). A GPU's sine may be off by 2^-11; so the angle is brought to within
// an eighth of a turn of the nearest quarter, without rounding, where the series are good to 2^-25.
fn to_normals(u: vec4f) -> vec2f {
  let quarter = round(4.0 * u.y);
  let angle = (4.0 * u.y - quarter) * 1.5707963267948966;
  let q = angle * angle;
  let s = angle * (1.0 - q / 6.0 * (1.0 - q / 20.0 * (1.0 - q / 42.0 * (1.0 - q / 72.0))));
  let c = 1.0 - q / 2.0 * (1.0 - q / 12.0 * (1.0 - q / 30.0 * (1.0 - q / 56.0)));
  var turned = vec2f(c, s);
  switch u32(quarter) % 4u {
    case 1u: { turned = vec2f(-s, c); }
    case 2u: { turned = vec2f(-c, -s); }
    case 3u: { turned = vec2f(s, -c); }
    default: {}
  }
  return sqrt(2.0 * minus_log(u).x) * turned;
}
