/** `vocabulary.json`: from what the visitor asks for to the condition's ids (docs/model-format.md, "Condition"). */
import { z } from 'zod';
import { ModelError } from '../errors';
import type { PriorManifest } from '../manifest';

const vocabularySchema = z.object({
  entries: z.array(z.string()).min(1),
  slots: z
    .array(z.object({ name: z.string().min(1), prefix: z.string(), count: z.int().positive().default(1) }))
    .min(1),
});

type Slot = z.infer<typeof vocabularySchema>['slots'][number];

/** Text for each slot by its name: `{ style: 'noto', group: 'food', words: 'red pizza' }`. What is left out is not given. */
export type Condition = Readonly<Record<string, string | undefined>>;

export interface TokenizedCondition {
  /** One id per slot place, 0 = not given: [contextLength]. */
  readonly ids: Int32Array<ArrayBuffer>;
  /** Words that the vocabulary does not have, and what stands in for them; null: dropped. */
  readonly unknown: readonly { readonly word: string; readonly replacedBy: string | null }[];
  /** Words for which there was no place left. */
  readonly unused: readonly string[];
}

/** A word this like an unknown one takes its place. */
const LEAST_LIKENESS = 0.5;

export class Vocabulary {
  private readonly idOf: ReadonlyMap<string, number>;

  private constructor(
    readonly entries: readonly string[],
    readonly slots: readonly Slot[],
  ) {
    this.idOf = new Map(entries.map((entry, id) => [entry, id]));
  }

  /** @throws ModelError 'manifest' where the file is not a vocabulary, or not this prior's */
  static parse(json: unknown, { config, vocabulary }: PriorManifest, label = vocabulary.file): Vocabulary {
    const parsed = vocabularySchema.safeParse(json);
    const fail = (message: string): never => {
      throw new ModelError('manifest', `${label}: ${message}`);
    };
    if (!parsed.success)
      return fail(parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`).join('; '));
    const { entries, slots } = parsed.data;
    const places = slots.reduce((sum, { count }) => sum + count, 0);
    if (places !== config.contextLength)
      fail(`slots: contextLength (${config.contextLength}) places are needed, found ${places}`);
    if (entries.length !== vocabulary.size) fail(`entries: ${vocabulary.size} are needed, found ${entries.length}`);
    if (entries[0] !== '') fail(`entries.0: "" (not given) is needed, found "${entries[0]}"`);
    if (new Set(entries).size < entries.length) fail('entries: one stands there twice');
    return new Vocabulary(entries, slots);
  }

  /** What a slot can say, without its prefix, in the order of the file. */
  choices(slotName: string): readonly string[] {
    const slot = this.slots.find(({ name }) => name === slotName);
    return slot
      ? this.entries.filter((entry) => this.belongs(entry, slot)).map((entry) => entry.slice(slot.prefix.length))
      : [];
  }

  /** @throws ModelError 'input' for a slot that this vocabulary does not have */
  tokenize(condition: Condition): TokenizedCondition {
    const stray = Object.keys(condition).find((name) => !this.slots.some((slot) => slot.name === name));
    if (stray !== undefined)
      throw new ModelError(
        'input',
        `condition: no slot "${stray}"; there are ${this.slots.map(({ name }) => name).join(', ')}.`,
      );
    const ids: number[] = [];
    const unknown: { word: string; replacedBy: string | null }[] = [];
    const unused: string[] = [];
    for (const slot of this.slots) {
      const found: number[] = [];
      for (const word of this.split(condition[slot.name] ?? '', slot)) {
        const known = this.idOf.get(slot.prefix + word);
        const id = known ?? this.mostLike(word, slot);
        if (known === undefined) {
          const replacedBy = id === null ? null : (this.entries[id] ?? '').slice(slot.prefix.length);
          unknown.push({ word, replacedBy });
        }
        if (id === null || found.includes(id)) continue;
        if (found.length < slot.count) found.push(id);
        else unused.push(word);
      }
      ids.push(...found, ...Array.from({ length: slot.count - found.length }, () => 0));
    }
    return { ids: Int32Array.from(ids), unknown, unused };
  }

  /** A slot with one place takes its text whole; others word by word, the longest known run of words first. */
  private split(text: string, slot: Slot): string[] {
    const words =
      text
        .normalize('NFKC')
        .toLowerCase()
        .match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
    if (slot.count === 1) {
      const whole = text.trim();
      return whole ? [this.idOf.has(slot.prefix + whole) ? whole : words.join(' ')] : [];
    }
    const found: string[] = [];
    for (let start = 0; start < words.length;) {
      let end = words.length;
      while (end > start + 1 && !this.idOf.has(slot.prefix + words.slice(start, end).join(' '))) end--;
      found.push(words.slice(start, end).join(' '));
      start = end;
    }
    return found;
  }

  /** The entry of the slot with the most common letter trigrams; of two alike the earlier one. */
  private mostLike(word: string, slot: Slot): number | null {
    let best: number | null = null;
    let most = 0;
    this.entries.forEach((entry, id) => {
      if (!this.belongs(entry, slot)) return;
      const likeness = diceCoefficient(word, entry.slice(slot.prefix.length));
      if (likeness >= LEAST_LIKENESS && likeness > most) [best, most] = [id, likeness];
    });
    return best;
  }

  /** An entry is of the slot with the longest prefix that it begins with. */
  private belongs(entry: string, slot: Slot): boolean {
    if (!entry || !entry.startsWith(slot.prefix)) return false;
    return !this.slots.some(({ prefix }) => prefix.length > slot.prefix.length && entry.startsWith(prefix));
  }
}

const trigrams = (word: string): ReadonlySet<string> => {
  const letters = [...`  ${word} `];
  return new Set(letters.slice(2).map((_, i) => letters.slice(i, i + 3).join('')));
};

/** 2 |A and B| / (|A| + |B|) of the letter trigrams of "  word ": 1 for equal words, 0 for words with nothing in common. */
export function diceCoefficient(a: string, b: string): number {
  const [first, second] = [trigrams(a), trigrams(b)];
  const common = [...first].filter((trigram) => second.has(trigram)).length;
  return (2 * common) / (first.size + second.size);
}
