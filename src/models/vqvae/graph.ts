/**
 * Topology of VQGAN / diffusers `VQModel` (Esser et al. 2021), recorded on the static graph. Module names are the key names
 * of the weight file (docs/model-format.md); everything that varies is in `VqvaeConfig`.
 */
import { GraphBuilder } from '../../graph/builder';
import { GraphError, channelsOf, type Graph, type Tensor } from '../../graph/ir';
import { codebookNames, codebookSizes, factor, type HalfConfig, type VqvaeConfig } from './config';

export interface GraphOptions {
  /** Keep the tensors of the golden file (names as there). */
  readonly taps?: boolean;
  /**
   * 'pixels': u32 RGBA8 in ("pixels") and out ("picture"), for the app.
   * 'floats': [1, h, w, 3] in [-1, 1] in ("input") and out ("reconstruction", not clipped), for replays and comparisons.
   */
  readonly pictures?: 'pixels' | 'floats';
}

/** Stages, in order. */
export const SEGMENTS = ['prepare', 'encode', 'quantize', 'decode'] as const;
export type Segment = (typeof SEGMENTS)[number];

export const indicesName = (level: number): string => `indices.${level}`;

/**
 * Picture to codes. Outputs: `latents` [1, h, w, codeDim] in f32, before the quantizer; `indices.{level}` [1, h, w, 1].
 * @param height and width in pixels, multiples of the factor
 * @throws GraphError where they are not
 */
export function buildEncoder(config: VqvaeConfig, height: number, width: number, options: GraphOptions = {}): Graph {
  const network = new Network(config, options);
  network.quantize(network.encode(network.pictureIn(height, width)));
  return network.finish();
}

/** Codes (inputs `indices.{level}`) to a picture of `height` x `width` pixels. */
export function buildDecoder(config: VqvaeConfig, height: number, width: number, options: GraphOptions = {}): Graph {
  const network = new Network(config, options);
  network.pictureOut(network.decode(network.indicesIn(height, width)));
  return network.finish();
}

/**
 * Picture to codes to picture. The decoder reads nothing but the indices, so a run may begin at 'decode' with indices
 * written from outside.
 */
export function buildAutoencoder(
  config: VqvaeConfig,
  height: number,
  width: number,
  options: GraphOptions = {},
): Graph {
  const network = new Network(config, options);
  const indices = network.quantize(network.encode(network.pictureIn(height, width)));
  network.pictureOut(network.decode(indices));
  return network.finish();
}

class Network {
  private readonly graph: GraphBuilder;

  constructor(
    private readonly config: VqvaeConfig,
    private readonly options: GraphOptions,
  ) {
    this.graph = new GraphBuilder(options);
  }

  finish(): Graph {
    return this.graph.finish();
  }

  pictureIn(height: number, width: number): Tensor {
    this.codes(height, width);
    this.graph.segment('prepare');
    if (this.options.pictures === 'floats') return this.graph.input('input', [1, height, width, 3], 'elem');
    return this.graph.pictureIn('pictureIn', this.graph.input('pixels', [1, height, width, 1], 'u32'));
  }

  indicesIn(height: number, width: number): Tensor[] {
    const [h, w] = this.codes(height, width);
    return codebookSizes(this.config).map((_, level) => this.graph.input(indicesName(level), [1, h, w, 1], 'i32'));
  }

  pictureOut(x: Tensor): void {
    if (this.options.pictures === 'floats') this.graph.output('reconstruction', x);
    else this.graph.output('picture', this.graph.pictureOut('pictureOut', x));
  }

  /** [1, H, W, 3] to latents [1, h, w, codeDim], f32. */
  encode(picture: Tensor): Tensor {
    const { graph, config } = this;
    const { encoder, latentChannels, codeDim, quantConv } = config;
    graph.segment('encode');
    let x = picture;
    if (encoder.stem > 1) x = graph.spaceToDepth('encoder.stem', x, encoder.stem);
    x = this.conv3('encoder.conv_in', x, encoder.channels[0] ?? 0);
    graph.tap('encoder.conv_in', x);
    encoder.channels.forEach((width, level) => {
      const name = `encoder.down_blocks.${level}`;
      x = this.level(name, x, width, encoder.resBlocks[level] ?? 0, encoder.attention[level] ?? false);
      if (level < encoder.channels.length - 1) x = this.downsample(`${name}.downsamplers.0.conv`, x);
      graph.tap(name, x);
    });
    x = this.midBlock('encoder.mid_block', x, encoder);
    x = this.normSilu('encoder.conv_norm_out', x);
    const exact = !quantConv;
    x = graph.conv2d('encoder.conv_out', x, { kernelSize: 3, outChannels: latentChannels, exact });
    if (quantConv) x = graph.conv2d('quant_conv', x, { kernelSize: 1, outChannels: codeDim, exact: true });
    graph.output('latents', x);
    return x;
  }

