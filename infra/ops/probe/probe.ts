import { type AzumutaContract, contractSchema, defaultContract } from '../../../shared/azumuta/contract.ts';
import { isRecord } from '../../../shared/platform/json.ts';
import { parse } from '../../../shared/platform/validation.ts';
import { Account, type AccountOptions, Stopped } from './account.ts';
import { sourceOf } from './contract-text.ts';
import { Explorer } from './explore.ts';
import type { FieldFinding } from './recognise/findings.ts';
import { preferOwnLines } from './recognise/own-lines.ts';
import { recogniseFields } from './recognise/recognise.ts';
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
  const recognised = recogniseFields(explorer.resources, seen, clock.now());
  const findings = preferOwnLines([...explorer.findings, ...recognised], contract, explorer.resources, seen);
  return { findings, settings: proposeSettings(contract, findings), calls: account.calls, stopped };
}

type Settings = Readonly<Record<string, unknown>>;

/** The configuration replaces these as a whole. */
const whole = new Set(['query', 'body']);

export function flattenContract(contract: Settings, start = ''): [line: string, value: unknown][] {
  return Object.entries(contract).flatMap(([name, value]) =>
    isRecord(value) && !whole.has(name)
      ? flattenContract(value, `${start}${name}.`)
      : [[start + name, value]],
  );
}

const assumedLines = new Map(flattenContract(defaultContract));

/**
 * The lines in which the contract of the configuration, with what was found, differs from what is assumed. What the
 * configuration says is kept, as somebody may have written it: the remarks name where something else is sure.
 */
export function proposeSettings(current: AzumutaContract, findings: readonly FieldFinding[]): Settings {
  const isOther = ([line, value]: [string, unknown]) => sourceOf(value) !== sourceOf(assumedLines.get(line));
  const lines = new Map(flattenContract(current).filter(isOther));
  for (const { line, set } of findings) {
    const known = assumedLines.get(line);
    // The contract may have it in its list of places or words already.
    const isKnown = Array.isArray(known) && [set].flat().every((each) => known.includes(each));
    const isNew = set !== undefined && !isKnown && !lines.has(line);
    if (isNew) lines.set(line, set);
  }
  // Names of triggers are added to those that are assumed.
  const added = ([line, value]: [string, unknown]): [string, unknown] =>
    line.startsWith('trigger.') && Array.isArray(value)
      ? [line, value.filter((each) => ![assumedLines.get(line)].flat().includes(each))]
      : [line, value];
  const settings = [...lines].filter(isOther).map(added).reduce<Settings>(withLine, {});
  const parsed = parse(contractSchema, settings);
  if (!parsed.ok) throw new Error(`The proposal is no contract: ${JSON.stringify(parsed.mismatches)}`);
  return settings;
}

/** Settings with one more line, `productOrder.number`. */
function withLine(settings: Settings, [line, value]: readonly [string, unknown]): Settings {
  const [name = '', ...rest] = line.split('.');
  if (rest.length === 0) return { ...settings, [name]: value };
  return { ...settings, [name]: withLine(Object(settings[name]), [rest.join('.'), value]) };
}
