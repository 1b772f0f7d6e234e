import { type AzumutaContract, contractSchema, defaultContract } from '../../../shared/azumuta/contract.ts';
import { valueAt } from '../../../shared/platform/places.ts';
import { parse } from '../../../shared/platform/validation.ts';
import type { Finding } from './recognise/findings.ts';
import { isObject } from './recognise/json-nodes.ts';

export type Settings = Readonly<Record<string, unknown>>;

export interface Proposal {
  readonly contract: AzumutaContract;
  /** Only what differs from what is assumed. */
  readonly settings: Settings;
}

/**
 * The contract of the configuration with what was found. Lines that somebody wrote by hand stay, except where something
 * else is sure.
 */
export function proposalOf(current: AzumutaContract, findings: readonly Finding[]): Proposal {
  const own = differing(current, defaultContract);
  const settings = findings.reduce((made, { line, set, certainty }) => {
    const isOwn = valueAt(own, line) !== undefined;
    const stays =
      set === undefined || (isOwn && certainty !== 'sure') || isKnown(valueAt(current, line), set);
    return stays ? made : withLine(made, line, set);
  }, own);
  const parsed = parse(contractSchema, settings);
  if (!parsed.ok) throw new Error(`The proposal is no contract: ${JSON.stringify(parsed.mismatches)}`);
  return { contract: parsed.value, settings: differing(parsed.value, defaultContract) };
}

/** Whether the contract has it in its list of places or words already. */
function isKnown(current: unknown, set: unknown): boolean {
  return Array.isArray(current) && [set].flat().every((each) => current.includes(each));
}

/** Settings with one more line, `productOrder.number`. */
export function withLine(settings: Settings, line: string, set: unknown): Settings {
  const [name = '', ...rest] = line.split('.');
  if (rest.length === 0) return { ...settings, [name]: set };
  const inner = settings[name];
  return { ...settings, [name]: withLine(isObject(inner) ? { ...inner } : {}, rest.join('.'), set) };
}

/** The configuration replaces these as a whole. */
const whole = new Set(['query', 'body']);

/** The lines in which a contract differs from another. */
function differing(contract: object, other: object): Settings {
  return Object.fromEntries(
    Object.entries(contract).flatMap(([name, value]): [string, unknown][] => {
      const assumed: unknown = Reflect.get(other, name);
      if (isSame(value, assumed)) return [];
      if (isObject(value) && isObject(assumed) && !whole.has(name))
        return [[name, differing(value, assumed)]];
      // Names of triggers are added to those that are assumed.
      const isAdded = other === defaultContract.trigger && Array.isArray(value) && Array.isArray(assumed);
      return [[name, isAdded ? value.filter((each) => !assumed.includes(each)) : value]];
    }),
  );
}

function isSame(one: unknown, other: unknown): boolean {
  if (typeof one === 'function' || typeof other === 'function') return one === other;
  return JSON.stringify(one) === JSON.stringify(other);
}
