import { SegmentedControl, Switch } from '@mantine/core';
import type { RecipeSpec } from '../spec';
import { useLab, useLabState, type SideName } from './labState';
import classes from './RecipeFields.module.css';

type Choice = Exclude<keyof RecipeSpec, 'revival'>;

interface Field {
  readonly name: Choice;
  readonly label: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  /** Why it does not count; null where it does. */
  readonly off: (recipe: RecipeSpec) => string | null;
}

const onlyVq = ({ quantizer }: RecipeSpec): string | null =>
  quantizer === 'vq'
    ? null
    : quantizer === 'fsq'
      ? 'FSQ has no codebook.'
      : 'SimVQ: frozen N(0, 1/d), one map learnt by the loss.';
const notFsq = ({ quantizer }: RecipeSpec): string | null =>
  quantizer === 'fsq' ? 'FSQ rounds each number, straight through.' : null;

const FIELDS: readonly Field[] = [
  {
    name: 'quantizer',
    label: 'Quantizer',
    options: [
      ['vq', 'VQ'],
      ['simvq', 'SimVQ'],
      ['fsq', 'FSQ'],
    ],
    off: () => null,
  },
  {
    name: 'update',
    label: 'Codes follow',
    options: [
      ['loss', 'Loss'],
      ['ema', 'EMA'],
    ],
    off: onlyVq,
  },
  {
    name: 'init',
    label: 'Start',
    options: [
      ['uniform', '± 1/K'],
      ['normal', 'Normal'],
      ['kmeans', 'k-means'],
    ],
    off: onlyVq,
  },
  {
    name: 'distance',
    label: 'Distance',
    options: [
      ['l2', 'L2'],
      ['cosine', 'Cosine'],
    ],
    off: notFsq,
  },
  {
    name: 'gradient',
    label: 'Gradient',
    options: [
      ['straight-through', 'Straight'],
      ['rotation', 'Rotation'],
    ],
    off: notFsq,
  },
];

/** The switches of one side. A change begins the show anew. */
export function RecipeFields({ side }: { side: SideName }) {
  const { session } = useLab();
  const recipe = useLabState((state) => state.spec[side]);
  const change = (patch: Partial<RecipeSpec>) => session.change({ [side]: { ...recipe, ...patch } });
  const noRevival = onlyVq(recipe);
  const reasons = [...new Set([noRevival, notFsq(recipe)].filter((reason) => reason !== null))];
  return (
    <div className={classes.fields}>
      {FIELDS.map(({ name, label, options, off }) => {
        const id = `${side}-${name}-label`;
        return (
          <div key={name} className={classes.field}>
            <span className={classes.label} id={id}>
              {label}
            </span>
            <SegmentedControl
              size="xs"
              aria-labelledby={id}
              value={recipe[name]}
              disabled={off(recipe) !== null}
              onChange={(value) => change({ [name]: value })}
              data={options.map(([value, text]) => ({ value, label: text }))}
              data-testid={`${side}-${name}`}
            />
          </div>
        );
      })}
      <div className={classes.field}>
        <span className={classes.label} id={`${side}-revival-label`}>
          Dead codes
        </span>
        <Switch
          size="sm"
          label="Revive"
          checked={recipe.revival && noRevival === null}
          disabled={noRevival !== null}
          onChange={(event) => change({ revival: event.currentTarget.checked })}
          data-testid={`${side}-revival`}
        />
      </div>
      {reasons.length > 0 && <p className={classes.reason}>{reasons.join(' ')}</p>}
    </div>
  );
}
