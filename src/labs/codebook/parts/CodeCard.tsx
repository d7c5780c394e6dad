import { ActionIcon, SegmentedControl } from '@mantine/core';
import { useMemo } from 'react';
import { rankOf, sumOf } from '../../../codebook/counts';
import { nearestCodes } from '../../../codebook/nearest';
import { neighboursOf } from '../../../codebook/pairs';
import { CodePatch } from '../../../ui/CodePatch';
import { formatInteger } from '../../../ui/format';
import { IconMinus, IconPlus } from '../../../ui/icons';
import { Panel } from '../../../ui/Panel';
import { VectorBars } from '../../../ui/VectorBars';
import { latticeCode, latticeSteps } from '../orders';
import { codeSetOf, setNames } from '../sets';
import { selectAtlas, selectCode, selectCodebook, selectLevel, selectModel, selectSize, selectUsage } from '../store';
import { CodeButton } from './CodeButton';
import { useLab, useLabState } from './labState';
import { useFacts } from './useFacts';
import classes from './CodeCard.module.css';

/** Neighbours in the card. */
const NEAREST = 10;

/** All that is known of the chosen code. */
export function CodeCard() {
  const code = useLabState(selectCode);
  return (
    <Panel
      title={code === null ? 'No code is chosen' : `Code ${code}`}
      tessera="lapis"
      lesson={
        code === null
          ? 'Click a patch, a point or a bar, or walk with the arrow keys: this card says all that is known of it.'
          : undefined
      }
    >
      {code !== null && <Facts code={code} />}
    </Panel>
  );
}

function Facts({ code }: { code: number }) {
  const { session } = useLab();
  const size = useLabState(selectSize);
  const sheet = useLabState((state) => selectAtlas(state)?.sheet ?? null);
  const codebook = useLabState(selectCodebook);
  const metric = useLabState((state) => state.spec.metric);
  const usage = useLabState(selectUsage);
  const level = useLabState(selectLevel);
  const levels = useLabState((state) => selectModel(state)?.grids.length ?? 1);
  const twoLevel = useLabState((state) => selectModel(state)?.quantizer === 'two-level');
  const { norms, groupOf, counts, lattice } = useFacts();
  const codeDim = codebook ? codebook.length / size : 0;
  /** One scale for all codes; the few numbers beyond it are cut. */
  const limit = useMemo(
    () => (codebook ? 2.5 * Math.sqrt(codebook.reduce((sum, value) => sum + value * value, 0) / codebook.length) : 1),
    [codebook],
  );
  const near = useMemo(
    () => (codebook ? nearestCodes(codebook, codeDim, code, NEAREST, metric) : []),
    [codebook, codeDim, code, metric],
  );
  const rank = useMemo(() => (counts ? rankOf(counts, code) + 1 : null), [counts, code]);
  const group = groupOf?.[code];
  return (
    <div className={classes.card} data-testid="code-card" data-code={code}>
      <div className={classes.head}>
        <span className={classes.patch}>
          {sheet && <CodePatch sheet={sheet} code={code} label={`What code ${code} paints`} />}
        </span>
        <dl className={classes.facts}>
          {rank !== null && (
            <div>
              <dt>Rank in training</dt>
              <dd>
                {formatInteger(rank)} of {formatInteger(size)}
              </dd>
            </div>
          )}
          {usage && group !== undefined && usage.groups.length > 1 && (
            <div>
              <dt>Most typical of</dt>
              <dd>{group < 0 ? 'nothing: it is dead' : usage.groups[group]}</dd>
            </div>
          )}
          {norms && (
            <div>
              <dt>Norm</dt>
              <dd>{norms[code]!.toFixed(3)}</dd>
            </div>
          )}
        </dl>
      </div>
      {levels > 1 && !twoLevel && level > 0 && (
        <p className={classes.note}>
          A level after the first paints a difference: its patch lies on code 0 of the others.
        </p>
      )}
      {codebook && (
        <VectorBars
          vector={codebook.subarray(code * codeDim, (code + 1) * codeDim)}
          limit={limit}
          label={`Vector of code ${code}`}
          height={44}
        />
      )}
      {lattice && <Lattice code={code} levels={lattice} />}
      <Uses code={code} />
      <div className={classes.row}>
        <h3 className={classes.title}>Nearest codes</h3>
        <SegmentedControl
          size="xs"
          aria-label="How distance is measured"
          value={metric}
          onChange={(value) => void session.change({ metric: value })}
          data={[
            { value: 'l2', label: 'L2' },
            { value: 'cosine', label: 'Cosine' },
          ]}
        />
      </div>
      {codebook ? (
        <div className={classes.codes}>
          {near.map(({ index, distance }) => (
            <CodeButton key={index} code={index} sheet={sheet} words={`distance ${distance.toFixed(3)}`}>
              {distance.toFixed(distance < 10 ? 3 : 1)}
            </CodeButton>
          ))}
        </div>
      ) : (
        <p className={classes.note}>Known as soon as the model is loaded.</p>
      )}
      <Beside code={code} />
    </div>
  );
}

