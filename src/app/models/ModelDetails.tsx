import { lazy, Suspense } from 'react';
import type { ModelSummary } from '../../engine/types';
import { FactList } from '../../ui/FactList';
import { commandOf, networkFacts, scoreFacts, trainingFacts, type Facts } from './facts';
import { GoldenPanel } from './GoldenPanel';
import { useModelFile } from './useModelFile';
import { readCurve } from './curve';
import classes from './ModelDetails.module.css';

const LossCurve = lazy(() => import('./LossCurve'));
const CardText = lazy(() => import('./CardText'));

/** The rest of a card: record, curve, golden check, and the card's own text. Loaded when it is opened. */
export default function ModelDetails({ model }: { model: ModelSummary }) {
  const command = commandOf(model);
  return (
    <div className={classes.details}>
      <div className={classes.columns}>
        <FactList title="Network" facts={[...networkFacts(model), ['Licence', model.licence]]}>
          {model.local ? (
            <span>{model.credits ? `Credits: ${model.credits}` : 'It names no credits.'}</span>
          ) : (
            <a href="./CREDITS.md" target="_blank" rel="noreferrer">
              Credits: whose drawings and photographs
            </a>
          )}
        </FactList>
        <SomeFacts title="Training" facts={trainingFacts(model)} />
        <SomeFacts title="Scores" facts={scoreFacts(model)} />
      </div>
      {command && (
        <div>
          <strong className={classes.label}>Command</strong>
          <pre className={classes.command} tabIndex={0} aria-label="The command that trained it">
            {command}
          </pre>
        </div>
      )}
      <Curve model={model} />
      <GoldenPanel model={model} />
      <Card model={model} />
    </div>
  );
}

/** No title over nothing. */
const SomeFacts = ({ title, facts }: { title: string; facts: Facts }) =>
  facts.length > 0 && <FactList title={title} facts={facts} />;

function Curve({ model }: { model: ModelSummary }) {
  const text = useModelFile(model, 'curve.json');
  if (text === undefined) return null;
  const charts = text === null ? [] : readCurve(parse(text));
  if (!charts.length) return <p className={classes.none}>There is no loss curve in its folder.</p>;
  return (
    <div className={classes.charts}>
      <Suspense fallback={<p className={classes.none}>Drawing the curve…</p>}>
        {charts.map((chart) => (
          <LossCurve key={chart.title} chart={chart} />
        ))}
      </Suspense>
    </div>
  );
}

/** What is no JSON has no curve. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function Card({ model }: { model: ModelSummary }) {
  const text = useModelFile(model, 'card.md');
  if (text === undefined) return null;
  if (text === null) return <p className={classes.none}>There is no card.md in its folder.</p>;
  return (
    <Suspense fallback={<p className={classes.none}>Opening the card…</p>}>
      <CardText text={text} model={model} />
    </Suspense>
  );
}
