/**
 * Topology of VQGAN / diffusers `VQModel` (Esser et al. 2021), recorded on the static graph. Module names are the key names
 * of the weight file (docs/model-format.md); everything that varies is in `VqvaeConfig`.
 */
import { GraphBuilder } from '../../graph/builder';
import { GraphError, channelsOf, type Graph, type Tensor } from '../../graph/ir';
import {
  codebookNames,
  codebookSizes,
  gridFactors,
  isCosine,
  sideFactor,
  type HalfConfig,
  type VqvaeConfig,
} from './config';

export interface GraphOptions {
  /** Keep the tensors of the golden file (names as there). */
  readonly taps?: boolean;
  /**
   * 'pixels': u32 RGBA8 in ("pixels") and out ("picture"), for the app.
   * 'floats': [1, h, w, 3] in [-1, 1] in ("input") and out ("reconstruction", not clipped), for replays and comparisons.
   */
  readonly pictures?: 'pixels' | 'floats';
  /** Pictures that a decoder makes at once, each normalised on its own. Default: 1. */
  readonly batch?: number;
}

/** Stages, in order. */
export const SEGMENTS = ['prepare', 'encode', 'quantize', 'decode'] as const;
export type Segment = (typeof SEGMENTS)[number];

type FlatQuantizer = Exclude<VqvaeConfig['quantizer'], { kind: 'two-level' }>;

export const indicesName = (level: number): string => `indices.${level}`;

/**
 * Picture to codes. Outputs: `latents` [1, h, w, codeDim] in f32, before the quantizer; `indices.{level}` [1, h, w, 1]. Two
 * levels: `latents` are the bottom's, `top.latents` and `indices.0` [1, h / 2, w / 2, ...] the top's.
 * @param height and width in pixels, multiples of `sideFactor`
 * @throws GraphError where they are not
 */
export function buildEncoder(config: VqvaeConfig, height: number, width: number, options: GraphOptions = {}): Graph {
  const network = new Network(config, options);
  network.tokenize(network.pictureIn(height, width));
  return network.finish();
}

