import * as z from 'zod/mini';
import type { AlertState, FailingChannel } from '../ledger/records/alerts.ts';
import { mapConcurrently } from '../platform/map-concurrently.ts';
import { outgoingSchema } from './alert.ts';
import { allChannels, send } from './channels/channels.ts';
import type { AlertDependencies, ChannelName } from './dependencies.ts';

/** Messages of one run to one channel: the others wait for the next run, five minutes later. */
const maxMessages = 50;

/**
 * Sends what waits in the outbox to each channel independently: one that hangs or refuses does not delay the others, and
 * gets the rest at a later run.
 * @param mayGoOn False once the run has too little time left for another call.
 * @returns The channels that fail.
 */
export async function deliver(
  dependencies: AlertDependencies,
  before: AlertState['failing'],
  mayGoOn: () => boolean,
): Promise<AlertState['failing']> {
  const channels = allChannels(dependencies);
  const ended = await mapConcurrently(channels, channels.length, async (channel) => ({
    channel,
    ...(await toChannel(dependencies, channel, before[channel], mayGoOn)),
  }));
  const undelivered = ended.reduce((sum, { waiting }) => sum + waiting, 0);
  const failing = Object.fromEntries(
    ended.flatMap((each) => (each.failing ? [[each.channel, each.failing]] : [])),
  );
  const fields = { messages: undelivered, channels: Object.keys(failing).join(', ') };
  if (undelivered > 0)
    dependencies.log.warn('Alerts wait to be delivered', fields, { AlertsUndelivered: undelivered });
  return failing;
}

/**
 * Sends the oldest messages first, and records each delivery before the next one. A message comes twice when a run dies
 * between the channel's answer and that record, or when the answer is lost. Then both have the same id.
 * @returns How many of them still wait, and why the channel fails.
 */
async function toChannel(
  dependencies: AlertDependencies,
  channel: ChannelName,
  before: FailingChannel | undefined,
  mayGoOn: () => boolean,
): Promise<{ readonly waiting: number; readonly failing?: FailingChannel | undefined }> {
  const { clock, log } = dependencies;
  const { alerts } = dependencies.ledger;
  const now = clock.now();
  const entries = await alerts.waiting(channel, maxMessages);
  let waiting = entries.length;
  if ((before?.notBefore ?? 0) > now.getTime()) return { waiting, failing: before };
  let failing: FailingChannel | undefined;
  for (const entry of entries) {
    if (!mayGoOn()) break;
    const message = z.safeParse(outgoingSchema, JSON.parse(entry.body));
    // After a rollback it may be a message of the newer version: it waits for that one, or expires.
    if (!message.success) continue;
    const failure = await send(dependencies, channel, message.data);
    if (!failure) {
      await alerts.markDelivered(entry);
      waiting -= 1;
      continue;
    }
    const { problem, afterSeconds, ofMessage } = failure;
    log.warn('A message was not delivered', { channel, problem, messageId: entry.id });
    const notBefore = afterSeconds === undefined ? undefined : now.getTime() + afterSeconds * 1000;
    failing = { since: before?.since ?? now.toISOString(), problem, notBefore };
    if (!ofMessage) break;
  }
  return { waiting, failing };
}
