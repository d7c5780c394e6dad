import { UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import type { AtlasSheet } from '../../../ui/codeAtlas/geometry';
import { CodePatch } from '../../../ui/CodePatch';
import { selectCode } from '../store';
import { useLab, useLabState } from './labState';
import classes from './CodeButton.module.css';

/** A code as a small button: its patch, its number, and a figure. Chooses it. */
export function CodeButton(props: { code: number; sheet: AtlasSheet | null; words: string; children?: ReactNode }) {
  const { code, sheet, words, children } = props;
  const { session, store } = useLab();
  const chosen = useLabState(selectCode);
  return (
    <UnstyledButton
      className={classes.code}
      aria-label={`Code ${code}: ${words}`}
      aria-pressed={chosen === code}
      onClick={() => void session.change({ code })}
      onPointerEnter={() => store.setState({ hovered: code })}
      onPointerLeave={() => store.setState({ hovered: null })}
      data-testid="code-button"
    >
      <span className={classes.patch}>{sheet && <CodePatch sheet={sheet} code={code} />}</span>
      <span className={classes.index}>{code}</span>
      {children && <span className={classes.figure}>{children}</span>}
    </UnstyledButton>
  );
}
