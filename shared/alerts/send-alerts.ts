import { isDeepStrictEqual } from 'node:util';
import type { AlertLedger } from '../ledger/ledger.ts';
import { type AlertState, messageId } from '../ledger/records/alerts.ts';
import type { Invocation } from '../platform/aws/lambda.ts';
import type { Outgoing } from './alert.ts';
import type { ChannelName } from './channels/channels.ts';
import { type ComposeDependencies, composeAlert } from './compose.ts';
import { decideAlerts } from './decide-alerts.ts';
import { type DeliverDependencies, deliver } from './deliver.ts';
import { type MorningMailDependencies, morningMail } from './morning-mail.ts';
import { readSituation, type Situation, type SituationDependencies } from './read-situation.ts';

export interface AlertDependencies
  extends SituationDependencies,
    ComposeDependencies,
    Omit<DeliverDependencies, 'records'>,
    MorningMailDependencies {
  readonly ledger: Pick<
    AlertLedger,
    | 'troubles'
    | 'orders'
    | 'erpOrders'
    | 'orderChanges'
    | 'alerts'
    | 'dailyActivity'
    | 'deadLetters'
    | 'journeys'
    | 'pauses'
  >;
}

/** What one run did; also the function's answer, for a run by hand. */
export interface AlertReport {
  readonly outcome: 'done' | 'another run is under way';
  readonly written: number;
  readonly undelivered: number;
}

/** What is left for a last call to a channel, and for giving back the lease. */
const lastMs = 12_000;

/** A message that is to be written, and for whom. */
interface Written {
  readonly message: Outgoing;
  readonly channels: readonly ChannelName[];
}

/**
 * One run: reads what a person must see to, decides who is told what, writes that down, and only then sends it. The
 * messages are written before the state that counts them, so that a crash anywhere loses none and tells none of two
 * decisions: without the state the next run decides the same again.
 */
export async function sendAlerts(
  invocation: Invocation,
  dependencies: AlertDependencies,
): Promise<AlertReport> {
  const { ledger, clock, channels, log } = dependencies;
  const owner = invocation.awsRequestId;
  const timeMs = invocation.getRemainingTimeInMillis();
  const before = await ledger.alerts.begin(owner, Math.ceil(timeMs / 1000) + 5);
  if (!before) return { outcome: 'another run is under way', written: 0, undelivered: 0 };
  const situation = await readSituation(before.unfiled, dependencies);
  const { state, written, failures } = await writeMessages(before, situation, owner, dependencies);
  const mayGoOn = () => invocation.getRemainingTimeInMillis() > Math.min(lastMs, timeMs / 2);
  const { failing, undelivered } = await deliver(state, mayGoOn, {
    records: ledger.alerts,
    channels,
    clock,
    log,
  });
  // A run that fails before keeps its lease, by which the next one sees what it may have left.
  await ledger.alerts.end(owner, failing);
  log.info('Looked for what a person must see to', { open: situation.troubles.length, written });
  // Everything else was told: the run counts as failed, and the next one tries it again.
  if (failures.length > 0) throw failures[0];
  return { outcome: 'done', written, undelivered };
}

/** @returns The state that counts what was written, and what could not be composed: a group keeps no other one back. */
async function writeMessages(
  before: AlertState,
  situation: Situation,
  owner: string,
  dependencies: AlertDependencies,
): Promise<{ readonly state: AlertState; readonly written: number; readonly failures: readonly unknown[] }> {
  const { ledger, clock, channels } = dependencies;
  const now = clock.now();
  const { alerts, groups, closed } = decideAlerts(before.groups, situation, now);
  const messages: Written[] = [];
  const failures: unknown[] = [];
  const untold = new Set<string>();
  for (const decision of alerts) {
    const id = messageId(before.written + messages.length + 1);
    try {
      const alert = await composeAlert(decision, id, situation, now, dependencies);
      messages.push({ message: { type: 'alert', alert }, channels: channels.ofAlerts });
    } catch (error) {
      failures.push(error);
      untold.add(decision.group);
    }
  }
  const mail = await morningMail(before.mailedOn, situation, dependencies).catch((error: unknown) => {
    failures.push(error);
    return undefined;
  });
  if (mail) messages.push({ message: { type: 'mail', ...mail.content }, channels: ['morning-mail'] });

  for (const [at, { message, channels: to }] of messages.entries()) {
    const [id, body] = [messageId(before.written + at + 1), JSON.stringify(message)];
    for (const channel of to) await ledger.alerts.write({ channel, id, body });
  }
  const state: AlertState = {
    ...before,
    groups: { ...without(groups, untold), ...only(before.groups, untold) },
    unfiled: situation.unfiled,
    written: before.written + messages.length,
    ...(mail ? { mailedOn: mail.day } : {}),
  };
  if (!isDeepStrictEqual(state, before) && !(await ledger.alerts.save(owner, state)))
    throw new Error('Another run has taken over: this one was too slow.');
  // Only once their groups do not wait for them any more: else they would be told as over.
  for (const trouble of closed) await ledger.troubles.close(trouble);
  return { state, written: messages.length, failures };
}

type Groups = AlertState['groups'];

function only(groups: Groups, names: ReadonlySet<string>): Groups {
  return Object.fromEntries(Object.entries(groups).filter(([name]) => names.has(name)));
}

function without(groups: Groups, names: ReadonlySet<string>): Groups {
  return Object.fromEntries(Object.entries(groups).filter(([name]) => !names.has(name)));
}
