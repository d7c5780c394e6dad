import { Button, NativeSelect } from '@mantine/core';
import { useEffect, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import type { EngineClient } from '../../engine/types';
import { decodeUrl } from '../../image/decode';
import { loadSamples, sampleUrl } from '../../labs/samples';
import { formatBytes } from '../../ui/format';
import { notify } from '../notify';
import { CachePanel } from './CachePanel';
import { createDesk } from './desk';
import { DeskContext, useDesk, useDeskState } from './deskContext';
import { groupModels } from './facts';
import { ModelCard } from './ModelCard';
import { OwnModelPanel } from './OwnModelPanel';
import classes from './ModelsPage.module.css';

const SAMPLES_URL = 'samples/';

/** Every model of the page on a card: what it can do, what it costs, how it was made; and the visitor's own. */
export default function ModelsPage({ engine, opened }: { engine: EngineClient; opened: string | undefined }) {
  const [desk] = useState(() =>
    createDesk({
      engine,
      notify,
      loadSamples: (signal) => loadSamples(SAMPLES_URL, signal),
      decode: ({ file }) => decodeUrl(new URL(sampleUrl(SAMPLES_URL, file), document.baseURI).href),
    }),
  );
  useEffect(() => {
    void desk.start();
    return () => desk.dispose();
  }, [desk]);
  const place = useMemo(
    () => ({
      desk,
      samplesUrl: SAMPLES_URL,
      modelFile: (modelId: string, name: string) => engine.modelFile(modelId, name),
    }),
    [desk, engine],
  );
  const failure = useStore(desk.store, (state) => state.failure);
  return (
    <DeskContext value={place}>
      <div className={classes.page}>
        <Intro />
        <div className={classes.tools}>
          <OwnModelPanel />
          <CachePanel />
        </div>
        {failure && (
          <div className={classes.failure} role="alert">
            <span>{failure}</span>
            <Button onClick={() => void desk.start()}>Try again</Button>
          </div>
        )}
        <Groups opened={opened} />
      </div>
    </DeskContext>
  );
}

function Intro() {
  const models = useDeskState((state) => state.models);
  const shipped = models?.filter(({ local }) => !local) ?? [];
  const bytes = shipped.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return (
    <header className={classes.intro}>
      <h1 className={classes.title}>Models</h1>
      <p className={classes.lede}>
        Small networks, trained by this project, that run on your machine.{' '}
        {shipped.length > 1 && `${shipped.length} of them, ${formatBytes(bytes)} together. `}
        Each is downloaded when it is first used, and kept in this browser.
      </p>
    </header>
  );
}

/** @param opened id of the model whose card the address asks for */
function Groups({ opened }: { opened: string | undefined }) {
  const models = useDeskState((state) => state.models);
  const failure = useDeskState((state) => state.failure);
  if (!models) return failure ? null : <p className={classes.waiting}>Reading the list of models…</p>;
  return groupModels(models).map(({ title, lesson, models: group }) => (
    <section key={title} className={classes.group} aria-label={title}>
      <div className={classes.groupHead}>
        <div>
          <h2 className={classes.groupTitle}>{title}</h2>
          <p className={classes.groupLesson}>{lesson}</p>
        </div>
        {title === 'Tokenizers' && <SampleChoice />}
      </div>
      {group.map((model) => (
        <ModelCard key={model.id} model={model} asked={model.id === opened} />
      ))}
    </section>
  ));
}

/** The picture that the tokenizers are shown on. */
function SampleChoice() {
  const { desk } = useDesk();
  const samples = useDeskState((state) => state.samples);
  const sample = useDeskState((state) => state.sample);
  if (!samples.length) return null;
  return (
    <NativeSelect
      size="xs"
      label="Shown on"
      classNames={{ root: classes.choice ?? '', label: classes.choiceLabel ?? '' }}
      value={sample ?? ''}
      onChange={(event) => void desk.useSample(event.currentTarget.value || null)}
      data={[
        { value: '', label: 'a sample that suits each' },
        ...samples.map(({ file, title }) => ({ value: file, label: title })),
      ]}
    />
  );
}
