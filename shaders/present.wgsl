// Draws a picture of packed RGBA8 pixels over the whole target, nearest sampling. Render pass: one triangle, no vertex
// buffer. `pixels` is [height, width] u32, red in the low byte; alpha is ignored (pictures are opaque).
// The target may have any size; its format must not be sRGB (the bytes are shown as they are).

struct Params {
  width: u32,
  height: u32,
  target_width: u32,
  target_height: u32,
}

@group(0) @binding(0) var<storage, read> pixels: array<u32>;
@group(0) @binding(1) var<uniform> params: Params;

@vertex
fn vertex(@builtin(vertex_index) i: u32) -> @builtin(position) vec4f {
  // (-1, -1), (3, -1), (-1, 3): covers the clip square.
  return vec4f(f32(i & 1u) * 4.0 - 1.0, f32(i >> 1u) * 4.0 - 1.0, 0.0, 1.0);
}

@fragment
fn fragment(@builtin(position) at: vec4f) -> @location(0) vec4f {
  let size = vec2f(f32(params.width), f32(params.height));
  let scale = size / vec2f(f32(params.target_width), f32(params.target_height));
  let p = min(vec2u(at.xy * scale), vec2u(params.width - 1u, params.height - 1u));
  return vec4f(unpack4x8unorm(pixels[p.y * params.width + p.x]).rgb, 1.0);
}
