import { localTime } from '../../model/time.ts';
import type { Alert, ToldTrouble } from '../alert.ts';

/** An alert below its title, as paragraphs of lines for every channel; those about one trouble have several lines. */
export function paragraphsOf(alert: Alert, timeZone: string): string[][] {
  const { summary, troubles, stack, at } = alert;
  return [
    [summary],
    ...troubles.map((trouble) => troubleLines(trouble, timeZone)),
    ...restOf(alert).map((line) => [line]),
    [`${stack} · ${localTime(new Date(at), timeZone)} (${timeZone})`],
  ];
}

/** The order, the reason, the next step, the command. */
function troubleLines(
  { order, article, quantity, since, why, next, command }: ToldTrouble,
  timeZone: string,
): string[] {
  const from = `since ${localTime(new Date(since), timeZone).slice(0, -3)}`;
  const head = [order || 'no order is known', article && `article ${article}`, quantity, from];
  return [
    head.filter((part) => part !== undefined).join(' · '),
    `Why: ${why}`,
    `Next: ${next}`,
    `Type: ${command}`,
  ];
}

function restOf({ event, count, troubles, command }: Alert): string[] {
  if (troubles.length === 0) return event === 'over' ? [] : [`Type: ${command}`];
  const more = count - troubles.length;
  return more > 0 ? [`… and ${more.toLocaleString('en-US')} more: ${command}`] : [];
}

export function textOf(alert: Alert, timeZone: string): string {
  const paragraphs = paragraphsOf(alert, timeZone).map((lines) => lines.join('\n   '));
  return [alert.title, ...paragraphs].join('\n\n');
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
