import { describe, expect, test } from 'vitest';
import { examples, splitPrompt, suggest, unknownWords, wordsSlot } from './prompt';
import { fakeVocabulary } from './testing/fakePrior';

describe('prompt', () => {
  const choices = wordsSlot(fakeVocabulary)!.choices;

  test('the longest known run of words is one', () => {
    expect(splitPrompt('Red  CAT face, blue', new Set(choices))).toEqual([
      { word: 'red', known: true },
      { word: 'cat face', known: true },
      { word: 'blue', known: false },
    ]);
  });

  test('unknown words are told, but not while they are being typed', () => {
    expect(unknownWords('red blue ', choices)).toEqual(['blue']);
    expect(unknownWords('red hea', choices)).toEqual([]);
    expect(unknownWords('red hea ', choices)).toEqual(['hea']);
    expect(unknownWords('red xyz', choices)).toEqual(['xyz']);
  });

  test('suggestions complete the last words', () => {
    expect(suggest('red ca', choices, 5).map(({ text }) => text)).toEqual(['red cat', 'red cat face']);
    expect(suggest('red cat f', choices, 5).map(({ text }) => text)).toEqual(['red cat face']);
    expect(suggest('cat ', choices, 5).map(({ text }) => text)).toEqual(['cat face']);
    expect(suggest('izz', choices, 5).map(({ choice }) => choice)).toEqual(['pizza']);
    expect(suggest('', choices, 5)).toEqual([]);
    expect(suggest('h', choices, 1)).toHaveLength(1);
  });

  test('examples are what people ask for, or spread over the vocabulary', () => {
    expect(examples(['blow', 'libra', 'racing'], 3)).toEqual(['blow', 'libra', 'racing']);
    expect(examples(['blow', 'heart', 'libra', 'racing', 'red'], 2)).toEqual(['red heart', 'heart']);
    expect(examples(['a'], 3)).toEqual(['a']);
  });
});
