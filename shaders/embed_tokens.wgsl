// The beginning of a token transformer: out = row of the token's table + its position. First the condition, then the codes of
// one or two grids, each grid with a table of its own. SHIFT (autoregressive): the input at code n is code n - 1, first the
// start token, which is the last row of the first table. An index outside its table gives a row of NaN, never another row.
// uses: lib/grid.wgsl
//
// context [samples, context_length] i32, codes [samples, codes] i32, tables [rows, vectors] and positions
// [context_length + codes, vectors] of vec4f, out [samples, context_length + codes, vectors] of vec4f.
// One invocation = one vec4. With one grid, the second table is bound to the first.

struct Params {
  items: u32,
  vectors: u32,
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

override SHIFT: bool = false;
override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> context: array<i32>;
@group(0) @binding(1) var<storage, read> codes: array<i32>;
@group(0) @binding(2) var<storage, read> context_table: array<vec4f>;
@group(0) @binding(3) var<storage, read> first_table: array<vec4f>;
@group(0) @binding(4) var<storage, read> second_table: array<vec4f>;
@group(0) @binding(5) var<storage, read> positions: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(7) var<uniform> params: Params;

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
  let sequence = params.context_length + params.codes;
  let sample = row / sequence;
  let token = row - sample * sequence;
  var value = vec4f(bitcast<f32>(params.nan));
  if (token < params.context_length) {
    let index = u32(context[sample * params.context_length + token]);
    if (index < params.context_rows) {
      value = context_table[index * params.vectors + v];
    }
  } else {
    var code = token - params.context_length;
    var index = params.first_rows - 1u;
    if (SHIFT) {
      // Before the first code this wraps around; the start token stands there.
      code -= 1u;
    }
    if (code < params.codes) {
      index = u32(codes[sample * params.codes + code]);
    }
    let in_first = code < params.first_codes || code >= params.codes;
    if (in_first && index < params.first_rows) {
      value = first_table[index * params.vectors + v];
    }
    if (!in_first && index < params.second_rows) {
      value = second_table[index * params.vectors + v];
    }
  }
  out[item] = value + positions[token * params.vectors + v];
}
