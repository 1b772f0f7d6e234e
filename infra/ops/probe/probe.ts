import { type AzumutaContract, contractSchema, defaultContract } from '../../../shared/azumuta/contract.ts';
import { isRecord } from '../../../shared/platform/json.ts';
import { valueAt } from '../../../shared/platform/places.ts';
import { parse } from '../../../shared/platform/validation.ts';
import { Account, type AccountOptions, Stopped } from './account.ts';
import { Explorer } from './explore.ts';
import type { Finding } from './recognise/findings.ts';
import { recognise } from './recognise/recognise.ts';
import type { ScreenValues } from './screen-values.ts';

/** What the answers of an account show, and why it was not asked further, if something was left. */
export type Probed = Awaited<ReturnType<typeof probeAccount>>;

/** Asks a real account. Only reads, and uses another method than GET only where the configuration says so. */
export async function probeAccount(options: AccountOptions & { readonly seen: ScreenValues }) {
  const { contract, seen, clock } = options;
  const account = new Account(options);
  const explorer = new Explorer(account.ask, contract, seen);
  let stopped: string | undefined;
  try {
    await explorer.follow();
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    stopped = error.message;
  }
  const findings = [...explorer.findings, ...recognise(explorer.resources, seen, clock.now())];
  return { findings, settings: proposalOf(contract, findings), calls: account.calls, stopped };
}

type Settings = Readonly<Record<string, unknown>>;

/**
 * The lines in which the contract of the configuration, with what was found, differs from what is assumed. Lines that
 * somebody wrote by hand stay, except where something else is sure.
 */
export function proposalOf(current: AzumutaContract, findings: readonly Finding[]): Settings {
  const own = differing(current, defaultContract);
  const settings = findings.reduce((made, { line, set, certainty }) => {
    const isOwn = valueAt(own, line) !== undefined;
    const known = valueAt(current, line);
    // The contract may have it in its list of places or words already.
    const isKnown = Array.isArray(known) && [set].flat().every((each) => known.includes(each));
    const stays = set === undefined || (isOwn && certainty !== 'sure') || isKnown;
    return stays ? made : withLine(made, line, set);
  }, own);
  const parsed = parse(contractSchema, settings);
  if (!parsed.ok) throw new Error(`The proposal is no contract: ${JSON.stringify(parsed.mismatches)}`);
  return differing(parsed.value, defaultContract);
}

/** Settings with one more line, `productOrder.number`. */
function withLine(settings: Settings, line: string, set: unknown): Settings {
  const [name = '', ...rest] = line.split('.');
  if (rest.length === 0) return { ...settings, [name]: set };
  const inner = settings[name];
  return { ...settings, [name]: withLine(isRecord(inner) ? inner : {}, rest.join('.'), set) };
}

/** The configuration replaces these as a whole. */
const whole = new Set(['query', 'body']);

/** The lines in which a contract differs from another. */
function differing(contract: Settings, other: Settings): Settings {
  return Object.fromEntries(
    Object.entries(contract).flatMap(([name, value]): [string, unknown][] => {
      const assumed = other[name];
      // No function is assumed.
      if (typeof value !== 'function' && JSON.stringify(value) === JSON.stringify(assumed)) return [];
      if (isRecord(value) && isRecord(assumed) && !whole.has(name))
        return [[name, differing(value, assumed)]];
      // Names of triggers are added to those that are assumed.
      const isAdded = other === defaultContract.trigger && Array.isArray(value) && Array.isArray(assumed);
      return [[name, isAdded ? value.filter((each) => !assumed.includes(each)) : value]];
    }),
  );
}
