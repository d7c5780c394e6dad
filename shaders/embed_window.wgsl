// Some tokens of the sequence that embed_tokens makes with SHIFT: first .. first + tokens of every sample; with MOVES, first is
// moved on by a position that lies on the GPU, so that a recorded step of an autoregressive prior is any step.
// An index outside its table, and a token outside the sequence, give a row of NaN, never another row.
// uses: lib/grid.wgsl
//
// context [samples, context_length] i32, codes [samples, codes] i32, tables [rows, vectors] and positions
// [context_length + codes, vectors] of vec4f, position [1] i32, out [samples, tokens, vectors] of vec4f.
// One invocation = one vec4. With one grid, the second table is bound to the first.

struct Params {
  items: u32,
  vectors: u32,
  tokens: u32,
  first: u32,
  context_length: u32,
  codes: u32,
  // Codes of the first grid.
  first_codes: u32,
  context_rows: u32,
  first_rows: u32,
  second_rows: u32,
  // Bits of NaN: WGSL has no way to write it.
  nan: u32,
}

override MOVES: bool = false;
override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> context: array<i32>;
@group(0) @binding(1) var<storage, read> codes: array<i32>;
@group(0) @binding(2) var<storage, read> position: array<i32>;
@group(0) @binding(3) var<storage, read> context_table: array<vec4f>;
@group(0) @binding(4) var<storage, read> first_table: array<vec4f>;
@group(0) @binding(5) var<storage, read> second_table: array<vec4f>;
@group(0) @binding(6) var<storage, read> positions: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let item = linear_index(group, groups, local, WG);
  if (item >= params.items) {
    return;
  }
  let row = item / params.vectors;
  let v = item - row * params.vectors;
  let sample = row / params.tokens;
  var token = params.first + row - sample * params.tokens;
  if (MOVES) {
    token += u32(position[0]);
  }
  var value = vec4f(bitcast<f32>(params.nan));
  // The token that code `token - context_length` is told by: the code before it, first the start token.
  let code = token - params.context_length - 1u;
  if (token < params.context_length) {
    let index = u32(context[sample * params.context_length + token]);
    if (index < params.context_rows) {
      value = context_table[index * params.vectors + v];
    }
  } else if (token == params.context_length) {
    value = first_table[(params.first_rows - 1u) * params.vectors + v];
  } else if (code < params.codes - 1u) {
    let index = u32(codes[sample * params.codes + code]);
    if (code < params.first_codes && index < params.first_rows) {
      value = first_table[index * params.vectors + v];
    }
    if (code >= params.first_codes && index < params.second_rows) {
      value = second_table[index * params.vectors + v];
    }
  }
  out[item] = value + positions[token * params.vectors + v];
}
