import { useEffect, useMemo, useState } from 'react';
import type { PlaceAnswer } from '../../../engine/types';
import { Panel } from '../../../ui/Panel';
import { PictureCanvas } from '../../../ui/PictureCanvas';
import { isAbort, messageOf } from '../../abort';
import { placeFacts, placeStep, type PlaceFacts, type PlaceStep, type Term } from '../place';
import { patchKey, selectBusy } from '../store';
import { useLab, useLabState, useSetView, useShown } from './labState';
import { useCodeLook } from './useCodeLook';
import classes from './PlacePanel.module.css';

/** Codes listed by their probability. */
const listedCodes = 10;

type Opened = { step: PlaceStep } & ({ answer: PlaceAnswer } | { problem: string });

/** The network's answer for a step at a place; null until it is there. */
function useAnswer(step: PlaceStep | null): Opened | null {
  const { context } = useLab();
  const busy = useLabState(selectBusy);
  const [opened, setOpened] = useState<Opened | null>(null);
  useEffect(() => {
    if (!step || busy) return;
    const ended = new AbortController();
    const { signal } = ended;
    context.engine.explainPlace(step.question, { signal }).then(
      (answer) => !signal.aborted && setOpened({ step, answer }),
      (error: unknown) => !signal.aborted && !isAbort(error) && setOpened({ step, problem: messageOf(error) }),
    );
    return () => ended.abort();
  }, [context, step, busy]);
  return opened?.step === step ? opened : null;
}

/** One place in one step: what the network thought, what the noise process allows, and what was drawn. */
export function PlacePanel() {
  const { node, model, trace, at, sample, layout } = useShown();
  const place = useLabState((state) => state.view.place);
  const setView = useSetView();
  const found = useMemo(
    () => (node && model && place !== null ? placeStep(node.options, model, trace, at, sample, place) : null),
    [node, model, trace, at, sample, place],
  );
  const step = typeof found === 'object' ? found : null;
  const opened = useAnswer(step);
  const facts = useMemo(
    () => (opened && 'answer' in opened ? placeFacts(opened.step, opened.answer, listedCodes) : null),
    [opened],
  );
  const grid = step && layout[step.level];
  const inGrid =
    step && place !== null
      ? place - layout.slice(0, step.level).reduce((n, { width, height }) => n + width * height, 0)
      : 0;
  return (
    <Panel
      title="What happened at one place"
      tessera="terracotta"
      aside={
        step &&
        grid && (
          <>
            step {step.number}, row {Math.floor(inGrid / grid.width) + 1}, column {(inGrid % grid.width) + 1}
          </>
        )
      }
      lesson="The network guesses the finished code, x0. The noise process says how the state before can become the one after, if that guess is right. Their product is what the step draws from."
    >
      {place === null && (
        <p className={classes.hint}>
          Click a code above, or{' '}
          <button
            type="button"
            className={classes.link}
            disabled={!node}
            onClick={() => setView({ place: Math.floor((layout[0]?.height ?? 0) / 2) * ((layout[0]?.width ?? 0) + 1) })}
          >
            open one in the middle
          </button>
          .
        </p>
      )}
      {typeof found === 'string' && <p className={classes.hint}>{found}</p>}
      {opened && 'problem' in opened && (
        <p className={classes.hint} role="alert">
          {opened.problem}
        </p>
      )}
      {step && !opened && <p className={classes.hint}>Asking the network…</p>}
      {step && facts && node && <Facts step={step} facts={facts} tokenizer={node.tokenizer} />}
    </Panel>
  );
}

const percent = (value: number): string =>
  value >= 0.1 ? `${(value * 100).toFixed(0)} %` : value >= 0.0005 ? `${(value * 100).toPrecision(2)} %` : '< 0.05 %';

const number = (value: number): string =>
  value === 0 ? '0' : value >= 0.001 ? value.toPrecision(3) : value.toExponential(1);

const termText = ({ coefficient, factor }: Term): string =>
  factor === 1 ? number(coefficient) : `${number(coefficient)} × ${number(factor)}`;

