import * as z from 'zod/mini';
import type { AlertLedger } from '../ledger/ledger.ts';
import type { AlertState, FailingChannel } from '../ledger/records/alerts.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { outgoingSchema } from './alert.ts';
import type { ChannelName, Channels } from './channels/channels.ts';

export interface DeliveryDependencies {
  readonly ledger: Pick<AlertLedger, 'alerts'>;
  readonly channels: Channels;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Messages of one run to one channel: the others wait for the next run, five minutes later. */
const maxMessages = 50;

/** Sends what waits in the outbox, the oldest messages first. */
export function createDelivery({ ledger: { alerts }, channels, clock, log }: DeliveryDependencies) {
  /**
   * Sends to each channel independently: one that hangs or refuses does not delay the others, and gets the rest at a
   * later run. Each delivery is recorded before the next message is sent.
   *
   * A message comes twice when a run dies between the channel's answer and that record, or when the answer is lost. Then
   * both have the same id.
   * @param mayGoOn False once the run has too little time left for another call.
   * @returns The channels that fail, and how many messages wait for channels.
   */
  return async function deliver(
    state: AlertState,
    mayGoOn: () => boolean,
  ): Promise<{ readonly failing: AlertState['failing']; readonly undelivered: number }> {
    const failing: Record<string, FailingChannel> = {};
    let undelivered = 0;

    async function toChannel(channel: ChannelName): Promise<void> {
      const before = state.failing[channel];
      const now = clock.now().getTime();
      const waiting = await alerts.waiting(channel, maxMessages);
      undelivered += waiting.length;
      if (before?.notBefore !== undefined && before.notBefore > now) {
        failing[channel] = before;
        return;
      }
      for (const entry of waiting) {
        if (!mayGoOn()) return;
        const message = z.safeParse(outgoingSchema, JSON.parse(entry.body));
        // After a rollback it may be a message of the newer version: it waits for that one, or expires.
        if (!message.success) continue;
        const delivery = await channels.send(channel, message.data);
        if (delivery.delivered) {
          await alerts.markDelivered(entry);
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
    const fields = { messages: undelivered, channels: Object.keys(failing).join(', ') };
    if (undelivered > 0) log.warn('Alerts wait to be delivered', fields, { AlertsUndelivered: undelivered });
    return { failing, undelivered };
  };
}
