import { Button } from '@mantine/core';
import { sameValue } from '../../../experiment/spec';
import { PRESETS, presetSpec } from '../words';
import { useLab, useLabState } from './labState';
import classes from './Intro.module.css';

/** What this is in two sentences, and shows worth seeing. */
export function Intro() {
  const { session } = useLab();
  const spec = useLabState((state) => state.spec);
  const chosen = PRESETS.find((preset) => sameValue(presetSpec(preset, spec), spec));
  return (
    <div className={classes.intro}>
      <div>
        <h1 className={classes.promise}>Watch codes live and die.</h1>
        <p className={classes.lede}>
          A tiny VQ-VAE is trained from scratch in this tab, twice: the same data, the same first weights, the same
          batches. Change one thing on one side and see who keeps its codebook.
        </p>
      </div>
      <div className={classes.shows}>
        <div className={classes.presets} role="group" aria-label="Shows worth seeing">
          {PRESETS.map((preset) => (
            <Button
              key={preset.id}
              size="compact-sm"
              variant={preset === chosen ? 'light' : 'default'}
              aria-pressed={preset === chosen}
              onClick={() => session.change(presetSpec(preset, spec))}
              data-testid={`preset-${preset.id}`}
            >
              {preset.title}
            </Button>
          ))}
        </div>
        <p className={classes.watch} data-testid="watch">
          {chosen?.watch ?? 'Settings of your own: press Play.'}
        </p>
      </div>
    </div>
  );
}
