import { defaultContract } from '../../../shared/azumuta/contract.ts';
import { valueAt } from '../../../shared/platform/places.ts';
import { linesOf, styled, tableOf } from '../cli/output.ts';
import { moduleOf, sourceOf } from './contract-text.ts';
import type { Probed } from './probe.ts';
import type { Finding } from './recognise/findings.ts';

/** Lines by which something wrong is booked come first, then those by which something is missed. */
const wrongFirst = ['step.value', 'recording.steps', 'step.name', 'productOrder.status', 'completedStatuses'];
const thenMissed = ['productOrder.', 'parameter.', 'recording', 'operations.', 'list.'];

/** The contract as a module, not formatted, with whatever somebody must confirm, could not be seen, or is told otherwise. */
export function contractModule({ settings, findings }: Pick<Probed, 'settings' | 'findings'>): string {
  const rankOf = ({ line }: Finding) =>
    [...wrongFirst, ...thenMissed].findIndex((start) => line.startsWith(start)) >>> 0;
  const remarks = findings
    .toSorted((a, b) => rankOf(a) - rankOf(b))
    .flatMap(({ line, set, certainty, why }) => {
      if (set === undefined) return `${line}: ${certainty}: ${why}`;
      const own = valueAt(settings, line) ?? valueAt(defaultContract, line);
      const isOther = certainty === 'sure' && sourceOf(own) !== sourceOf(set);
      if (isOther) return `${line}: the configuration's line stays, but ${placeIn(set)} is sure: ${why}`;
      return certainty === 'sure' ? [] : `${line}: ${placeIn(set)} is to confirm: ${why}`;
    });
  return moduleOf(settings, [...remarks, ...cannotBeRead]);
}

export function placeIn(set: unknown): string | undefined {
  if (set === undefined) return undefined;
  return typeof set === 'string' ? set || 'the answer itself' : sourceOf(set).replace(/\s+/g, ' ');
}

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

export const cannotBeRead = [
  "what a create takes and answers, and how it answers a number that exists already (operations.createProductOrder, createdProductOrder): write it from the page of Azumuta's API",
  'where a recording lists the components that were used (recording.components, component), if your mapping takes them from there, and the limits of a step (step.min, step.max)',
  'the names of the fields of a trigger (trigger): complete a test order; a call that cannot be read becomes a dead letter that lists its fields',
  'where a 200 says that it is an error (error.at), which words of a step mean in order (okResults), which steps name a person (personalStepTypes), and in which language names are read where there are several (language)',
];
