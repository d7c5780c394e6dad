import { Button, NumberInput, SegmentedControl } from '@mantine/core';
import { IconGitFork } from '../../../ui/icons';
import { isDraftOf, paintedPlaces, whyNoFork } from '../fork';
import { usesMask } from '../samplers';
import { selectBusy } from '../store';
import { useLab, useLabState, useSetView, useShown } from './labState';
import { useCodeLook } from './useCodeLook';
import classes from './PaintBar.module.css';

const hints = {
  look: 'Repaint or lock codes of this step, or change the words above; then let it go on from here.',
  paint: 'Click or drag over codes to put the chosen one there. The sampler may still change it, unless it is locked.',
  mask: 'Click or drag over codes to mask them: they are drawn anew.',
  lock: 'Click codes that have to stay as they are; click again to free them.',
};

/** Tools that change the state on the screen, and the fork from there. */
export function PaintBar() {
  const { session, store } = useLab();
  const { node, model, frame, sample, layout } = useShown();
  const tool = useLabState((state) => state.view.tool);
  const level = useLabState((state) => Math.min(state.view.level, Math.max(0, layout.length - 1)));
  const brush = useLabState((state) => state.view.brush);
  const draft = useLabState((state) => state.draft);
  const busy = useLabState(selectBusy);
  const setView = useSetView();
  const codebookSize = layout[level]?.codebookSize ?? 1;
  const { colourOf } = useCodeLook(node?.tokenizer ?? '', level, codebookSize);
  if (!node || !model || !frame) return null;
  const mine = isDraftOf(draft, node.id, frame.step, sample) ? draft : null;
  const why = whyNoFork(frame);
  const painted = mine ? paintedPlaces(mine, frame).length : 0;
  const changes = mine
    ? [painted && `${painted} repainted`, mine.locked.size && `${mine.locked.size} locked`].filter(Boolean).join(', ')
    : '';
  return (
    <div className={classes.bar} role="group" aria-label="Change this step and go on">
      <SegmentedControl
        aria-label="What a click on a code does"
        value={tool}
        onChange={(value) => setView({ tool: value })}
        data={[
          { value: 'look', label: 'Look' },
          { value: 'paint', label: <span data-testid="tool-paint">Paint</span> },
          ...(usesMask(model) ? [{ value: 'mask' as const, label: 'Mask' }] : []),
          { value: 'lock', label: <span data-testid="tool-lock">Lock</span> },
        ]}
      />
      {tool === 'paint' && (
        <span className={classes.brush}>
          <i style={{ background: colourOf(brush) }} aria-hidden="true" />
          <NumberInput
            size="xs"
            aria-label="Code to paint with"
            value={brush}
            min={0}
            max={codebookSize - 1}
            allowDecimal={false}
            allowNegative={false}
            onChange={(value) =>
              value !== '' && setView({ brush: Math.min(codebookSize - 1, Math.max(0, Number(value))) })
            }
            w={90}
            data-testid="brush"
          />
        </span>
      )}
      <span className={classes.hint}>{why ?? (changes || hints[tool])}</span>
      <span className={classes.actions}>
        {changes && <Button onClick={() => store.setState({ draft: null })}>Undo changes</Button>}
        <Button
          leftSection={<IconGitFork size={15} stroke={1.7} />}
          disabled={busy || why !== null}
          onClick={() => void session.fork()}
          data-testid="fork"
        >
          Go on from here
        </Button>
      </span>
    </div>
  );
}
