import { ActionIcon } from '@mantine/core';
import { IconTrash } from '../../../ui/icons';
import { Panel } from '../../../ui/Panel';
import { PictureCanvas } from '../../../ui/PictureCanvas';
import { SAMPLER_WORDS } from '../samplers';
import { pictureKey } from '../store';
import { treeRows, type RunNode } from '../tree';
import { useLab, useLabState } from './labState';
import classes from './TreePanel.module.css';

const statusWords = { running: 'running', paused: 'paused', done: '' };

function titleOf({ fork, options }: RunNode): string {
  const words = Object.values(options.condition).filter(Boolean).join(', ') || 'nothing asked for';
  return fork ? `From step ${fork.step}: ${words}` : words;
}

function factsOf({ fork, options, status }: RunNode): string {
  const { sampler, seed, batch } = options;
  return [
    statusWords[status],
    SAMPLER_WORDS[sampler.kind].title + ('numSteps' in sampler ? `, ${sampler.numSteps} steps` : ''),
    batch > 1 ? `seeds ${seed} to ${(seed + batch - 1) >>> 0}` : `seed ${seed}`,
    fork && fork.painted > 0 && `${fork.painted} repainted`,
    fork && fork.locked > 0 && `${fork.locked} locked`,
  ]
    .filter(Boolean)
    .join('; ');
}

/** All runs of this visit, and what was forked from what. */
export function TreePanel() {
  const { session } = useLab();
  const tree = useLabState((state) => state.tree);
  const shown = useLabState((state) => state.shown);
  const traces = useLabState((state) => state.traces);
  const pictures = useLabState((state) => state.pictures);
  return (
    <Panel
      title="Runs and forks"
      tessera="bone"
      lesson="Each line is a run; what stands under it was forked from one of its steps. Nothing leaves this page, and nothing outlives it but the link in the address."
    >
      <ul className={classes.tree} data-testid="tree">
        {treeRows(tree).map(({ node, depth }) => {
          const step = traces.get(node.id)?.at(-1)?.step;
          const picture = step === undefined ? undefined : pictures.get(pictureKey(node.id, step, 0, 'state'));
          return (
            <li key={node.id} style={{ paddingLeft: `${Math.min(depth, 6) * 18}px` }}>
              <button
                type="button"
                className={classes.run}
                aria-current={node.id === shown || undefined}
                onClick={() => session.show(node.id)}
              >
                <span className={classes.thumb}>
                  {picture && <PictureCanvas picture={picture} label="" decorative />}
                </span>
                <span>
                  <strong>{titleOf(node)}</strong>
                  <small>{factsOf(node)}</small>
                </span>
              </button>
              <ActionIcon aria-label={`Delete the run "${titleOf(node)}"`} onClick={() => session.remove(node.id)}>
                <IconTrash size={15} stroke={1.7} />
              </ActionIcon>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
