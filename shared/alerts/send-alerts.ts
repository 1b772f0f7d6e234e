import { isDeepStrictEqual } from 'node:util';
import type { AlertLedger } from '../ledger/ledger.ts';
import { type AlertState, messageId } from '../ledger/records/alerts.ts';
import type { Invocation } from '../platform/aws/lambda.ts';
import type { Outgoing } from './alert.ts';
import type { ChannelName } from './channels/channels.ts';
import { type ComposeDependencies, createComposer } from './compose.ts';
import { decideAlerts } from './decide-alerts.ts';
import { createDelivery, type DeliveryDependencies } from './deliver.ts';
import { createMorningMail, type MorningMailDependencies } from './morning-mail.ts';
import { createSituationReader, type Situation, type SituationDependencies } from './read-situation.ts';

export interface AlertDependencies
  extends SituationDependencies,
    ComposeDependencies,
    DeliveryDependencies,
    MorningMailDependencies {
  readonly ledger: AlertLedger;
}

/** What one run did; also the function's answer, for a run by hand. */
export interface AlertReport {
  readonly outcome: 'done' | 'another run is under way';
  readonly written: number;
  readonly undelivered: number;
}

/** Milliseconds that are kept for a last call to a channel and for giving back the lease. */
const lastMs = 12_000;

export function createAlertSender(dependencies: AlertDependencies) {
  const { ledger, clock, channels, log } = dependencies;
  const readSituation = createSituationReader(dependencies);
  const composeAlert = createComposer(dependencies);
  const morningMail = createMorningMail(dependencies);
  const deliver = createDelivery(dependencies);

  /** @returns The state that counts the written messages, and the failures: one group does not keep back the others. */
  async function writeMessages(before: AlertState, situation: Situation, owner: string) {
    const now = clock.now();
    const decided = decideAlerts(before.groups, situation, now);
    const messages: { readonly message: Outgoing; readonly channels: readonly ChannelName[] }[] = [];
    const failures: unknown[] = [];
    const untold = new Set<string>();
    for (const decision of decided.alerts) {
      const id = messageId(before.written + messages.length + 1);
      try {
        const alert = await composeAlert(decision, id, situation, now);
        messages.push({ message: { type: 'alert', alert }, channels: channels.ofAlerts });
      } catch (error) {
        failures.push(error);
        untold.add(decision.group);
      }
    }
    const mail = await morningMail(before.mailedOn, situation).catch((error: unknown) => {
      failures.push(error);
      return undefined;
    });
    if (mail) messages.push({ message: { type: 'mail', ...mail.content }, channels: ['morning-mail'] });

    for (const [at, { message, channels: to }] of messages.entries()) {
      const [id, body] = [messageId(before.written + at + 1), JSON.stringify(message)];
      for (const channel of to) await ledger.alerts.write({ channel, id, body });
    }
    const groups = [
      ...Object.entries(decided.groups).filter(([name]) => !untold.has(name)),
      ...Object.entries(before.groups).filter(([name]) => untold.has(name)),
    ];
    const state: AlertState = {
      ...before,
      groups: Object.fromEntries(groups),
      unfiled: situation.unfiled,
      written: before.written + messages.length,
      ...(mail ? { mailedOn: mail.day } : {}),
    };
    if (!isDeepStrictEqual(state, before) && !(await ledger.alerts.save(owner, state)))
      throw new Error('Another run has taken over: this one was too slow.');
    return { state, written: messages.length, failures };
  }

  /**
   * One run: reads what a person must see to, decides who is told what, writes that down, and only then sends it. The
   * messages are written before the state that counts them, so that a crash anywhere loses none and tells none twice:
   * without the state the next run decides the same again.
   */
  return async function sendAlerts(invocation: Invocation): Promise<AlertReport> {
    const owner = invocation.awsRequestId;
    const timeMs = invocation.getRemainingTimeInMillis();
    const before = await ledger.alerts.begin(owner, Math.ceil(timeMs / 1000) + 5);
    if (!before) return { outcome: 'another run is under way', written: 0, undelivered: 0 };
    const situation = await readSituation(before.unfiled);
    const { state, written, failures } = await writeMessages(before, situation, owner);
    const mayGoOn = () => invocation.getRemainingTimeInMillis() > Math.min(lastMs, timeMs / 2);
    const { failing, undelivered } = await deliver(state, mayGoOn);
    // A run that fails before this keeps its lease, which shows the next one that messages may be uncounted.
    await ledger.alerts.end(owner, failing);
    log.info('Looked for what a person must see to', { open: situation.troubles.length, written });
    // Everything else was told. The run counts as failed, and the next one tries it again.
    if (failures.length > 0) throw failures[0];
    return { outcome: 'done', written, undelivered };
  };
}
