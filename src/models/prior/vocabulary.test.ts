import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fixturePrior } from '../testing';
import { diceCoefficient, Vocabulary } from './vocabulary';

const id = 'tiny-prior-absorbing';
const { manifest } = fixturePrior(id).model;
const json = JSON.parse(readFileSync(`fixtures/models/${id}/vocabulary.json`, 'utf8')) as {
  entries: string[];
  slots: object[];
};
const vocabulary = Vocabulary.parse(json, manifest);
const named = (ids: Int32Array) => [...ids].map((one) => vocabulary.entries[one]);

describe('tokenize', () => {
  it('one id per place, 0 where nothing is given', () => {
    expect([...vocabulary.tokenize({}).ids]).toEqual([0, 0, 0, 0, 0]);
    const { ids, unknown, unused } = vocabulary.tokenize({ style: 'noto', group: 'food', words: 'Red pizza!' });
    expect(named(ids)).toEqual(['style:noto', 'group:food', 'red', 'pizza', '']);
    expect({ unknown, unused }).toEqual({ unknown: [], unused: [] });
  });

  it('takes the longest run of words that it knows, and a word once', () => {
    expect(named(vocabulary.tokenize({ words: 'cat face cat, cat' }).ids)).toEqual(['', '', 'cat face', 'cat', '']);
  });

  it('replaces an unknown word by the most alike, or drops it, and says so', () => {
    const { ids, unknown } = vocabulary.tokenize({ words: 'houses xylophone pizzas' });
    expect(named(ids)).toEqual(['', '', 'house', 'pizza', '']);
    expect(unknown).toEqual([
      { word: 'houses', replacedBy: 'house' },
      { word: 'xylophone', replacedBy: null },
      { word: 'pizzas', replacedBy: 'pizza' },
    ]);
    // A word of another slot is no replacement.
    expect(vocabulary.tokenize({ words: 'animals', style: 'notto' })).toMatchObject({
      unknown: [
        { word: 'notto', replacedBy: 'noto' },
        { word: 'animals', replacedBy: null },
      ],
    });
  });

  it('says what had no place', () => {
    const { ids, unused } = vocabulary.tokenize({ words: 'red cat heart house' });
    expect(named(ids).slice(2)).toEqual(['red', 'cat', 'heart']);
    expect(unused).toEqual(['house']);
  });

  it('refuses a slot that it does not have, and lists what a slot can say', () => {
    expect(() => vocabulary.tokenize({ colour: 'red' })).toThrow(/no slot "colour"; there are style, group, words/);
    expect(vocabulary.choices('style')).toEqual(['noto', 'twemoji']);
    expect(vocabulary.choices('words')).toContain('pizza');
    expect(vocabulary.choices('words')).not.toContain('group:food');
  });
});

it('Dice of letter trigrams', () => {
  expect(diceCoefficient('cat', 'cat')).toBe(1);
  // "  c", " ca", "cat", "at " and "  c", " ca", "car", "ar ": two in common.
  expect(diceCoefficient('cat', 'car')).toBe(0.5);
  expect(diceCoefficient('cat', 'dog')).toBe(0);
});

it('names what is wrong with the file', () => {
  const parse = (change: object) => () => Vocabulary.parse({ ...json, ...change }, manifest);
  expect(parse({ slots: json.slots.slice(1) })).toThrow(/vocabulary\.json: slots: contextLength \(5\).* found 4/);
  expect(parse({ entries: json.entries.slice(1) })).toThrow(/entries: 12 are needed, found 11/);
  expect(parse({ entries: json.entries.map((entry) => entry || 'x') })).toThrow(/entries\.0: "" .* found "x"/);
  expect(parse({ entries: json.entries.map((entry) => (entry === 'red' ? 'cat' : entry)) })).toThrow(
    /stands there twice/,
  );
  expect(() => Vocabulary.parse([], manifest)).toThrow(/vocabulary\.json: file/);
});
