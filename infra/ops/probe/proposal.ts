import { type AzumutaContract, contractSchema, defaultContract } from '../../../shared/azumuta/contract.ts';
import { parse } from '../../../shared/platform/validation.ts';
import type { Finding } from './findings.ts';
import { isObject } from './spots.ts';

export type Settings = Readonly<Record<string, unknown>>;

export interface Proposal {
  readonly contract: AzumutaContract;
  /** Only what differs from what is assumed. */
  readonly settings: Settings;
}

/**
 * The contract of the configuration with what was found. What somebody wrote by hand stays, but for what is sure to
 * be otherwise.
 */
export function proposalOf(current: AzumutaContract, findings: readonly Finding[]): Proposal {
  const own = differing(current, defaultContract);
  const settings = findings.reduce((made, { line, set, certainty }) => {
    const names = line.split('.');
    const isOwn = at(own, names) !== undefined;
    return set === undefined || (isOwn && certainty !== 'sure') || isKnown(at(current, names), set)
      ? made
      : withLine(made, names, set);
  }, own);
  const parsed = parse(contractSchema, settings);
  if (!parsed.ok) throw new Error(`The proposal is no contract: ${JSON.stringify(parsed.mismatches)}`);
  return { contract: parsed.value, settings: differing(parsed.value, defaultContract) };
}

/** Whether it is among the places, or words, that are looked at already. */
function isKnown(current: unknown, set: unknown): boolean {
  return Array.isArray(current) && [set].flat().every((each) => current.includes(each));
}

function at(settings: unknown, names: readonly string[]): unknown {
  return names.reduce(
    (value: unknown, name) => (isObject(value) ? Reflect.get(value, name) : undefined),
    settings,
  );
}

/** Settings with one more line, `productOrder.number`. */
export function withLine(
  settings: Settings,
  [name = '', ...rest]: readonly string[],
  set: unknown,
): Settings {
  if (rest.length === 0) return { ...settings, [name]: set };
  const below = settings[name];
  return { ...settings, [name]: withLine(isObject(below) ? { ...below } : {}, rest, set) };
}

/** Taken as a whole, as the configuration does. */
const whole = new Set(['query', 'body']);

/** What a contract says otherwise than another. */
export function differing(contract: object, other: object): Settings {
  return Object.fromEntries(
    Object.entries(contract).flatMap(([name, value]): [string, unknown][] => {
      const assumed: unknown = Reflect.get(other, name);
      if (same(value, assumed)) return [];
      if (isObject(value) && isObject(assumed) && !whole.has(name))
        return [[name, differing(value, assumed)]];
      // Names of triggers are added to those that are assumed.
      const isAdded = other === defaultContract.trigger && Array.isArray(value) && Array.isArray(assumed);
      return [[name, isAdded ? value.filter((each) => !assumed.includes(each)) : value]];
    }),
  );
}

function same(one: unknown, other: unknown): boolean {
  if (typeof one === 'function' || typeof other === 'function') return one === other;
  return JSON.stringify(one) === JSON.stringify(other);
}
