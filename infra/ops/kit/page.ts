import { describeSetting, sourceOf } from '../probe/contract-text.ts';
import { proposeSettings } from '../probe/probe.ts';
import { findingsSeen, type KitEvidence } from './evidence.ts';
import type { KitVerdict } from './judge.ts';
import { madeByKit } from './talk.ts';
import { triggersRefused } from './trigger-listener.ts';

/** `27 assumptions: 19 hold, 4 differ, 3 not seen, 1 for Azumuta to say.` */
export function verdictSentence(verdicts: readonly KitVerdict[]): string {
  const count = (is: KitVerdict['is']) => verdicts.filter((one) => one.is === is).length;
  return `${verdicts.length} assumptions: ${count('holds')} hold, ${count('differs')} differ, ${count('not seen')} not seen, ${count('for Azumuta')} for Azumuta to say.`;
}

/** What is left in the account, by number and link. */
export function toRemove(seen: KitEvidence): string[] {
  const isDeleted = seen.shown.deleted !== undefined && [404, 410].includes(seen.shown.deleted.status);
  const made = madeByKit(seen).slice(isDeleted ? 1 : 0);
  return made.map(({ number, link }) => (link === undefined ? number : `${number}: ${link}`));
}

/** One page for whoever writes the configuration. It repeats nothing that was recorded. */
export function pageOfKit(seen: KitEvidence, verdicts: readonly KitVerdict[]): string {
  const of = (is: KitVerdict['is']) => verdicts.filter((one) => one.is === is);
  const findings = findingsSeen(seen);
  const differing = of('differs').flatMap(({ sentence, lines }) => [
    `- ${sentence}`,
    ...lines.map(({ line, set, why }) => {
      const where = set === undefined ? '' : ` → \`${describeSetting(set)}\``;
      return `  - \`${line}\`${where}: ${why}`;
    }),
  ]);
  const left = toRemove(seen);
  return [
    `# ${seen.names.number}`,
    '',
    verdictSentence(verdicts),
    ...(seen.stopped === undefined ? [] : ['', `It ended early: ${seen.stopped}`]),
    '',
    '## What differs',
    '',
    ...(differing.length > 0 ? differing : ['Nothing that was seen.']),
    '',
    '## The lines of azumuta.contract',
    '',
    '```ts',
    `azumuta: { contract: ${sourceOf(proposeSettings(seen.contract, findings))} },`,
    '```',
    '',
    '## What was not seen',
    '',
    ...of('not seen').map(({ sentence, why }) => `- ${sentence} (${why})`),
    '',
    '## What only Azumuta can say',
    '',
    ...of('for Azumuta').map(({ sentence, why }) => `- ${sentence} (${why})`),
    '',
    '## What holds',
    '',
    ...of('holds').map(({ sentence }) => `- ${sentence}`),
    '',
    '## Triggers',
    '',
    ...triggerLines(seen),
    '',
    '## What to remove in Azumuta',
    '',
    ...(left.length > 0 ? left.map((one) => `- ${one}`) : ['Nothing.']),
    '',
  ].join('\n');
}

function triggerLines({ triggers }: KitEvidence): string[] {
  if (triggers.length === 0) return ['None came.'];
  const lines = triggers.map(({ method, ms, answered, parsed }, at) => {
    const how = answered === undefined ? 'pasted' : `answered with ${answered}`;
    const readable = parsed.ok ? 'read' : `not read: ${parsed.reason}`;
    return `- ${at + 1}: ${method}, ${Math.round(ms / 1000)} s after the step began, ${how}, ${readable}`;
  });
  const arrived = triggers.filter(({ answered }) => answered !== undefined);
  const isRetried = arrived.length > triggersRefused;
  const note = isRetried
    ? 'It was sent again after a 503.'
    : `It was sent ${arrived.length} times: not again after ${triggersRefused} answers with 503, as far as the kit has waited.`;
  return arrived.length === 0 ? lines : [...lines, note];
}