function Facts({ step, facts, tokenizer }: { step: PlaceStep; facts: PlaceFacts; tokenizer: string }) {
  const { session } = useLab();
  const setView = useSetView();
  const patches = useLabState((state) => state.patches);
  const { codebookSize, level, xt, chosen, planned } = step;
  const { colourOf } = useCodeLook(tokenizer, level, codebookSize);
  useEffect(() => {
    void session.wantPatches(
      tokenizer,
      level,
      facts.rows.map(({ code }) => code),
    );
  }, [session, tokenizer, level, facts]);
  const nameOf = (code: number) => (code === codebookSize ? '[MASK]' : String(code));
  const most = Math.max(...facts.rows.map(({ p0, posterior }) => Math.max(p0, posterior ?? 0)), facts.masked ?? 0);
  const hasPosterior = facts.masked !== null;
  return (
    <div className={classes.facts} data-testid="place">
      <p className={classes.story}>
        Before: <strong>{nameOf(xt)}</strong>. After: <strong data-testid="chosen">{nameOf(chosen)}</strong>. The
        network&apos;s surest guess is {facts.x0.best} ({percent(facts.x0.confidence)}; entropy{' '}
        {facts.x0.entropy.toFixed(2)} of {Math.log2(codebookSize).toFixed(0)} bits).
        {planned?.step.kind === 'reveal' &&
          ` This sampler draws every masked place from x0 and keeps those that come first by ${planned.step.priority}; ${planned.step.masked} stay masked.`}
      </p>
      <div className={classes.scroll} tabIndex={0} role="group" aria-label="Codes and their probabilities, scrolls">
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Patch</th>
              <th scope="col">Code</th>
              <th scope="col">x0: p(x0 | xt)</th>
              {hasPosterior && <th scope="col">Drawn from: p(xs | xt)</th>}
              {hasPosterior && <th scope="col">Made of</th>}
            </tr>
          </thead>
          <tbody>
            {facts.rows.map(({ code, p0, posterior, terms }) => {
              const patch = patches.get(patchKey(tokenizer, level, code));
              return (
                <tr key={code} data-chosen={code === chosen || undefined}>
                  <td className={classes.patch}>
                    <span style={{ background: colourOf(code) }}>
                      {patch && <PictureCanvas picture={patch} label={`Patch of code ${code}`} pixelated />}
                    </span>
                  </td>
                  <th scope="row" className={classes.code}>
                    <button
                      type="button"
                      className={classes.link}
                      title="Paint with this code"
                      aria-label={`${code}: paint with this code`}
                      onClick={() => setView({ tool: 'paint', brush: code })}
                    >
                      {code}
                    </button>
                    {code === xt && <small>before</small>}
                    {code === chosen && <small>drawn</small>}
                  </th>
                  <td>
                    <Bar share={p0 / most} words={percent(p0)} tone="lapis" />
                  </td>
                  {hasPosterior && (
                    <td>
                      <Bar share={(posterior ?? 0) / most} words={percent(posterior ?? 0)} tone="verdigris" />
                    </td>
                  )}
                  {hasPosterior && (
                    <td className={classes.terms} title={terms.map(({ label }) => label).join(' + ')}>
                      {terms.map(termText).join(' + ') || '0'}
                    </td>
                  )}
                </tr>
              );
            })}
            {facts.masked !== null && (facts.masked > 0 || xt === codebookSize) && (
              <tr data-chosen={chosen === codebookSize || undefined}>
                <td className={classes.patch}>
                  <span style={{ background: colourOf(codebookSize) }} />
                </td>
                <th scope="row" className={classes.code}>
                  [MASK]
                  {chosen === codebookSize && <small>drawn</small>}
                </th>
                <td>–</td>
                <td>
                  <Bar share={facts.masked / most} words={percent(facts.masked)} tone="verdigris" />
                </td>
                <td className={classes.terms}>{xt === codebookSize ? 'stays masked' : 'masked again'}</td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
      {facts.transition && planned && (
        <Transition q={facts.transition} planned={planned.step} codebookSize={codebookSize} />
      )}
    </div>
  );
}

/** The row of the transition matrix that belongs to this step. */
function Transition(props: {
  q: NonNullable<PlaceFacts['transition']>;
  planned: { readonly from: number; readonly to: number };
  codebookSize: number;
}) {
  const { q, planned, codebookSize } = props;
  const others = q.other * (codebookSize - 1);
  return (
    <div className={classes.transition}>
      <h3>
        What the noise does to a code from t = {planned.to} to {planned.from}: q(xt | xs)
      </h3>
      <dl>
        <dt>stays</dt>
        <dd>
          <Bar share={q.kept} words={percent(q.kept)} tone="lapis" />
        </dd>
        <dt>becomes another</dt>
        <dd>
          <Bar share={others} words={`${percent(others)}, ${number(q.other)} each`} tone="terracotta" />
        </dd>
        <dt>becomes [MASK]</dt>
        <dd>
          <Bar share={q.masked} words={percent(q.masked)} tone="bone" />
        </dd>
      </dl>
    </div>
  );
}

function Bar({ share, words, tone }: { share: number; words: string; tone: string }) {
  return (
    <span className={classes.bar}>
      <i style={{ width: `${Math.min(1, share) * 100}%`, background: `var(--${tone})` }} aria-hidden="true" />
      <span>{words}</span>
    </span>
  );
}
