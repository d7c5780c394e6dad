import { Button } from '@mantine/core';
import { useState } from 'react';
import { IconDownload } from '../../../ui/icons';
import { ProgressLine } from '../../../ui/ProgressLine';
import { isAbort, messageOf } from '../../abort';
import { download } from '../../download';
import { gridsOf, holdsMask } from '../frames';
import type * as saves from '../save';
import { selectBusy } from '../store';
import { useLab, useLabState, useShown } from './labState';
import classes from './SaveButtons.module.css';

/** Takes the samples home: all as one PNG, the way there as a GIF, the codes as JSON. */
export function SaveButtons() {
  const { context, session } = useLab();
  const { node, trace, frame, sample, layout, codes } = useShown();
  const busy = useLabState(selectBusy);
  const [job, setJob] = useState<AbortController | null>(null);
  const [progress, setProgress] = useState({ fraction: 0, message: '' });
  if (!node || !frame) return null;
  const unfinished = codes && holdsMask(codes, layout);

  const save = async (work: (save: typeof saves, stem: string, signal: AbortSignal) => Promise<void>) => {
    const mine = new AbortController();
    setJob(mine);
    setProgress({ fraction: 0, message: 'Preparing' });
    try {
      const module = await import('../save');
      const { condition, seed } = node.options;
      await work(module, module.stemOf(condition, seed), mine.signal);
    } catch (error) {
      if (!isAbort(error)) context.notify({ kind: 'error', title: 'Not saved', message: messageOf(error) });
    } finally {
      setJob(null);
    }
  };
  const decodeAll = async (steps: readonly number[], samples: readonly number[], signal: AbortSignal) => {
    const pictures = [];
    const total = steps.length * samples.length;
    for (const step of steps)
      for (const one of samples) {
        signal.throwIfAborted();
        pictures.push(await session.decodeState({ run: node.id, step, sample: one, kind: 'state' }, signal));
        setProgress({ fraction: pictures.length / total, message: `Decoding ${pictures.length} of ${total}` });
      }
    return pictures;
  };
  const samples = Array.from({ length: node.options.batch }, (_, i) => i);
  const buttons = [
    {
      ...{ id: 'png', label: 'PNG', title: 'Save all samples at this step as one PNG' },
      disabled: false,
      run: () =>
        save(async ({ saveSheet }, stem, signal) => saveSheet(await decodeAll([frame.step], samples, signal), stem)),
    },
    {
      ...{ id: 'gif', label: 'GIF', title: `Save how sample ${sample + 1} came about as an animated GIF` },
      disabled: trace.length < 2,
      run: () =>
        save(async ({ animatedGif }, stem, signal) => {
          const steps = trace.map(({ step }) => step);
          const pictures = await decodeAll(steps, [sample], signal);
          const tell = (fraction: number) => setProgress({ fraction, message: 'Writing the GIF' });
          download(await animatedGif(pictures, signal, tell), `${stem}-${sample + 1}.gif`);
        }),
    },
    {
      ...{ id: 'codes', label: 'Codes', title: `Save the codes of sample ${sample + 1} as JSON` },
      disabled: !codes || unfinished === true,
      run: () =>
        save(({ saveCodes }, stem) => {
          if (codes) saveCodes(node.tokenizer, gridsOf(codes, layout), `${stem}-${sample + 1}`);
          return Promise.resolve();
        }),
    },
  ];
  if (job)
    return (
      <span className={classes.progress}>
        <ProgressLine fraction={progress.fraction} message={progress.message} testId="save-progress" />
        <Button onClick={() => job.abort()}>Stop</Button>
      </span>
    );
  return buttons.map(({ id, label, title, run, disabled }) => (
    <Button
      key={id}
      leftSection={<IconDownload size={14} stroke={1.7} />}
      aria-label={title}
      title={id === 'codes' && unfinished ? 'Codes can be saved where no [MASK] is left' : title}
      disabled={busy || disabled}
      onClick={() => void run()}
      data-testid={`save-${id}`}
    >
      {label}
    </Button>
  ));
}
