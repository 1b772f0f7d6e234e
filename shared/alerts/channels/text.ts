import { localTime } from '../../model/time.ts';
import type { Alert, ToldTrouble } from '../alert.ts';

/** A trouble in lines: the order, the reason, the next step, the command. */
export function troubleLines(
  { order, article, quantity, since, why, next, command }: ToldTrouble,
  timeZone: string,
): string[] {
  const head = [
    order || 'no order is known',
    ...(article === undefined ? [] : [`article ${article}`]),
    ...(quantity === undefined ? [] : [quantity]),
    `since ${localTime(new Date(since), timeZone).slice(0, -3)}`,
  ];
  return [head.join(' · '), `Why: ${why}`, `Next: ${next}`, `Type: ${command}`];
}

/** The line after the listed troubles, if there are more. */
export function restLine({ count, troubles, command }: Alert): string | undefined {
  const more = count - troubles.length;
  if (troubles.length === 0) return `Type: ${command}`;
  return more > 0 ? `… and ${more.toLocaleString('en-US')} more: ${command}` : undefined;
}

export function textOf(alert: Alert, timeZone: string): string {
  const rest = alert.event === 'over' && alert.kind !== 'partner-down' ? undefined : restLine(alert);
  return [
    alert.title,
    alert.summary,
    ...alert.troubles.map((trouble) => troubleLines(trouble, timeZone).join('\n   ')),
    ...(rest === undefined ? [] : [rest]),
    `${alert.stack} · ${localTime(new Date(alert.at), timeZone)} (${timeZone})`,
  ].join('\n\n');
}

/**
 * SNS accepts a subject of less than 100 characters without line breaks or control characters. Older pages of its
 * reference say ASCII only, so other characters are replaced.
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export function subjectOf(title: string): string {
  const ascii = title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]+/gu, '?')
    .trim();
  return ascii.length < 100 ? ascii : `${ascii.slice(0, 96)}...`;
}
