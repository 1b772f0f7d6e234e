import { valueAt } from '../../../shared/platform/places.ts';
import { formatted } from '../cli/formatted.ts';
import { say, styled, tableOf } from '../cli/output.ts';
import { maxCalls } from './account.ts';
import type { Finding } from './findings.ts';
import type { Probed } from './probe.ts';
import { moduleOf, sourceOf } from './source.ts';

/** The contract as a module, which says what is to confirm. */
export async function contractText({
  proposal,
  findings,
}: Pick<Probed, 'proposal' | 'findings'>): Promise<string> {
  const sources = findings.flatMap(({ set, source }) =>
    source === undefined ? [] : [[set, source] as const],
  );
  // What was written by hand stays, and is confirmed.
  const isProposed = ({ line, set }: Finding) =>
    JSON.stringify(valueAt(proposal.settings, line)) === JSON.stringify(set);
  const remarks = findings.flatMap((finding) =>
    finding.certainty === 'to confirm' && isProposed(finding)
      ? [[finding.line, `to confirm: ${finding.why}`] as const]
      : [],
  );
  return formatted(moduleOf(proposal.settings, { sources: new Map(sources), remarks: new Map(remarks) }));
}

/** Where a field was found, as it is written in the contract. */
export function placeIn({ set, source }: Finding): string {
  if (set === undefined) return '';
  return typeof set === 'string'
    ? set || 'the answer itself'
    : (source ?? sourceOf(set).replace(/\s+/g, ' '));
}

/** Prints what was found, what is left to do, and the contract's text. */
export function report(probed: Probed, contract: string, showsValues: boolean): void {
  const { findings, proposal, complaints, calls, stopped } = probed;
  if (stopped !== undefined) say(styled('red', stopped));
  if (calls > 0)
    say(
      `${calls} calls; ${count(findings, 'sure')} sure, ${count(findings, 'to confirm')} to confirm, ${count(findings, 'not found')} not found.`,
    );
  if (calls >= maxCalls)
    say(
      'All calls were used, and not all was asked: write the paths that are sure into the configuration, and probe again.',
    );
  say();
  const columns = [
    { title: 'Field' },
    { title: 'Where', most: 40 },
    { title: 'Certainty' },
    { title: 'Why', most: 60 },
    ...(showsValues ? [{ title: 'Value', most: 30 }] : []),
  ];
  const rows = findings.map((finding) => [
    finding.line,
    placeIn(finding),
    finding.certainty,
    finding.why,
    ...(showsValues && finding.shown !== undefined ? [JSON.stringify(finding.shown)] : []),
  ]);
  for (const line of tableOf(columns, rows)) say(line);
  say();
  if (complaints.length > 0) {
    say(styled('bold', 'With these lines, the flows would still not understand:'));
    for (const complaint of complaints) say(`  ${complaint}`);
    say();
  }
  if (Object.keys(proposal.settings).length === 0)
    say('Nothing differs from what is assumed: there is no line to write.');
  else {
    say(styled('bold', 'The contract, where it differs from what is assumed:'));
    say(contract);
  }
}

function count(findings: readonly Finding[], certainty: Finding['certainty']): number {
  return findings.filter((finding) => finding.certainty === certainty).length;
}

/** What no answer to a question tells. */
export const unseen = [
  'what a create takes, and how it answers a number that exists already: ask Azumuta, then try it on a test article with --create',
  'how triggers name what they carry: complete a test order; a call that cannot be read becomes a dead letter that names its fields',
  'how an error in a 200 is told (error.at), which words of a step mean in order (okResults), and which steps name a person (personalStepTypes)',
];
