import type { AlertRecords, AlertState, FailingChannel, OutboxEntry } from '../ledger/records/alerts.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { outgoingSchema } from './alert.ts';
import { type ChannelName, type Channels, channelWords } from './channels/channels.ts';

export interface DeliverDependencies {
  readonly records: AlertRecords;
  readonly channels: Channels;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Messages of one run: the others wait for the next, five minutes later. */
const maxMessages = 50;

/**
 * Sends what waits in the outbox, the oldest first, each channel by itself: one that hangs or refuses holds up no other,
 * and gets the rest at a later run. What a channel has is noted before its next message is sent.
 *
 * A message comes twice where a run dies between a channel's answer and that note, or where the answer is lost: it bears
 * the same id then.
 * @param mayGoOn False once too little of the run is left for another call.
 * @returns How the channels stand, and how many messages somebody still waits for.
 */
export async function deliver(
  state: AlertState,
  mayGoOn: () => boolean,
  { records, channels, clock, log }: DeliverDependencies,
): Promise<{ readonly failing: AlertState['failing']; readonly undelivered: number }> {
  const waiting = await records.waiting(state, maxMessages);
  const left = new Map(waiting.map(({ id, channels: to }) => [id, to.length]));
  const failing: Record<string, FailingChannel> = {};

  async function toChannel(channel: string): Promise<void> {
    const before = state.failing[channel];
    const now = clock.now().getTime();
    if (before?.notBefore !== undefined && before.notBefore > now) {
      failing[channel] = before;
      return;
    }
    for (const entry of waiting.filter(({ channels: to }) => to.includes(channel))) {
      if (!mayGoOn()) return;
      const delivery = await sendOne(channel, entry, channels);
      if (delivery.delivered) {
        const others = (left.get(entry.id) ?? 1) - 1;
        left.set(entry.id, others);
        await records.delivered(entry.id, channel, others);
        continue;
      }
      const { problem, afterSeconds, ofMessage } = delivery;
      log.warn('A message was not delivered', { channel, problem, messageId: entry.id });
      failing[channel] = {
        since: before?.since ?? clock.now().toISOString(),
        problem,
        ...(afterSeconds === undefined ? {} : { notBefore: now + afterSeconds * 1000 }),
      };
      if (!ofMessage) return;
    }
  }

  await Promise.all([...new Set(waiting.flatMap(({ channels: to }) => to))].map(toChannel));
  const undelivered = [...left.values()].filter((channelsLeft) => channelsLeft > 0).length;
  if (undelivered > 0)
    log.warn(
      'Alerts wait to be delivered',
      { messages: undelivered, channels: Object.keys(failing).join(', ') },
      { AlertsUndelivered: undelivered },
    );
  return { failing, undelivered };
}

function sendOne(channel: string, { body }: OutboxEntry, channels: Channels) {
  // Written by this module's own version of the format, or one before it: only fields are added.
  const message = outgoingSchema.parse(JSON.parse(body));
  return channels.send(nameOf(channel), message);
}

/** What the configuration does not know any more is told as a channel that has no list. */
function nameOf(channel: string): ChannelName {
  const names = Object.keys(channelWords) as ChannelName[];
  return names.find((name) => name === channel) ?? 'morning-mail';
}
