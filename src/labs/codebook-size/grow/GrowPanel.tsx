import { Button, Switch } from '@mantine/core';
import { Dropzone } from '@mantine/dropzone';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { Capabilities, TokenizerSummary } from '../../../engine/types';
import { IconPhotoPlus } from '../../../ui/icons';
import { NumberField } from '../../../ui/NumberField';
import { Panel } from '../../../ui/Panel';
import { ProgressLine } from '../../../ui/ProgressLine';
import type { LabContext } from '../../contract';
import { download } from '../../download';
import primary from '../../primary.module.css';
import { fetchPicture, loadSamples, sampleUrl } from '../../samples';
import { decodeSmall } from './decodeSmall';
import { createGrowSession, type GrowSession } from './session';
import { createGrowStore, splitPictures, type GrowState, type GrowStore } from './store';
import './styles';
import classes from './GrowPanel.module.css';

const Grown = lazy(() => import('./Grown'));

export interface GrowPanelProps {
  readonly context: LabContext;
  /** The tokenizer of the lab. */
  readonly model: TokenizerSummary;
  /** Where growing begins: the variant on the screen, or the model itself. */
  readonly variantId: string;
  /** Codes that differ there. */
  readonly size: number;
  /** What was kept is to be shown. */
  readonly onVariant: (id: string) => void;
}

/** The codes that are left follow the visitor's own pictures. */
export default function GrowPanel(props: GrowPanelProps) {
  const { context, onVariant } = props;
  const [parts] = useState(() => {
    const store = createGrowStore();
    const session = createGrowSession(store, {
      ...{ engine: context.engine, decode: decodeSmall, download, onVariant },
      loadSamples: (signal) => loadSamples(context.samplesUrl, signal),
      fetchSample: ({ file }, signal) => fetchPicture(sampleUrl(context.samplesUrl, file), signal),
    });
    return { store, session };
  });
  useEffect(() => () => parts.session.dispose(), [parts]);
  return <GrowView {...props} {...parts} />;
}