/** Where the code lies on FSQ's lattice, and the way to its neighbours there. */
function Lattice({ code, levels }: { code: number; levels: readonly number[] }) {
  const { session } = useLab();
  const steps = latticeSteps(levels, code);
  const go = (dimension: number, by: number) =>
    void session.change({ code: latticeCode(levels, steps.map((step, i) => (i === dimension ? step + by : step))) }); // prettier-ignore
  return (
    <div className={classes.lattice} role="group" aria-label="Place on the lattice">
      {levels.map((count, i) => (
        <div key={i}>
          <ActionIcon
            size="sm"
            aria-label={`Dimension ${i + 1}: one step down`}
            disabled={steps[i] === 0}
            onClick={() => go(i, -1)}
          >
            <IconMinus size={13} />
          </ActionIcon>
          <span>
            {steps[i]! + 1} of {count}
          </span>
          <ActionIcon
            size="sm"
            aria-label={`Dimension ${i + 1}: one step up`}
            disabled={steps[i] === count - 1}
            onClick={() => go(i, 1)}
          >
            <IconPlus size={13} />
          </ActionIcon>
        </div>
      ))}
    </div>
  );
}

/** How often the code is used in each set. */
function Uses({ code }: { code: number }) {
  const names = useLabState((state) => setNames(state).map(({ name }) => name).join('|')); // prettier-ignore
  const { store } = useLab();
  const picture = useLabState((state) => state.picture);
  const collections = useLabState((state) => state.collections);
  const level = useLabState(selectLevel);
  const sets = useMemo(() => {
    // What the sets are made of; they are counted from the state as it is.
    void [picture, collections, level];
    const state = store.getState();
    return names.split('|').flatMap((name) => {
      const set = codeSetOf(state, name);
      return set ? [{ title: set.title, counts: set.counts, total: sumOf(set.counts) }] : [];
    });
  }, [names, store, picture, collections, level]);
  const rows = sets.map(({ title, counts, total }) => ({ title, uses: counts[code] ?? 0, total }));
  return (
    <table className={classes.uses}>
      <caption>Used</caption>
      <tbody>
        {rows.map(({ title, uses, total }) => (
          <tr key={title}>
            <th scope="row">{title}</th>
            <td>{formatInteger(uses)}</td>
            <td>{total > 0 ? `${((100 * uses) / total).toFixed(3)} %` : ''}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What lies right of the code and below it, in the set of the Health page. */
function Beside({ code }: { code: number }) {
  const pairs = useLabState((state) => state.pairs?.value ?? null);
  const sheet = useLabState((state) => selectAtlas(state)?.sheet ?? null);
  const found = useMemo(
    () =>
      pairs && {
        right: neighboursOf(pairs.right, code).slice(0, 4),
        below: neighboursOf(pairs.below, code).slice(0, 4),
      },
    [pairs, code],
  );
  if (!found || found.right.length + found.below.length === 0) return null;
  return (
    <>
      {(['right', 'below'] as const).map((side) => (
        <div key={side}>
          <h3 className={classes.title}>{side === 'right' ? 'Often right of it' : 'Often below it'}</h3>
          <div className={classes.codes}>
            {found[side].map(({ code: other, count }) => (
              <CodeButton key={other} code={other} sheet={sheet} words={`${count} times`}>
                {count}×
              </CodeButton>
            ))}
          </div>
        </div>
      ))}
    </>
  );
}
