import * as z from 'zod/mini';
import type { AlertState, FailingChannel, OutboxMessage } from '../ledger/records/alerts.ts';
import { localMinute } from '../model/time.ts';
import { mapConcurrently } from '../platform/map-concurrently.ts';
import { groupOf } from '../situation/read.ts';
import { type Alert, outgoingSchema } from './alert.ts';
import { channelsOf, sendToChannel } from './channels/channels.ts';
import { plantAndStage, stackOption } from './compose.ts';
import type { AlertDependencies, ChannelName } from './dependencies.ts';
import * as texts from './english.ts';

/** Messages of one run to one channel: the others wait for the next run, five minutes later. */
const maxMessages = 50;
/** What has waited longer than this is summed up, if it is more than a few messages. */
const summedUpAfterMs = 3_600_000;
const mostLateSentSingly = 3;
const maxMissed = 500;

/**
 * Sends what waits in the outbox to each channel independently: one that hangs or refuses does not delay the others, and
 * gets the rest at a later run.
 * @param mayGoOn False once the run has too little time left for another call.
 * @returns The channels that fail.
 */
export async function deliverOutbox(
  dependencies: AlertDependencies,
  before: AlertState['failing'],
  mayGoOn: () => boolean,
): Promise<AlertState['failing']> {
  const { log } = dependencies;
  const failing: Record<string, FailingChannel> = {};
  let undelivered = 0;
  const channels = channelsOf(dependencies);
  await mapConcurrently(channels, channels.length, async (channel) => {
    const { left, failed } = await toChannel(channel, dependencies, before[channel], mayGoOn);
    undelivered += left;
    if (failed) failing[channel] = failed;
  });
  const fields = { messages: undelivered, channels: Object.keys(failing).join(', ') };
  if (undelivered > 0) log.warn('Alerts wait to be delivered', fields, { AlertsUndelivered: undelivered });
  return failing;
}

/**
 * Sends the oldest messages first, and records each delivery before the next one. A message comes twice when a run dies
 * between the channel's answer and that record, or when the answer is lost. Then both have the same id.
 */
async function toChannel(
  channel: ChannelName,
  dependencies: AlertDependencies,
  before: FailingChannel | undefined,
  mayGoOn: () => boolean,
): Promise<{ readonly left: number; readonly failed?: FailingChannel | undefined }> {
  const { clock, log, ledger } = dependencies;
  const now = clock.now();
  const entries = await ledger.alerts.listWaiting(channel, before ? maxMissed : maxMessages);
  let left = entries.length;
  if ((before?.notBefore ?? 0) > now.getTime()) return { left, failed: before };
  let failed: FailingChannel | undefined;
  for (const { message, entries: covered } of deliveriesOf(channel, entries, dependencies)) {
    if (!mayGoOn()) break;
    const failure = await sendToChannel(dependencies, channel, message);
    if (!failure) {
      for (const entry of covered) await ledger.alerts.markDelivered(entry);
      left -= covered.length;
      continue;
    }
    const { problem, afterSeconds, ofMessage } = failure;
    log.warn('A message was not delivered', { channel, problem, messageId: covered[0]?.id });
    const notBefore = afterSeconds === undefined ? undefined : now.getTime() + afterSeconds * 1000;
    failed = { since: before?.since ?? now.toISOString(), problem, notBefore };
    if (!ofMessage) break;
    for (const entry of covered) if (!entry.refused) await ledger.alerts.markRefused(entry);
  }
  return { left, failed };
}

/**
 * What has waited for long is one message, and so are the mails about a day, of which only the last is still of use.
 * @returns Each message, and the ones of the outbox that it stands for.
 */
function deliveriesOf(
  channel: ChannelName,
  waiting: readonly OutboxMessage[],
  dependencies: AlertDependencies,
) {
  const each = waiting.flatMap((entry) => {
    const message = z.safeParse(outgoingSchema, JSON.parse(entry.body));
    // After a rollback it may be a message of the newer version: it waits for that one, or expires.
    return message.success ? [{ entry, message: message.data, entries: [entry] }] : [];
  });
  if (channel === 'morning-mail') {
    const last = each.toSorted((a, b) => Number(a.entry.id) - Number(b.entry.id)).at(-1);
    return last ? [{ ...last, entries: waiting }] : [];
  }
  const now = dependencies.clock.now();
  const late = each.flatMap(({ entry, message }) => {
    const isLate = !('text' in message) && now.getTime() - Date.parse(message.at) > summedUpAfterMs;
    return isLate && !entry.refused ? [{ entry, message }] : [];
  });
  const [first, ...others] = late;
  if (!first || others.length < mostLateSentSingly) return each.slice(0, maxMessages);
  const missed = [first.message, ...others.map(({ message }) => message)] as const;
  const entries = late.map(({ entry }) => entry);
  const summary = { message: sumUp(missed, now, dependencies), entries };
  return [summary, ...each.filter(({ entry }) => !entries.includes(entry)).slice(0, maxMessages)];
}

const mostTitlesNamed = 10;

/**
 * One message for all that a channel has missed: what is open of it, by the last message about each group. That channels take
 * no messages is none of it: this one does, and the next message says it of all.
 */
export function sumUp(
  missed: readonly [Alert, ...Alert[]],
  now: Date,
  { stack, timeZone, linkTo }: AlertDependencies,
): Alert {
  const [first] = missed;
  const last = missed.at(-1) ?? first;
  const byGroup = Map.groupBy(missed, ({ partner = 'erp', ...of }) => groupOf({ ...of, partner }));
  const latest = [...byGroup.values()]
    .flatMap((alerts) => alerts.at(-1) ?? [])
    .filter(({ kind }) => kind !== 'channel-down');
  const open = latest.filter(({ event }) => event !== 'over');
  const named = open
    .slice(0, mostTitlesNamed)
    .map(({ title }) =>
      title.slice(plantAndStage(stack).length + 2).replace(texts.eventPrefixes.reminder, ''),
    );
  const [from = '', to = ''] = [first, last].map(({ at }) => localMinute(at, timeZone));
  return {
    v: 1,
    id: `${first.id}-${last.id}`,
    stack,
    at: now.toISOString(),
    event: 'missed',
    kind: 'missed',
    since: first.at,
    count: missed.length,
    troubles: [],
    title: `${plantAndStage(stack)}: ${texts.missedTitle(missed.length, from, to)}`,
    summary: texts.missedSummary(named, open.length - named.length, latest.length - open.length),
    command: `npm run alert -- ${stackOption(stack)}`,
    link: linkTo?.({ page: 'today' }),
  };
}
