import type { TokenizerSummary } from '../../../engine/types';
import { formatBytes, formatCount } from '../../../ui/format';
import { FactList } from '../../../ui/FactList';

const quantizers: Record<TokenizerSummary['quantizer'], string> = {
  vq: 'one codebook, nearest vector',
  fsq: 'finite scalar lattice, no learned codebook',
  rvq: 'residual: each level codes what the last one left',
  'two-level': 'two levels: structure on top, texture below',
};

/** What the manifest says about a model. */
export function ModelFacts({ model }: { model: TokenizerSummary }) {
  const sizes = model.codebookSizes;
  const same = model.quantizer === 'rvq';
  const codes = same ? `${sizes.length} × ${sizes[0]}` : sizes.join(' + ');
  return (
    <FactList
      title={model.title}
      facts={[
        ['Trained at', `${model.resolution} × ${model.resolution} px, ${model.factor} px per code`],
        ['Codebook', `${codes} codes of ${model.codeDim} numbers`],
        ['Quantizer', quantizers[model.quantizer]],
        ['Weights', `${formatCount(model.parameters)} parameters, ${formatBytes(model.sizeBytes)}`],
        ...Object.entries(model.metrics).map(([name, value]) => [name, formatMetric(name, value)] as const),
        ['Licence', model.licence],
      ]}
    >
      <a href={`#/models/${model.id}`}>Model card: data, training, scores</a>
      <a href="./CREDITS.md" target="_blank" rel="noreferrer">
        Credits: whose drawings and photographs
      </a>
    </FactList>
  );
}

const formatMetric = (name: string, value: number): string => {
  if (/psnr/i.test(name)) return `${value.toFixed(2)} dB`;
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
};
