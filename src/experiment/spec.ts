/** What defines a run, field by field: its default, what it may be, and where it goes. */
import type { ZodType } from 'zod';

/** Where one field of a spec goes. */
export interface FieldPlan<T> {
  readonly default: T;
  /** What a value from outside (a link, a store) must look like. */
  readonly schema: ZodType<T>;
  /** Travels in a link: always, never, or for some values only. */
  readonly share: boolean | ((value: T) => boolean);
  /** A change of it can be undone. */
  readonly history: boolean;
  /** The visitor's taste rather than the run's: kept on this machine. Never in a link, never undone. */
  readonly preference: boolean;
}

/**
 * The typed table of a lab. Write it `{ ... } satisfies SpecTable<MySpec>`: a field that was added to the spec does not compile
 * until it has been placed.
 */
export type SpecTable<S> = { readonly [K in keyof S]-?: FieldPlan<S[K]> };

/** Brings the fields of one version's links to the next version's. Must fill in defaults that changed in between. */
export type Migration = (fields: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** A lab's spec as the rest of `experiment/` uses it. */
export interface SpecPlan<S extends object> {
  /** The lab's route. */
  readonly lab: string;
  /** Of the links it writes, from 1. Goes up when a field changes its meaning, its name or its default. */
  readonly version: number;
  readonly fields: SpecTable<S>;
  /** `migrations[n - 1]` brings version n to n + 1. */
  readonly migrations: readonly Migration[];
}

/** @throws Error when the table contradicts itself: that is a mistake of ours, found by any test that imports the plan. */
export function defineSpec<S extends object>(plan: SpecPlan<S>): SpecPlan<S> {
  if (plan.migrations.length !== plan.version - 1) {
    throw new Error(
      `${plan.lab}: version ${plan.version} needs ${plan.version - 1} migrations, has ${plan.migrations.length}.`,
    );
  }
  for (const name of fieldNames(plan)) {
    const field = plan.fields[name];
    if (field.preference && (field.share !== false || field.history)) {
      throw new Error(`${plan.lab}: "${String(name)}" is a preference; it neither travels nor is undone.`);
    }
    if (!field.schema.safeParse(field.default).success) {
      throw new Error(`${plan.lab}: the default of "${String(name)}" does not pass its own schema.`);
    }
  }
  return plan;
}

export const fieldNames = <S extends object>(plan: SpecPlan<S>) => Object.keys(plan.fields) as (keyof S & string)[];

export const defaultsOf = <S extends object>(plan: SpecPlan<S>): S =>
  Object.fromEntries(fieldNames(plan).map((name) => [name, plan.fields[name].default])) as S;

/** True where the field's present value goes into a link. */
export function travels<T>(field: FieldPlan<T>, value: T): boolean {
  return typeof field.share === 'function' ? field.share(value) : field.share;
}

/** Equal as data: numbers, strings, booleans, null, arrays and plain objects of them. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key as keyof typeof a], b[key as keyof typeof b]))
  );
}
