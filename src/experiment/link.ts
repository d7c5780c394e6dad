/**
 * A run as an address: `#/<lab>?s=<payload>`. The payload is base64url(deflate-raw(JSON)) of `[version, fields]`, with only
 * the fields that travel and differ from that version's defaults. Reading trusts nothing: a link is whatever anyone typed.
 */
import { deflate, fromBase64Url, inflate, toBase64Url } from './bytes';
import { defaultsOf, fieldNames, sameValue, travels, type SpecPlan } from './spec';

/** Longest payload that is looked at, in letters. */
export const MAX_PAYLOAD_LETTERS = 64 * 1024;
/** Longest JSON that may come out of one. */
export const MAX_JSON_BYTES = 512 * 1024;

export interface ReadSpec<S> {
  readonly spec: S;
  /** One sentence, for the visitor, for each thing that could not be taken from the link. */
  readonly notices: readonly string[];
}

/** The payload of a spec. */
export async function encodeSpec<S extends object>(plan: SpecPlan<S>, spec: S): Promise<string> {
  const fields = fieldNames(plan)
    .filter((name) => travels(plan.fields[name], spec[name]) && !sameValue(spec[name], plan.fields[name].default))
    .map((name) => [name, spec[name]] as const);
  const json = JSON.stringify([plan.version, Object.fromEntries(fields)]);
  return toBase64Url(await deflate(new TextEncoder().encode(json)));
}

/** Reads a payload. Never rejects: what is wrong or missing becomes the default, with a notice. */
export async function decodeSpec<S extends object>(plan: SpecPlan<S>, payload: string): Promise<ReadSpec<S>> {
  const defaults = defaultsOf(plan);
  const read = await readFields(plan, payload);
  if (typeof read === 'string') return { spec: defaults, notices: [read] };

  const notices = [...read.notices];
  const known = fieldNames(plan);
  const unknown = Object.keys(read.fields).filter((name) => !known.some((one) => one === name));
  if (unknown.length) notices.push(`The link sets what this page does not know; left out: ${quote(unknown)}.`);

  const accepted: Partial<S> = {};
  const refused: string[] = [];
  for (const name of known) {
    if (!Object.hasOwn(read.fields, name)) continue;
    const field = plan.fields[name];
    const parsed = field.schema.safeParse(read.fields[name]);
    if (parsed.success && travels(field, parsed.data)) accepted[name] = parsed.data;
    else refused.push(name);
  }
  if (refused.length)
    notices.push(`The link holds values that cannot be used; left at their defaults: ${quote(refused)}.`);
  return { spec: { ...defaults, ...accepted }, notices };
}

/** The whole address part. */
export async function linkOf<S extends object>(plan: SpecPlan<S>, spec: S): Promise<string> {
  return `#/${plan.lab}?s=${await encodeSpec(plan, spec)}`;
}

/** The lab and payload of an address part; null where it names no lab. */
export function parseLink(hash: string): { lab: string; payload: string | null } | null {
  const [, lab, query] = /^#\/([a-z][a-z-]*)(?:\?(.*))?$/s.exec(hash) ?? [];
  return lab === undefined ? null : { lab, payload: new URLSearchParams(query ?? '').get('s') };
}

/** Names from a link, short enough to show. */
const quote = (names: readonly string[]) =>
  names
    .slice(0, 5)
    .map((name) => `"${name.slice(0, 30)}"`)
    .join(', ') + (names.length > 5 ? ' and more' : '');

type Fields = Readonly<Record<string, unknown>>;

/** The payload's fields, brought to the present version; a sentence when nothing can be read. */
async function readFields<S extends object>(
  plan: SpecPlan<S>,
  payload: string,
): Promise<{ fields: Fields; notices: string[] } | string> {
  if (payload.length > MAX_PAYLOAD_LETTERS) return 'The link is too long to be one of ours; it was not read.';
  let content: unknown;
  try {
    const bytes = await inflate(fromBase64Url(payload), MAX_JSON_BYTES);
    content = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return 'The link is damaged or cut off; the page starts from its defaults.';
  }
  const [version, sent] = Array.isArray(content) ? (content as unknown[]) : [];
  if (!Number.isInteger(version) || (version as number) < 1 || !isRecord(sent)) {
    return 'The link is damaged; the page starts from its defaults.';
  }
  if ((version as number) > plan.version) {
    const newer = 'The link was made by a newer version of this page: what is known was taken over. Reload to update.';
    return { fields: sent, notices: [newer] };
  }
  try {
    const steps = plan.migrations.slice((version as number) - 1);
    return { fields: steps.reduce<Fields>((fields, migrate) => migrate(fields), sent), notices: [] };
  } catch {
    return `The link is of version ${String(version)} and could not be brought up to date; the page starts from its defaults.`;
  }
}

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
