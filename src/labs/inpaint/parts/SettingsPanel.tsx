import { Button, SegmentedControl, Switch } from '@mantine/core';
import { Panel } from '../../../ui/Panel';
import { ModelChoice } from '../../ModelChoice';
import { ChoiceFields, SeedField, WordsField } from '../../PromptFields';
import { SAMPLER_WORDS, samplerName } from '../../samplers';
import { KnobFields, SamplerSelect } from '../../SamplerFields';
import { knobsOf, type KnobField } from '../ask';
import { whyPrior } from '../choose';
import { countPlaces } from '../places';
import { whyNoWhole } from '../region';
import type { InpaintSpec } from '../spec';
import { selectMode, selectModel, selectTokenizer, selectVocabulary } from '../store';
import { useLab, useLabState } from './labState';
import classes from './SettingsPanel.module.css';

/** How the hole is filled: by which prior, in which words, by which sampler, and where. */
export function SettingsPanel() {
  const { session, context } = useLab();
  const spec = useLabState((state) => state.spec);
  const models = useLabState((state) => state.models);
  const model = useLabState(selectModel);
  const kind = useLabState((state) => state.picture?.kind ?? null);
  const vocabulary = useLabState(selectVocabulary);
  if (!model) return null;
  const onEnd = () => session.endGesture();
  const prompt = {
    ...{ vocabulary, condition: spec.condition },
    onChange: (condition: InpaintSpec['condition'], gesture?: string) => session.change({ condition }, gesture),
  };
  const sampler = samplerName(spec, model);
  const chosen = models.some(({ id }) => id === spec.model);
  return (
    <Panel title="How it is filled" tessera="ochre">
      <div className={classes.model}>
        <ModelChoice
          engine={context.engine}
          models={models}
          value={model.id}
          onChange={(id) => session.change({ model: id })}
        />
        <p className={classes.why} data-testid="why-prior">
          {chosen ? 'Chosen by you. ' : `${whyPrior(model, kind)} `}
          {chosen && (
            <button type="button" className={classes.link} onClick={() => session.change({ model: null })}>
              Choose by the picture
            </button>
          )}
        </p>
        {model.config.process.kind === 'autoregressive' && (
          <p className={classes.caution} data-testid="raster-order">
            This prior goes on row by row: at each code it knows only what stands above it and to its left. It cannot
            see what comes after the hole, and its answers need not meet that.
          </p>
        )}
      </div>
      <WordsField
        {...{ ...prompt, onEnd, title: model.title, starters: false }}
        placeholder={'Optional: what belongs there'}
      />
      <div className={classes.slots}>
        <ChoiceFields {...prompt} />
      </div>
      <SamplerSelect model={model} value={sampler} onChange={(value) => session.change({ sampler: value })} />
      <p className={classes.why}>{SAMPLER_WORDS[sampler].help}</p>
      <KnobFields
        knobs={knobsOf(spec, model)}
        values={spec}
        onChange={(field: KnobField, value) => session.change({ [field]: value }, field)}
        onEnd={onEnd}
      />
      <div className={classes.slots}>
        <SeedField value={spec.seed} onChange={(seed, gesture) => session.change({ seed }, gesture)} onEnd={onEnd} />
      </div>
      <Where />
    </Panel>
  );
}

/** Which part of the picture is worked on, and which of its codes are free. */
function Where() {
  const { session } = useLab();
  const spec = useLabState((state) => state.spec);
  const model = useLabState(selectModel);
  const tokenizer = useLabState(selectTokenizer);
  const image = useLabState((state) => state.picture?.image ?? null);
  const mode = useLabState(selectMode);
  const free = useLabState((state) => state.free);
  const showCodes = useLabState((state) => state.view.showCodes);
  const noWhole = model && tokenizer ? whyNoWhole(model, tokenizer, image) : null;
  return (
    <div className={classes.where}>
      <span className={classes.label} id="inpaint-mode">
        Where it looks
      </span>
      <SegmentedControl
        aria-labelledby="inpaint-mode"
        value={mode}
        onChange={(value) => session.change({ mode: value })}
        data={[
          { value: 'square', label: 'One square' },
          { value: 'whole', label: 'Windows, full size', disabled: noWhole !== null },
        ]}
        data-testid="inpaint-mode"
      />
      <p className={classes.why}>
        {mode === 'whole'
          ? 'Windows of the network overlap around the hole, and what they say is averaged.'
          : (noWhole ??
            (spec.square === 'auto'
              ? 'The frame follows the hole; drag it by its corners or its tab to put it elsewhere.'
              : 'The frame stays where you put it.'))}
      </p>
      {mode === 'square' && spec.square !== 'auto' && (
        <Button onClick={() => session.setSquare('auto')} data-testid="square-auto">
          Let it follow the hole
        </Button>
      )}
      <span className={classes.label} id="inpaint-grow">
        Codes around the hole that are free as well
      </span>
      <SegmentedControl
        aria-labelledby="inpaint-grow"
        value={String(spec.grow)}
        onChange={(value) => session.change({ grow: Number(value) as InpaintSpec['grow'] })}
        data={['0', '1', '2']}
        data-testid="knob-grow"
      />
      <p className={classes.why}>
        A code beside the hole saw some of what stands in for it. Freeing it costs known picture, and hides the seam.
      </p>
      <Switch
        size="xs"
        label={
          free ? `Show the free codes: ${countPlaces(free.places)} of ${free.places.length}` : 'Show the free codes'
        }
        checked={showCodes}
        onChange={(event) => session.look({ showCodes: event.currentTarget.checked })}
        data-testid="show-codes"
      />
    </div>
  );
}