  /** Latents to one grid of indices per level. */
  quantize(latents: Tensor): Tensor[] {
    const { graph, config } = this;
    const { quantizer } = config;
    graph.segment('quantize');
    const indices = this.search(latents, quantizer);
    indices.forEach((grid, level) => graph.output(indicesName(level), grid));
    return indices;
  }

  /** Indices to [1, H, W, 3]. */
  decode(indices: readonly Tensor[]): Tensor {
    const { graph, config } = this;
    const { decoder, latentChannels, postQuantConv } = config;
    graph.segment('decode');
    let x = this.lookup(indices);
    graph.tap('quantized', x);
    x = graph.cast('quantized.cast', x, 'elem');
    if (postQuantConv) x = graph.conv2d('post_quant_conv', x, { kernelSize: 1, outChannels: latentChannels });
    const widths = [...decoder.channels].reverse();
    x = this.conv3('decoder.conv_in', x, widths[0] ?? 0);
    graph.tap('decoder.conv_in', x);
    x = this.midBlock('decoder.mid_block', x, decoder);
    widths.forEach((width, i) => {
      const name = `decoder.up_blocks.${i}`;
      const level = widths.length - 1 - i;
      x = this.level(name, x, width, decoder.resBlocks[level] ?? 0, decoder.attention[level] ?? false);
      if (level > 0) x = this.upsample(`${name}.upsamplers.0.conv`, x);
      graph.tap(name, x);
    });
    x = this.normSilu('decoder.conv_norm_out', x);
    x = this.conv3('decoder.conv_out', x, config.inChannels * decoder.stem ** 2);
    return decoder.stem > 1 ? graph.depthToSpace('decoder.stem', x, decoder.stem) : x;
  }

  private search(latents: Tensor, quantizer: VqvaeConfig['quantizer']): Tensor[] {
    const { graph } = this;
    if (quantizer.kind === 'fsq') return [graph.fsq('quantize', latents, quantizer.levels).indices];
    if (quantizer.kind === 'vq') {
      const cosine = quantizer.distance === 'cosine';
      const rows = cosine ? graph.l2Normalize('quantize.normalize', latents) : latents;
      return [graph.nearestCode('quantize', rows, this.codebook(0)).indices];
    }
    // Residual VQ (Zeghidour et al. 2021): level i quantizes what the sum of the levels before left over.
    const found: Tensor[] = [];
    let rest = latents;
    let total: Tensor | null = null;
    for (let level = 0; level < quantizer.numLevels; level++) {
      const name = `quantize.levels.${level}`;
      const { indices } = graph.nearestCode(name, rest, this.codebook(level));
      found.push(indices);
      if (level === quantizer.numLevels - 1) break;
      const codes = graph.gatherCodes(`${name}.codes`, indices, this.codebook(level), 'f32');
      total = total ? graph.add(`${name}.total`, total, codes) : codes;
      rest = graph.sub(`${name}.rest`, latents, total);
    }
    return found;
  }

  private lookup(indices: readonly Tensor[]): Tensor {
    const { graph } = this;
    const { quantizer } = this.config;
    const [first] = indices;
    if (!first) throw new GraphError('no indices to decode');
    // One codebook: its rows can be written in the network's own type. Sums of several are made in f32.
    if (quantizer.kind === 'fsq') return graph.fsqCodes('quantize.codes', first, quantizer.levels, 'elem');
    if (quantizer.kind === 'vq') return graph.gatherCodes('quantize.codes', first, this.codebook(0), 'elem');
    return indices
      .map((grid, level) => graph.gatherCodes(`quantize.levels.${level}.lookup`, grid, this.codebook(level), 'f32'))
      .reduce((total, codes, level) => graph.add(`quantize.levels.${level}.sum`, total, codes));
  }

