import { valueAt } from '../../../shared/platform/places.ts';
import { linesOf, styled, tableOf } from '../cli/output.ts';
import { moduleOf, sourceOf } from './contract-text.ts';
import type { Probed } from './probe.ts';
import type { Finding } from './recognise/findings.ts';

/** The contract as a module, not formatted: it says which lines somebody must confirm, and which could not be seen. */
export function contractModule({ settings, findings }: Pick<Probed, 'settings' | 'findings'>): string {
  const remarks = new Map<string, string>();
  // A line that was written by hand stays, and needs no confirmation.
  for (const { line, set, certainty, why } of findings)
    if (certainty === 'to confirm' && JSON.stringify(valueAt(settings, line)) === JSON.stringify(set))
      remarks.set(line, `to confirm: ${why}`);
  const missing = findings.filter(({ certainty }) => certainty === 'not found');
  return moduleOf(settings, remarks, [...missing.map(({ line, why }) => `${line}: ${why}`), ...cannotBeRead]);
}

/** The place of a field, as it is written in the contract. */
export function placeIn(set: unknown): string | undefined {
  if (set === undefined) return undefined;
  return typeof set === 'string' ? set || 'the answer itself' : sourceOf(set).replace(/\s+/g, ' ');
}

/** What was found, and the contract's text, in lines. */
export function reportLines(probed: Probed, contract: string, showsValues: boolean): string[] {
  const { findings, settings, calls, stopped } = probed;
  const count = (certainty: Finding['certainty']) =>
    `${findings.filter((finding) => finding.certainty === certainty).length} ${certainty}`;
  const where = { title: 'Where', most: 40 };
  const columns = [{ title: 'Field' }, where, { title: 'Certainty' }, { title: 'Why', most: 60 }];
  if (showsValues) columns.push({ title: 'Value', most: 30 });
  const rows = findings.map(({ line, set, certainty, why, shown }) => {
    return [line, placeIn(set) ?? '', certainty, why, JSON.stringify(shown) ?? ''];
  });
  const differs = Object.keys(settings).length > 0;
  return linesOf(
    stopped !== undefined && styled('red', stopped),
    calls > 0 && `${calls} calls; ${count('sure')}, ${count('to confirm')}, ${count('not found')}.`,
    ['', ...tableOf(columns, rows), ''],
    differs
      ? [styled('bold', 'The contract, where it differs from what is assumed:'), contract]
      : 'Nothing differs from what is assumed: there is no line to write.',
  );
}

/** What reading cannot show. */
export const cannotBeRead = [
  "what a create takes and answers, and how it answers a number that exists already (operations.createProductOrder, createdProductOrder): write it from the page of Azumuta's API",
  'the names of the fields of a trigger (trigger): complete a test order; a call that cannot be read becomes a dead letter that lists its fields',
  'where a 200 says that it is an error (error.at), which words of a step mean in order (okResults), which steps name a person (personalStepTypes), and in which language names are read where there are several (language)',
];
