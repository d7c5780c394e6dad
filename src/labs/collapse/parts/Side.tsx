import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { TheatreActorFrame, TheatreScene } from '../../../engine/types';
import { Panel } from '../../../ui/Panel';
import { Readout, ReadoutRow } from '../../../ui/Readout';
import { useSize } from '../../../ui/useSize';
import { drawPatches, drawPoints, inkOf } from '../draw';
import { recipeWords } from '../words';
import { SIDES, useLabState, type SideName } from './labState';
import { RecipeFields } from './RecipeFields';
import classes from './Side.module.css';

/** One run: its stage, its figures, and what it does in its own way. */
export function Side({ side }: { side: SideName }) {
  const recipe = useLabState((state) => state.spec[side]);
  const codebookSize = useLabState((state) => state.spec.codebookSize);
  const actor = useLabState((state) => state.frame?.actors[SIDES.indexOf(side)] ?? null);
  const scene = useLabState((state) => state.scene);
  const words = recipeWords(recipe);
  return (
    <Panel
      title={`${side === 'left' ? 'Left' : 'Right'}: ${words}`}
      tessera={side === 'left' ? 'terracotta' : 'lapis'}
      className={classes.side ?? ''}
    >
      <Stage actor={actor} scene={scene} name={words} />
      <ReadoutRow label={`${side} side, now`}>
        <Readout
          label="Perplexity"
          value={actor ? actor.perplexity.toFixed(1) : '–'}
          note={`of ${actor?.codebookSize ?? codebookSize} at most`}
          testId={`${side}-perplexity`}
        />
        <Readout
          label="Codes in use"
          value={actor ? actor.used : '–'}
          note={actor ? `${actor.codebookSize - actor.used} dead` : ''}
          testId={`${side}-used`}
        />
        <Readout
          label="Square error"
          value={actor ? actor.error.toFixed(4) : '–'}
          note="of examples never learnt from"
        />
      </ReadoutRow>
      <RecipeFields side={side} />
    </Panel>
  );
}

interface StageProps {
  readonly actor: TheatreActorFrame | null;
  readonly scene: TheatreScene | null;
  readonly name: string;
}

function Stage({ actor, scene, name }: StageProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const scheme = useComputedColorScheme('light');
  const side = Math.round(width * Math.min(2, globalThis.devicePixelRatio || 1));
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context || !actor || !scene || side === 0) return;
    if (element.width !== side) [element.width, element.height] = [side, side];
    if (scene.picture) drawPatches(context, side, actor, scene, inkOf(element));
    else drawPoints(context, side, actor, inkOf(element));
  }, [actor, scene, side, scheme]);
  const what = scene?.picture ? 'Every code as a patch; pictures and what comes back' : 'Points, codes and their cells';
  return (
    <div ref={box} className={classes.stage}>
      <canvas
        ref={canvas}
        className={classes.canvas}
        role="img"
        aria-label={
          actor
            ? `${what}. ${name}: ${actor.used} of ${actor.codebookSize} codes live, perplexity ${actor.perplexity.toFixed(1)}`
            : `${name}: not begun`
        }
      />
    </div>
  );
}
