import { Button } from '@mantine/core';
import { lazy, Suspense, useEffect, useId, useRef, useState } from 'react';
import type { ModelSummary } from '../../engine/types';
import { encodeSpec } from '../../experiment/link';
import { reconstructSpec } from '../../experiment/reconstruct';
import { defaultsOf } from '../../experiment/spec';
import { formatBytes } from '../../ui/format';
import { ProgressLine } from '../../ui/ProgressLine';
import { Demonstration } from './Demonstration';
import { useDesk, useDeskState } from './deskContext';
import { headFacts, purposeOf, scoreFacts } from './facts';
import classes from './ModelCard.module.css';

const ModelDetails = lazy(() => import('./ModelDetails'));

/** One model: what it can do, what it costs, how good it is; loading and putting away; all the rest behind a button, or open where the address asks for it. */
export function ModelCard({ model, asked }: { model: ModelSummary; asked: boolean }) {
  const titleId = useId();
  const detailsId = useId();
  const [open, setOpen] = useState(asked);
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (asked) card.current?.scrollIntoView();
  }, [asked]);
  const scores = scoreFacts(model).slice(0, 3);
  return (
    <article ref={card} className={classes.card} aria-labelledby={titleId} data-testid={`model-${model.id}`}>
      <Demonstration model={model} />
      <div className={classes.body}>
        <h3 id={titleId} className={classes.title}>
          {model.title}
          {model.local && <span className={classes.tag}>local</span>}
        </h3>
        <code className={classes.id}>{model.id}</code>
        <p className={classes.purpose}>{purposeOf(model)}</p>
        <dl className={classes.facts}>
          {[...headFacts(model), ...scores].map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </div>
      <div className={classes.actions}>
        <LoadState model={model} />
        {model.family === 'vqvae' && <TryLink id={model.id} />}
        <Button
          aria-expanded={open}
          aria-controls={open ? detailsId : undefined}
          onClick={() => setOpen(!open)}
          data-testid="details"
        >
          {open ? 'Close the card' : 'Training, curve, card'}
        </Button>
      </div>
      {open && (
        <div id={detailsId} className={classes.details}>
          <Suspense fallback={<p className={classes.small}>Opening the card…</p>}>
            <ModelDetails model={model} />
          </Suspense>
        </div>
      )}
    </article>
  );
}

/** Not loaded, loading 43 %, loaded, or why not; with what can be done about it. */
function LoadState({ model }: { model: ModelSummary }) {
  const { desk } = useDesk();
  const { id, sizeBytes, local } = model;
  const load = useDeskState((state) => state.loads[id]);
  const stored = useDeskState((state) => state.storage?.models.find((one) => one.id === id));
  const kept = (stored?.keptBytes ?? 0) > 0;
  const remove = local && (
    <Button variant="subtle" onClick={() => void desk.remove(id)} data-testid="remove">
      Remove
    </Button>
  );
  if (load?.phase === 'running')
    return (
      <>
        <ProgressLine
          fraction={load.progress?.fraction ?? null}
          message={load.progress ? loadingWords(load.progress.stage) : 'Waiting for its turn'}
          testId="load-progress"
        />
        {load.progress && <p className={classes.small}>{load.progress.message}</p>}
        <Button onClick={() => desk.cancel(id)} data-testid="cancel-load">
          Cancel
        </Button>
      </>
    );
  if (stored?.loaded)
    return (
      <>
        <p className={classes.state} data-state="loaded" data-testid="load-state">
          Loaded
        </p>
        {load?.phase === 'failed' && <Failure message={load.message} />}
        <Button variant="subtle" onClick={() => void desk.unload(id)} data-testid="unload">
          Unload
        </Button>
        {remove}
      </>
    );
  const from = local ? 'from your files' : kept ? 'from the cache' : formatBytes(sizeBytes);
  return (
    <>
      <p className={classes.state} data-testid="load-state">
        {load?.phase === 'failed' ? 'Failed' : kept ? 'Kept, not loaded' : 'Not loaded'}
      </p>
      {load?.phase === 'failed' && <Failure message={load.message} />}
      <Button variant="filled" className={classes.primary ?? ''} onClick={() => void desk.load(id)} data-testid="load">
        {load?.phase === 'failed' ? 'Try again' : `Load, ${from}`}
      </Button>
      {remove}
    </>
  );
}

/** The way to the lab where a tokenizer is tried, with this model chosen. */
function TryLink({ id }: { id: string }) {
  const [payload, setPayload] = useState<string | null>(null);
  useEffect(() => {
    let gone = false;
    const spec = { ...defaultsOf(reconstructSpec), model: id };
    void encodeSpec(reconstructSpec, spec).then((made) => !gone && setPayload(made));
    return () => {
      gone = true;
    };
  }, [id]);
  return (
    <Button component="a" variant="subtle" href={`#/reconstruct${payload ? `?s=${payload}` : ''}`} data-testid="try">
      Try it in Reconstruct
    </Button>
  );
}

const loadingWords = (stage: string): string =>
  ({ download: 'Loading', verify: 'Checking', compile: 'Compiling' })[stage] ?? 'Running';

function Failure({ message }: { message: string | undefined }) {
  return (
    <p className={classes.failed} role="alert">
      {message}
    </p>
  );
}
