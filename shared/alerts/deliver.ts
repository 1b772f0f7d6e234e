import * as z from 'zod/mini';
import type { AlertRecords, AlertState, FailingChannel } from '../ledger/records/alerts.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { outgoingSchema } from './alert.ts';
import type { ChannelName, Channels } from './channels/channels.ts';

export interface DeliverDependencies {
  readonly records: AlertRecords;
  readonly channels: Channels;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Messages of one run to one channel: the others wait for the next, five minutes later. */
const maxMessages = 50;

/**
 * Sends what waits in the outbox, the oldest first, each channel by itself: one that hangs or refuses holds up no other,
 * and gets the rest at a later run. That a channel has a message is noted before the next one is sent.
 *
 * A message comes twice where a run dies between a channel's answer and that note, or where the answer is lost: it bears
 * the same id then.
 * @param mayGoOn False once too little of the run is left for another call.
 * @returns How the channels stand, and how many messages they still wait for.
 */
export async function deliver(
  state: AlertState,
  mayGoOn: () => boolean,
  { records, channels, clock, log }: DeliverDependencies,
): Promise<{ readonly failing: AlertState['failing']; readonly undelivered: number }> {
  const failing: Record<string, FailingChannel> = {};
  let undelivered = 0;

  async function toChannel(channel: ChannelName): Promise<void> {
    const before = state.failing[channel];
    const now = clock.now().getTime();
    const waiting = await records.waiting(channel, maxMessages);
    undelivered += waiting.length;
    if (before?.notBefore !== undefined && before.notBefore > now) {
      failing[channel] = before;
      return;
    }
    for (const entry of waiting) {
      if (!mayGoOn()) return;
      const message = z.safeParse(outgoingSchema, JSON.parse(entry.body));
      // Written by a newer version, before this one was deployed again: that one sends it, or it expires.
      if (!message.success) continue;
      const delivery = await channels.send(channel, message.data);
      if (delivery.delivered) {
        await records.markDelivered(entry);
        undelivered -= 1;
        continue;
      }
      const { problem, afterSeconds, ofMessage } = delivery;
      log.warn('A message was not delivered', { channel, problem, messageId: entry.id });
      failing[channel] = {
        since: before?.since ?? clock.now().toISOString(),
        problem,
        notBefore: afterSeconds === undefined ? undefined : now + afterSeconds * 1000,
      };
      if (!ofMessage) return;
    }
  }

  const ended = await Promise.allSettled(channels.all.map(toChannel));
  const failure = ended.find(({ status }) => status === 'rejected');
  if (failure?.status === 'rejected') throw failure.reason;
  if (undelivered > 0)
    log.warn(
      'Alerts wait to be delivered',
      { messages: undelivered, channels: Object.keys(failing).join(', ') },
      { AlertsUndelivered: undelivered },
    );
  return { failing, undelivered };
}