/** Codes (inputs `indices.{level}`, [batch, h, w, 1]) to pictures of `height` x `width` pixels. */
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
  network.pictureOut(network.decode(network.tokenize(network.pictureIn(height, width))));
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
    this.checkSides(height, width);
    this.graph.segment('prepare');
    if (this.options.pictures === 'floats') return this.graph.input('input', [1, height, width, 3], 'elem');
    return this.graph.pictureIn('pictureIn', this.graph.input('pixels', [1, height, width, 1], 'u32'));
  }

  indicesIn(height: number, width: number): Tensor[] {
    this.checkSides(height, width);
    const { batch = 1 } = this.options;
    return gridFactors(this.config).map((f, level) =>
      this.graph.input(indicesName(level), [batch, height / f, width / f, 1], 'i32'),
    );
  }

  pictureOut(x: Tensor): void {
    if (this.options.pictures === 'floats') this.graph.output('reconstruction', x);
    else this.graph.output('picture', this.graph.pictureOut('pictureOut', x));
  }

  /** [1, H, W, 3] to one grid of indices per level. */
  tokenize(picture: Tensor): Tensor[] {
    const { graph, config } = this;
    const { quantizer, quantConv } = config;
    graph.segment('encode');
    const features = this.encoder('encoder', picture, config.encoder, !quantConv);
    const indices =
      quantizer.kind === 'two-level'
        ? this.tokenizeLevels(features)
        : this.tokenizeFlat(quantConv ? this.toCodeSpace('quant_conv', features) : features, quantizer);
    indices.forEach((grid, level) => graph.output(indicesName(level), grid));
    return indices;
  }

  private tokenizeFlat(latents: Tensor, quantizer: FlatQuantizer): Tensor[] {
    this.graph.output('latents', latents);
    this.graph.segment('quantize');
    return this.search(latents, quantizer);
  }

  /**
   * Two levels (Razavi et al. 2019): the top's codes, then the bottom's of features that are seen beside what the top
   * makes of its own. All but the last search is timed as encoding.
   */
  private tokenizeLevels(features: Tensor): Tensor[] {
    const { graph } = this;
    const { encoder, decoder } = this.topPair();
    const topLatents = this.toCodeSpace('top_quant_conv', this.encoder('top.encoder', features, encoder));
    graph.output('top.latents', topLatents);
    const { indices: top } = graph.nearestCode('top_quantize', topLatents, this.codebook(0));
    const codes = graph.gatherCodes('top_quantize.codes', top, this.codebook(0), 'elem');
    const decoded = this.decoder('top.decoder', this.toFeatures('top_post_quant_conv', codes), decoder);
    graph.tap('top.decoded', decoded);
    const latents = this.toCodeSpace('quant_conv', graph.concat('quant_conv.concat', features, decoded));
    graph.output('latents', latents);
    graph.segment('quantize');
    return [top, graph.nearestCode('quantize', latents, this.codebook(1)).indices];
  }

  /** Indices to [1, H, W, 3]. */
  decode(indices: readonly Tensor[]): Tensor {
    const { graph, config } = this;
    graph.segment('decode');
    let x = this.lookup(indices);
    graph.tap('quantized', x);
    x = graph.cast('quantized.cast', x, 'elem');
    if (config.postQuantConv) x = this.toFeatures('post_quant_conv', x);
    return this.decoder('decoder', x, config.decoder);
  }

  /** Pictures, or features for the top pair, to `latentChannels`. */
  private encoder(name: 'encoder' | 'top.encoder', picture: Tensor, half: HalfConfig, exact = false): Tensor {
    const { graph } = this;
    let x = picture;
    if (half.stem > 1) x = graph.spaceToDepth(`${name}.stem`, x, half.stem);
    x = this.conv3(`${name}.conv_in`, x, half.channels[0] ?? 0);
    graph.tap(`${name}.conv_in`, x);
    half.channels.forEach((width, level) => {
      const block = `${name}.down_blocks.${level}`;
      x = this.level(block, x, width, half.resBlocks[level] ?? 0, half.attention[level] ?? false);
      if (level < half.channels.length - 1) x = this.downsample(`${block}.downsamplers.0.conv`, x);
      graph.tap(block, x);
    });
    x = this.midBlock(`${name}.mid_block`, x, half);
    x = this.normSilu(`${name}.conv_norm_out`, x);
    const outChannels = this.config.latentChannels;
    return graph.conv2d(`${name}.conv_out`, x, { kernelSize: 3, outChannels, exact });
  }

  /** `latentChannels` to pictures, or to features in the top pair. */
  private decoder(name: 'decoder' | 'top.decoder', features: Tensor, half: HalfConfig): Tensor {
    const { graph, config } = this;
    const widths = [...half.channels].reverse();
    let x = this.conv3(`${name}.conv_in`, features, widths[0] ?? 0);
    graph.tap(`${name}.conv_in`, x);
    x = this.midBlock(`${name}.mid_block`, x, half);
    widths.forEach((width, i) => {
      const block = `${name}.up_blocks.${i}`;
      const level = widths.length - 1 - i;
      x = this.level(block, x, width, half.resBlocks[level] ?? 0, half.attention[level] ?? false);
      if (level > 0) x = this.upsample(`${block}.upsamplers.0.conv`, x);
      graph.tap(block, x);
    });
    x = this.normSilu(`${name}.conv_norm_out`, x);
    const outChannels = name === 'decoder' ? config.inChannels * half.stem ** 2 : config.latentChannels;
    x = this.conv3(`${name}.conv_out`, x, outChannels);
    return half.stem > 1 ? graph.depthToSpace(`${name}.stem`, x, half.stem) : x;
  }

  private toCodeSpace(name: string, x: Tensor): Tensor {
    return this.graph.conv2d(name, x, { kernelSize: 1, outChannels: this.config.codeDim, exact: true });
  }

  private toFeatures(name: string, x: Tensor): Tensor {
    return this.graph.conv2d(name, x, { kernelSize: 1, outChannels: this.config.latentChannels });
  }

  private topPair(): NonNullable<VqvaeConfig['top']> {
    const { top } = this.config;
    if (!top) throw new GraphError('two levels need config.top');
    return top;
  }

  private search(latents: Tensor, quantizer: FlatQuantizer): Tensor[] {
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
    const [first, second] = indices;
    if (!first) throw new GraphError('no indices to decode');
    if (quantizer.kind === 'two-level' && second) {
      const bottom = graph.gatherCodes('quantize.codes', second, this.codebook(1), 'elem');
      return graph.concat(
        'quantized.concat',
        bottom,
        graph.gatherCodes('top_quantize.lookup', first, this.codebook(0), 'elem'),
      );
    }
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
    const cosine = isCosine(quantizer);
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

  private checkSides(height: number, width: number): void {
    const f = sideFactor(this.config);
    const fits = (side: number) => Number.isInteger(side) && side > 0 && side % f === 0;
    if (!fits(height) || !fits(width))
      throw new GraphError(`a picture of ${height} x ${width}: both sides must be multiples of ${f}`);
  }
}
