/** What the visitor types, against what the vocabulary knows. The engine has the last word (`SampleResult.unknownWords`). */
import type { VocabularyView } from '../engine/types';

type Slot = VocabularyView['slots'][number];

/** The slot of free words: the one that takes several texts. */
export const wordsSlot = (vocabulary: VocabularyView): Slot | null =>
  vocabulary.slots.find(({ count }) => count > 1) ?? null;

/** Slots that take one of their choices: style, group. */
export const choiceSlots = (vocabulary: VocabularyView): readonly Slot[] =>
  vocabulary.slots.filter(({ count }) => count === 1);

const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];

/** The text as the vocabulary takes it apart: the longest known run of words first. */
export function splitPrompt(text: string, choices: ReadonlySet<string>): { word: string; known: boolean }[] {
  const words = wordsOf(text);
  const found: { word: string; known: boolean }[] = [];
  for (let start = 0; start < words.length;) {
    let end = words.length;
    while (end > start + 1 && !choices.has(words.slice(start, end).join(' '))) end--;
    const word = words.slice(start, end).join(' ');
    found.push({ word, known: choices.has(word) });
    start = end;
  }
  return found;
}

/** Words that the model does not know. A last word that is still being typed does not count while it may become one. */
export function unknownWords(text: string, choices: readonly string[]): string[] {
  const parts = splitPrompt(text, new Set(choices));
  const typing = /[\p{L}\p{M}\p{N}]$/u.test(text);
  return parts
    .filter(({ word, known }, i) => {
      const last = typing && i === parts.length - 1;
      return !known && !(last && choices.some((choice) => choice.startsWith(word)));
    })
    .map(({ word }) => word);
}

export interface Suggestion {
  /** The vocabulary's word. */
  readonly choice: string;
  /** The whole prompt with it. */
  readonly text: string;
}

/** Longest run of words that one suggestion may complete. */
const longestRun = 4;

/** How the last words may go on: first what begins with the longest run of them, then what holds the last word somewhere. */
export function suggest(text: string, choices: readonly string[], limit: number): Suggestion[] {
  const words = wordsOf(text);
  // After a space the last word is finished: what goes on with it is still of use ("cat " -> "cat face").
  const finished = /\s$/.test(text);
  const found = new Map<string, Suggestion>();
  const take = (choice: string, kept: number) => {
    const line = [...words.slice(0, kept), choice].join(' ');
    if (found.size < limit && !found.has(choice) && line !== words.join(' ')) found.set(choice, { choice, text: line });
  };
  for (let run = Math.min(longestRun, words.length); run >= 1; run--) {
    const head = words.slice(-run).join(' ') + (finished ? ' ' : '');
    for (const choice of choices) if (choice.startsWith(head)) take(choice, words.length - run);
  }
  const last = words.at(-1);
  if (last && last.length > 1 && !finished)
    for (const choice of choices) if (choice.includes(last)) take(choice, words.length - 1);
  return [...found.values()];
}

/** What people ask for first. Offered as far as the model knows every word of it. */
const STARTERS = ['smiling face with sunglasses', 'red heart', 'tomato', 'rainbow', 'cat face', 'pizza', 'rocket'];

/** A few prompts for a visitor who does not know what to ask for: usual ones, and words from all over the vocabulary where these are too few. */
export function examples(choices: readonly string[], count: number): string[] {
  const known = new Set(choices);
  const usual = STARTERS.filter((text) => splitPrompt(text, known).every((part) => part.known));
  const step = Math.max(1, choices.length / count);
  const spread = Array.from({ length: count }, (_, i) => choices[Math.floor((i + 0.5) * step)] ?? '').filter(Boolean);
  return [...new Set([...usual, ...spread])].slice(0, count);
}