function GrowView({
  context,
  model,
  variantId,
  size,
  store,
  session,
}: GrowPanelProps & { store: GrowStore; session: GrowSession }) {
  const state = useStore(store);
  const { phase, progress, failure, growth, pictures, problems } = state;
  const [capabilities, setCapabilities] = useState<Capabilities | null>(null);
  useEffect(() => {
    let gone = false;
    void context.engine.capabilities().then((found) => !gone && setCapabilities(found));
    return () => {
      gone = true;
    };
  }, [context]);
  // Of another tokenizer nothing can go on; the pictures stay.
  const modelOf = useRef(model.id);
  useEffect(() => {
    if (modelOf.current === model.id) return;
    modelOf.current = model.id;
    void session.reset();
  }, [model.id, session]);
  const { learn, hold } = splitPictures(pictures);
  if (model.quantizer !== 'vq')
    return (
      <Panel title="Grow back" tessera="verdigris">
        <p className={classes.note}>
          {model.title} has no single codebook that could grow here: choose a tokenizer with plain VQ.
        </p>
      </Panel>
    );
  return (
    <Panel
      title="Grow back"
      tessera="verdigris"
      lesson={`The ${size === model.codebookSizes[0] ? `${size} codes` : `${size} codes that are left`} follow your own pictures: each moves to the mean of the latents that choose it, and dead ones move to where they are missed. Every fifth picture is held back and only measured.${size === model.codebookSizes[0] ? ' A whole codebook that knows such pictures has little to gain: make it smaller first, and see what comes back.' : ''}`}
    >
      <div className={classes.pictures}>
        <Dropzone
          onDrop={(files) => void session.addFiles(files)}
          disabled={phase !== 'idle'}
          multiple
          className={classes.drop ?? ''}
          role="button"
          data-testid="grow-drop"
          aria-label="Drop pictures here to grow on, or press Enter to choose files"
          inputProps={{ hidden: true, 'aria-label': 'Choose pictures to grow on', ...{ 'data-testid': 'grow-files' } }}
          activateOnClick
        >
          <span className={classes.dropLine}>
            <IconPhotoPlus size={19} stroke={1.6} aria-hidden="true" />
            <span>
              <strong>Drop pictures</strong>, thirty or so; they stay in this page
            </span>
          </span>
        </Dropzone>
        <div className={classes.row}>
          <Button
            variant="default"
            disabled={phase !== 'idle'}
            onClick={() => void session.addSamples()}
            data-testid="grow-samples"
          >
            Take the samples
          </Button>
          <span className={classes.note} data-testid="grow-pictures">
            {pictures.length === 0
              ? 'No pictures yet.'
              : `${pictures.length} ${pictures.length === 1 ? 'picture' : 'pictures'}: ${learn.length} to learn from, ${hold.length} held back.`}
          </span>
          {pictures.length > 0 && (
            <Button variant="subtle" disabled={phase !== 'idle'} onClick={() => session.clearPictures()}>
              Clear
            </Button>
          )}
        </div>
      </div>
      {problems.length > 0 && (
        <ul className={classes.problems} role="alert">
          {problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
      <Settings state={state} session={session} capabilities={capabilities} />
      <Actions state={state} session={session} variantId={variantId} ready={hold.length > 0} />
      {progress && <ProgressLine fraction={progress.fraction} message={progress.message} testId="grow-progress" />}
      {failure !== null && (
        <p className={classes.problems} role="alert" data-testid="grow-failure">
          {failure}
        </p>
      )}
      {growth && (
        <Suspense fallback={null}>
          <Grown growth={growth} curve={state.curve} />
        </Suspense>
      )}
      <Kept state={state} session={session} variantId={variantId} />
    </Panel>
  );
}

/** Why the decoder cannot learn here; null where it can. */
function whyNoDecoder(capabilities: Capabilities | null): string | null {
  if (!capabilities || capabilities.backend === 'cpu') return null;
  if (capabilities.backend === 'wasm')
    return 'The decoder learns on WebGPU only: tfjs on WASM has no gradient of a convolution. The codebook grows here all the same.';
  return capabilities.isFallbackAdapter
    ? 'The decoder needs a real GPU: this one is drawn by the CPU, where tfjs takes WASM, which has no gradient of a convolution.'
    : null;
}

interface PartProps {
  readonly state: GrowState;
  readonly session: GrowSession;
}

function Settings({ state, session, capabilities }: PartProps & { capabilities: Capabilities | null }) {
  const { steps, seed, revival, decoder } = state.settings;
  const why = whyNoDecoder(capabilities);
  return (
    <div className={classes.settings}>
      <div className={classes.numbers}>
        <NumberField
          label="Steps"
          help="Each takes 2,048 latents: those of eight pictures at 16 x 16 codes."
          min={1}
          max={5000}
          step={1}
          value={steps}
          onChange={(value) => session.change({ steps: value })}
          onEnd={() => undefined}
          testId="grow-steps"
        />
        <NumberField
          label="Seed"
          help="Of the latents in each step, and of where dead codes go."
          min={0}
          max={0xffffffff}
          step={1}
          value={seed}
          onChange={(value) => session.change({ seed: value })}
          onEnd={() => undefined}
        />
      </div>
      <Switch
        size="sm"
        label="Revive dead codes"
        checked={revival}
        onChange={(event) => session.change({ revival: event.currentTarget.checked })}
        data-testid="grow-revival"
      />
      <Switch
        size="sm"
        label="The decoder learns too"
        checked={decoder && why === null}
        disabled={why !== null}
        onChange={(event) => session.change({ decoder: event.currentTarget.checked })}
        data-testid="grow-decoder"
      />
      <p className={classes.note}>
        {revival &&
          'Revived only where the pictures have 32 latents for each code: with fewer, an unused code may be just rare. '}
        {why}
      </p>
    </div>
  );
}

function Actions({ state, session, variantId, ready }: PartProps & { variantId: string; ready: boolean }) {
  const { phase, growth } = state;
  const idle = phase === 'idle';
  if (phase === 'growing')
    return (
      <div className={classes.row}>
        <Button variant="default" onClick={() => session.stop()} data-testid="grow-stop">
          Stop
        </Button>
      </div>
    );
  return (
    <div className={classes.row}>
      <Button
        className={primary.button ?? ''}
        disabled={!idle || (!growth && !ready)}
        onClick={() => void (growth ? session.goOn() : session.grow(variantId))}
        data-testid="grow-start"
      >
        {growth ? 'Go on' : 'Grow'}
      </Button>
      {!growth && !ready && (
        <span className={classes.note}>Two pictures at least: one to learn from, one to measure with.</span>
      )}
      {growth && (
        <>
          <Button variant="default" disabled={!idle} onClick={() => void session.reset()} data-testid="grow-reset">
            Reset
          </Button>
          <Button variant="default" disabled={!idle} onClick={() => void session.keep()} data-testid="grow-keep">
            Keep as an experiment
          </Button>
          <Button
            variant="default"
            disabled={!idle}
            onClick={() => void session.exportFiles()}
            data-testid="grow-export"
          >
            Export as safetensors
          </Button>
        </>
      )}
    </div>
  );
}

function Kept({ state, session, variantId }: PartProps & { variantId: string }) {
  if (state.kept.length === 0) return null;
  return (
    <ul className={classes.kept} aria-label="Kept experiments" data-testid="grow-kept">
      {state.kept.map(({ id, words }) => (
        <li key={id}>
          <span>{words}</span>
          <Button size="compact-xs" variant="default" disabled={id === variantId} onClick={() => session.show(id)}>
            {id === variantId ? 'On the screen' : 'Show'}
          </Button>
          <Button size="compact-xs" variant="subtle" disabled={id === variantId} onClick={() => void session.drop(id)}>
            Drop
          </Button>
        </li>
      ))}
    </ul>
  );
}
