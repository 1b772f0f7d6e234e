import { oneLine, shorten } from '../model/text.ts';
import { startOfDay } from '../model/time.ts';
import { summarizeShadow } from '../situation/shadow.ts';
import { maxName } from '../situation/words.ts';
import type { AlertDependencies } from './dependencies.ts';
import * as texts from './english.ts';

/** Orders that differ and are named, at most. */
const maxDifferent = 20;
const maxReason = 200;

/** What the morning mail of a stack in shadow says of some days of the plant: what differs from what people did. */
export async function shadowLines(
  { ledger, timeZone }: Pick<AlertDependencies, 'ledger' | 'timeZone'>,
  days: { readonly first: string; readonly before: string },
): Promise<string[]> {
  const from = startOfDay(timeZone, days.first);
  const until = startOfDay(timeZone, days.before);
  const summary = summarizeShadow(await ledger.comparisons.listCompared(from, until));
  const { different } = summary;
  const named = different
    .slice(0, maxDifferent)
    .map(({ number, reasons }) => `· ${oneLine(number, maxName)}: ${shorten(reasons.join(' '), maxReason)}`);
  const more = different.length - named.length;
  return [
    texts.inShadowSays,
    '',
    texts.shadowInWords(summary),
    ...named,
    ...(more > 0 ? [texts.moreInShadow(more)] : []),
    ...(different.length > 0 ? ['', texts.correctMapping] : []),
  ];
}
