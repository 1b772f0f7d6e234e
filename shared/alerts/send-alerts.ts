import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { type AlertState, type FailingChannel, messageId, type ToldGroup } from '../ledger/records/alerts.ts';
import type { Invocation } from '../platform/aws/lambda.ts';
import { mapConcurrently } from '../platform/map-concurrently.ts';
import { readSituation, type Situation } from '../situation/read.ts';
import { type Outgoing, outgoingSchema } from './alert.ts';
import { channelsOf, send } from './channels/channels.ts';
import { composeAlert } from './compose.ts';
import { decideAlerts } from './decide-alerts.ts';
import type { AlertDependencies, ChannelName } from './dependencies.ts';
import { composeMorningMail } from './morning-mail.ts';

/** Milliseconds that are kept for a last call to a channel and for giving back the lease. */
const lastMs = 12_000;
/** Messages of one run to one channel: the others wait for the next run, five minutes later. */
const maxMessages = 50;

/**
 * One run: reads what a person must see to, decides who is told what, writes that down, and only then sends it. The
 * messages are written before the state that counts them, so that a crash anywhere loses none and tells none twice:
 * without the state the next run decides the same again.
 * @returns What happened, for a run by hand.
 */
export async function sendAlerts(dependencies: AlertDependencies, invocation: Invocation) {
  const { ledger, log } = dependencies;
  const owner = invocation.awsRequestId;
  const timeMs = invocation.getRemainingTimeInMillis();
  const before = await ledger.alerts.begin(owner, Math.ceil(timeMs / 1000) + 5);
  if (!before) return { outcome: 'another run is under way' };
  const situation = await readSituation(dependencies, before.unfiled);
  const { state, failures } = await writeMessages(dependencies, before, situation);
  if (!isDeepStrictEqual(state, before) && !(await ledger.alerts.save(owner, state)))
    throw new Error('Another run has taken over: this one was too slow.');
  const mayGoOn = () => invocation.getRemainingTimeInMillis() > Math.min(lastMs, timeMs / 2);
  const failing = await deliver(dependencies, state.failing, mayGoOn);
  // A run that fails before this keeps its lease, which shows the next one that messages may be uncounted.
  await ledger.alerts.end(owner, failing);
  const written = state.written - before.written;
  log.info('Looked for what a person must see to', { open: situation.troubles.length, written });
  // Everything else was told. The run counts as failed, and the next one tries it again.
  if (failures.length > 0) throw failures[0];
  return { outcome: 'done', written };
}

/** @returns The state that counts the written messages, and the failures: one group does not keep back the others. */
async function writeMessages(dependencies: AlertDependencies, before: AlertState, situation: Situation) {
  const groups: Record<string, ToldGroup> = {};
  const failures: unknown[] = [];
  const forAlerts = channelsOf(dependencies).filter((channel) => channel !== 'morning-mail');
  let { written } = before;

  async function write(message: Outgoing, channels: readonly ChannelName[]): Promise<void> {
    written += 1;
    const [id, body] = [messageId(written), JSON.stringify(message)];
    for (const channel of channels) await dependencies.ledger.alerts.write({ channel, id, body });
  }

  const failed = (error: unknown) => void failures.push(error);
  for (const { group, alert: decision, after } of decideAlerts(before.groups, situation)) {
    const id = messageId(written + 1);
    const alert = decision && (await composeAlert(dependencies, decision, id, situation).catch(failed));
    if (alert) await write(alert, forAlerts);
    const told = decision && !alert ? before.groups[group] : after;
    if (told) groups[group] = told;
  }
  const mail = await composeMorningMail(dependencies, before.mailedOn, situation).catch(failed);
  if (mail) await write(mail.content, ['morning-mail']);
  const mailed = mail && { mailedOn: mail.day };
  return { state: { ...before, groups, unfiled: situation.unfiled, written, ...mailed }, failures };
}

/**
 * Sends what waits in the outbox to each channel independently: one that hangs or refuses does not delay the others, and
 * gets the rest at a later run.
 * @param mayGoOn False once the run has too little time left for another call.
 * @returns The channels that fail.
 */
async function deliver(
  dependencies: AlertDependencies,
  before: AlertState['failing'],
  mayGoOn: () => boolean,
): Promise<AlertState['failing']> {
  const { clock, log, ledger } = dependencies;
  const failing: Record<string, FailingChannel> = {};
  let messages = 0;

  /**
   * Sends the oldest messages first, and records each delivery before the next one. A message comes twice when a run
   * dies between the channel's answer and that record, or when the answer is lost. Then both have the same id.
   */
  async function toChannel(channel: ChannelName): Promise<void> {
    const now = clock.now();
    const failed = before[channel];
    const entries = await ledger.alerts.waiting(channel, maxMessages);
    messages += entries.length;
    if (failed && (failed.notBefore ?? 0) > now.getTime()) {
      failing[channel] = failed;
      return;
    }
    for (const entry of entries) {
      if (!mayGoOn()) return;
      const message = z.safeParse(outgoingSchema, JSON.parse(entry.body));
      // After a rollback it may be a message of the newer version: it waits for that one, or expires.
      if (!message.success) continue;
      const failure = await send(dependencies, channel, message.data);
      if (!failure) {
        await ledger.alerts.markDelivered(entry);
        messages -= 1;
        continue;
      }
      const { problem, afterSeconds, ofMessage } = failure;
      log.warn('A message was not delivered', { channel, problem, messageId: entry.id });
      const notBefore = afterSeconds === undefined ? undefined : now.getTime() + afterSeconds * 1000;
      failing[channel] = { since: failed?.since ?? now.toISOString(), problem, notBefore };
      if (!ofMessage) return;
    }
  }

  const channels = channelsOf(dependencies);
  await mapConcurrently(channels, channels.length, toChannel);
  const fields = { messages, channels: Object.keys(failing).join(', ') };
  if (messages > 0) log.warn('Alerts wait to be delivered', fields, { AlertsUndelivered: messages });
  return failing;
}
