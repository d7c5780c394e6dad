import { ActionIcon, SegmentedControl, Select, Tooltip } from '@mantine/core';
import { NumberField } from '../../../ui/NumberField';
import { IconDice5 } from '../../../ui/icons';
import { Panel } from '../../../ui/Panel';
import { THEATRE_DATA, THEATRE_NETWORKS, THEATRE_SIZES, type CollapseSpec } from '../spec';
import { DATA_WORDS } from '../words';
import { useLab, useLabState } from './labState';
import classes from './SharedPanel.module.css';

const MAX_SEED = 0xffffffff;

/** A seed nobody thought of. */
const dice = (): number => crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;

const NETWORK_WORDS: Readonly<Record<CollapseSpec['network'], string>> = { mlp: 'Three layers', linear: 'Linear' };

/** What both sides share. */
export function SharedPanel() {
  const { session } = useLab();
  const { data, network, codebookSize, learningRate, seed } = useLabState((state) => state.spec);
  const onEnd = () => session.endGesture();
  return (
    <Panel title="Alike on both sides" tessera="ochre">
      <Select
        size="xs"
        label="Data"
        allowDeselect={false}
        data={THEATRE_DATA.map((value) => ({ value, label: DATA_WORDS[value] }))}
        value={data}
        onChange={(value) => value && session.change({ data: value })}
        data-testid="data"
      />
      <p className={classes.note}>
        {data === 'garments'
          ? '28 x 28 pictures of shirts, trousers, dresses, bags and shoes that this page draws with random measures: the size of Fashion-MNIST, not its pictures. A code stands for a patch of 7 x 7.'
          : 'Points in the plane; a code has two numbers, so its place is drawn as it is. What you see is where the encoder puts the points.'}
      </p>
      <span className={classes.label} id="collapse-network">
        Encoder and decoder
      </span>
      <SegmentedControl
        size="xs"
        aria-labelledby="collapse-network"
        value={network}
        onChange={(value) => session.change({ network: value })}
        data={THEATRE_NETWORKS.map((value) => ({ value, label: NETWORK_WORDS[value] }))}
        data-testid="network"
      />
      <span className={classes.label} id="collapse-size">
        Codes, K
      </span>
      <SegmentedControl
        size="xs"
        aria-labelledby="collapse-size"
        value={String(codebookSize)}
        onChange={(value) => session.change({ codebookSize: Number(value) as CollapseSpec['codebookSize'] })}
        data={THEATRE_SIZES.map(String)}
        data-testid="codebook-size"
      />
      <div className={classes.pair}>
        <NumberField
          label="Learning rate"
          help="Adam's, of all that is learnt by gradient, on both sides."
          min={0.0001}
          max={0.1}
          step={0.0001}
          value={learningRate}
          onChange={(value) => session.change({ learningRate: value }, 'learningRate')}
          onEnd={onEnd}
          testId="learning-rate"
        />
        <NumberField
          label="Seed"
          help="Of the data, the batches, the first weights and the first codes."
          min={0}
          max={MAX_SEED}
          step={1}
          value={seed}
          onChange={(value) => session.change({ seed: value }, 'seed')}
          onEnd={onEnd}
          testId="seed"
        />
        <Tooltip label="Another seed">
          <ActionIcon aria-label="Another seed" onClick={() => session.change({ seed: dice() })}>
            <IconDice5 size={17} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      </div>
    </Panel>
  );
}
