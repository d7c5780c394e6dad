import { Button } from '@mantine/core';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { Picture, Reconstruction } from '../../../engine/types';
import { createCodecClient, type CodecName } from '../../../image/codecs/client';
import { formatBytes, formatDb } from '../../../ui/format';
import { Panel } from '../../../ui/Panel';
import { PictureCanvas } from '../../../ui/PictureCanvas';
import { matchCodecs, type CodecTrial } from '../sameBytes';
import classes from './Details.module.css';

const titles: Record<CodecName, string> = { webp: 'WebP', avif: 'AVIF' };
const nothing: Trials = { webp: { status: 'waiting' }, avif: { status: 'waiting' } };
/** Above this many pixels the search takes long enough to be asked for. */
const autoPixels = 512 * 512;

/** True from the moment the element is near the screen. */
function useSeen(): [React.RefObject<HTMLDivElement | null>, boolean] {
  const ref = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (!ref.current) return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) setSeen(true);
    });
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return [ref, seen];
}

type Trials = Record<CodecName, CodecTrial>;

/** The searches for one result; a new result ends the old ones. */
function useCodecTrials(result: Reconstruction, wanted: boolean): Trials {
  const [found, setFound] = useState<{ result: Reconstruction; trials: Trials } | null>(null);
  useEffect(() => {
    if (!wanted) return;
    const ended = new AbortController();
    const client = createCodecClient();
    void matchCodecs(client, result, ended.signal, (codec, trial) =>
      setFound((old) => {
        const trials = old?.result === result ? old.trials : nothing;
        return { result, trials: { ...trials, [codec]: trial } };
      }),
    ).then(() => client.dispose());
    return () => {
      ended.abort();
      client.dispose();
    };
  }, [result, wanted]);
  return found?.result === result ? found.trials : nothing;
}

/** The same picture in the same number of bytes, by us and by two codecs. */
export function SameBytesPanel({ result }: { result: Reconstruction }) {
  const [ref, seen] = useSeen();
  const [asked, setAsked] = useState<Reconstruction | null>(null);
  const small = result.input.width * result.input.height <= autoPixels;
  const wanted = (seen && small) || asked === result;
  const trials = useCodecTrials(result, wanted);
  const budget = formatBytes(result.metrics.bytes);
  return (
    <Panel
      title={`The same picture in ${budget}`}
      tessera="bone"
      lesson={`What WebP and AVIF make of this input when they get the same ${budget}, at their best scale and quality. Their containers are not counted.`}
    >
      <div ref={ref} className={classes.codecs} data-testid="same-bytes">
        <Card
          name="Input"
          picture={result.input}
          score="reference"
          facts={[formatBytes(result.input.width * result.input.height * 3)]}
        />
        <Card
          name="Tessera"
          picture={result.image}
          score={formatDb(result.metrics.psnr)}
          facts={[`${budget} of codes`]}
        />
        {(['webp', 'avif'] as const).map((codec) => (
          <CodecCard key={codec} codec={codec} trial={trials[codec]} ours={result.metrics.psnr} />
        ))}
      </div>
      {!small && !wanted && (
        <div>
          <Button onClick={() => setAsked(result)}>Search WebP and AVIF for this large picture</Button>
        </div>
      )}
    </Panel>
  );
}

function CodecCard({ codec, trial, ours }: { codec: CodecName; trial: CodecTrial; ours: number }) {
  const name = titles[codec];
  if (trial.status === 'waiting') return <Card name={name} words="Not searched yet." />;
  if (trial.status === 'searching') return <Card name={name} words={`Searching: ${trial.trials} encodings so far.`} />;
  if (trial.status === 'failed') return <Card name={name} words={trial.message} />;
  const { match } = trial;
  if (!match.fits)
    return <Card name={name} score="Does not fit" words={`Its smallest is ${formatBytes(match.smallestBytes)}.`} />;
  const behind = ours - match.psnr;
  return (
    <Card
      name={name}
      picture={match.picture}
      score={formatDb(match.psnr)}
      facts={[
        Number.isFinite(behind) ? `${behind >= 0 ? '−' : '+'}${Math.abs(behind).toFixed(2)} dB against the codes` : '',
        `${formatBytes(match.bytes)}, and ${formatBytes(match.containerBytes)} of container`,
        `scaled to ${Math.round(match.scale * 100)} %, quality ${match.quality}`,
      ]}
    />
  );
}

function Card(props: {
  name: string;
  picture?: Picture;
  words?: ReactNode;
  score?: string;
  facts?: readonly string[];
}) {
  const { name, picture, words, score, facts = [] } = props;
  return (
    <div className={classes.codec}>
      <div className={classes.picture}>
        {picture ? <PictureCanvas picture={picture} label={`${name}, decoded`} /> : <p>{words}</p>}
      </div>
      <span className={classes.codecName}>{name}</span>
      {score && <span className={classes.codecScore}>{score}</span>}
      {facts.filter(Boolean).map((fact) => (
        <span key={fact}>{fact}</span>
      ))}
    </div>
  );
}