  private codebook(level: number) {
    const { quantizer, codeDim } = this.config;
    const name = codebookNames(this.config)[level] ?? '';
    const cosine = quantizer.kind === 'vq' && quantizer.distance === 'cosine';
    const shape = [codebookSizes(this.config)[level] ?? 0, codeDim];
    return this.graph.constant(name, shape, cosine ? 'unitRows' : 'rows');
  }

  private conv3(name: string, x: Tensor, outChannels: number): Tensor {
    return this.graph.conv2d(name, x, { kernelSize: 3, outChannels });
  }

  private norm(name: string, x: Tensor): Tensor {
    const { normGroups: groups, normEps: eps } = this.config;
    return this.graph.groupNorm(name, x, { groups, eps });
  }

  private normSilu(name: string, x: Tensor): Tensor {
    return this.graph.silu(`${name}.silu`, this.norm(name, x));
  }

  private level(name: string, x: Tensor, width: number, blocks: number, attention: boolean): Tensor {
    for (let j = 0; j < blocks; j++) {
      x = this.resBlock(`${name}.resnets.${j}`, x, width);
      if (attention) x = this.attention(`${name}.attentions.${j}`, x);
    }
    return x;
  }

  private midBlock(name: string, x: Tensor, half: HalfConfig): Tensor {
    if (!half.midBlock) return x;
    const width = channelsOf(x);
    x = this.resBlock(`${name}.resnets.0`, x, width);
    if (half.midAttention) x = this.attention(`${name}.attentions.0`, x);
    x = this.resBlock(`${name}.resnets.1`, x, width);
    this.graph.tap(name, x);
    return x;
  }

  private resBlock(name: string, x: Tensor, width: number): Tensor {
    let h = this.conv3(`${name}.conv1`, this.normSilu(`${name}.norm1`, x), width);
    h = this.conv3(`${name}.conv2`, this.normSilu(`${name}.norm2`, h), width);
    const widens = channelsOf(x) !== width;
    const shortcut = widens ? this.graph.conv2d(`${name}.conv_shortcut`, x, { kernelSize: 1, outChannels: width }) : x;
    return this.graph.add(`${name}.add`, h, shortcut);
  }

  /** Single-head self-attention over all positions, plus the input. */
  private attention(name: string, x: Tensor): Tensor {
    const { graph } = this;
    const [, h, w, channels] = x.shape;
    const normed = this.norm(`${name}.group_norm`, x);
    const project = (part: string, from: Tensor) =>
      graph.conv2d(`${name}.${part}`, from, { kernelSize: 1, outChannels: channels, linear: true });
    const [q, k, v] = [project('to_q', normed), project('to_k', normed), project('to_v', normed)];
    const scores = graph.matmul(`${name}.scores`, q, k, { transposeB: true, scale: 1 / Math.sqrt(channels) });
    const weights = graph.softmax(`${name}.softmax`, scores);
    const mixed = graph.matmul(`${name}.mix`, weights, v, { grid: [h, w] });
    return graph.add(`${name}.add`, project('to_out.0', mixed), x);
  }

  private downsample(name: string, x: Tensor): Tensor {
    const { graph } = this;
    const outChannels = channelsOf(x);
    switch (this.config.downsample) {
      case 'conv3':
        return graph.conv2d(name, x, {
          kernelSize: 3,
          outChannels,
          stride: 2,
          pad: { top: 0, left: 0, bottom: 1, right: 1 },
        });
      case 'conv4':
        return graph.conv2d(name, x, { kernelSize: 4, outChannels, stride: 2, pad: 1 });
      case 'space-to-depth':
        return this.graph.conv2d(name, graph.spaceToDepth(`${name}.unshuffle`, x, 2), { kernelSize: 3, outChannels });
    }
  }

  private upsample(name: string, x: Tensor): Tensor {
    const channels = channelsOf(x);
    if (this.config.upsample === 'nearest')
      return this.conv3(name, this.graph.upsampleNearest(`${name}.enlarge`, x), channels);
    return this.graph.depthToSpace(`${name}.shuffle`, this.conv3(name, x, 4 * channels), 2);
  }

  /** Height and width in codes. */
  private codes(height: number, width: number): [h: number, w: number] {
    const f = factor(this.config);
    const fits = (side: number) => Number.isInteger(side) && side > 0 && side % f === 0;
    if (!fits(height) || !fits(width))
      throw new GraphError(`a picture of ${height} x ${width}: both sides must be multiples of ${f}`);
    return [height / f, width / f];
  }
}
