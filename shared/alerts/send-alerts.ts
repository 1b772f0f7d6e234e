import { isDeepStrictEqual } from 'node:util';
import {
  type AlertState,
  type AnnouncedGroup,
  type AnnouncedOutages,
  messageId,
  type RecentMessages,
} from '../ledger/records/alerts.ts';
import { type Partner, partnerNames } from '../model/partner.ts';
import { capitalized } from '../model/text.ts';
import { hourMs, localMinute } from '../model/time.ts';
import type { Invocation } from '../platform/aws/lambda.ts';
import { isClosure, pauseEndsSince, reopeningMs } from '../situation/pauses.ts';
import { readSituation, type SeenTrouble, type Situation } from '../situation/read.ts';
import type { Outgoing } from './alert.ts';
import { channelsOf } from './channels/channels.ts';
import { composeAlert, composePauseEnd } from './compose.ts';
import { countDays } from './count-days.ts';
import { type AlertDecision, decideAlerts, decideOutages } from './decide-alerts.ts';
import { deliverOutbox } from './deliver.ts';
import type { AlertDependencies, ChannelName } from './dependencies.ts';
import * as texts from './english.ts';
import { composeMorningMail } from './morning-mail.ts';

/** Milliseconds that are kept for a last call to a channel and for giving back the lease. */
const lastChannelCallMs = 12_000;

/**
 * One run: reads what needs a person, decides who gets which message, writes that down, and only then sends it. The
 * messages are written before the state that counts them, so that a crash anywhere loses none and tells none twice:
 * without the state the next run decides the same again.
 * @returns What happened, for a run by hand.
 */
export async function sendAlerts(dependencies: AlertDependencies, invocation: Invocation) {
  const { ledger, log } = dependencies;
  const owner = invocation.awsRequestId;
  const timeMs = invocation.getRemainingTimeInMillis();
  const before = await ledger.alerts.beginRun(owner, Math.ceil(timeMs / 1000) + 5);
  if (!before) return { outcome: 'another run is under way' };
  const seen = await readSituation(dependencies, before.unfiled);
  const situation = {
    ...seen,
    troubles: [...seen.troubles, ...failingChannels(before.failing, seen.at, dependencies)],
  };
  const { state, failures } = await writeMessages(dependencies, before, situation);
  if (!isDeepStrictEqual(state, before) && !(await ledger.alerts.saveState(owner, state)))
    throw new Error('Another run has taken over: this one was too slow.');
  const mayGoOn = () => invocation.getRemainingTimeInMillis() > Math.min(lastChannelCallMs, timeMs / 2);
  // Whoever rolls back to 0.3.0 later is not held back by it: that ignores when a pause ends.
  const anyEnded = Object.keys(seen.partners.erp.pausesEnded ?? {}).length > 0;
  if (anyEnded) await ledger.pauses.forgetEnded(new Date(seen.at.getTime() - reopeningMs));
  const failing = await deliverOutbox(dependencies, state.failing, mayGoOn);
  // A run that fails before this keeps its lease, which shows the next one that messages may be uncounted.
  await ledger.alerts.endRun(owner, failing);
  const written = state.written - before.written;
  log.info('Looked for what needs a person', { open: situation.troubles.length, written });
  // Everything else was sent. The run counts as failed, and the next one tries it again.
  if (failures.length > 0) throw failures[0];
  return { outcome: 'done', written };
}

/** @returns The state that counts the written messages, and the failures: one group does not keep back the others. */
async function writeMessages(dependencies: AlertDependencies, before: AlertState, situation: Situation) {
  const groups: Record<string, AnnouncedGroup> = {};
  const lately: Record<string, RecentMessages> = {};
  const outages: Partial<Record<Partner, AnnouncedOutages>> = {};
  const failures: unknown[] = [];
  const forAlerts = channelsOf(dependencies).filter((channel) => channel !== 'morning-mail');
  let { written } = before;

  async function write(message: Outgoing, channels: readonly ChannelName[]): Promise<void> {
    written += 1;
    const [id, body] = [messageId(written), JSON.stringify(message)];
    for (const channel of channels) await dependencies.ledger.alerts.writeMessage({ channel, id, body });
  }

  const failed = (error: unknown) => void failures.push(error);
  const isClosed = isClosure(situation.partners.erp, situation.at);
  /** @returns Whether people hear of it: without a decision, they know all. While all is closed, they hear of what is new, and of its end later. */
  async function tell(decision: AlertDecision | undefined): Promise<boolean> {
    if (!decision) return true;
    if (isClosed && decision.event !== 'new') return false;
    const alert = await composeAlert(dependencies, decision, messageId(written + 1), situation).catch(failed);
    if (alert) await write(alert, forAlerts);
    return alert !== undefined;
  }

  for (const partner of partnerNames) {
    const { alert, after } = decideOutages(partner, before.outages[partner], situation);
    const known = (await tell(alert)) ? after : before.outages[partner];
    if (known) outages[partner] = known;
  }
  for (const { group, ...decided } of decideAlerts(before.groups, before.lately, situation)) {
    const isKnown = await tell(decided.alert);
    const known = isKnown ? decided.after : before.groups[group];
    const recent = isKnown ? decided.lately : before.lately[group];
    if (known) groups[group] = known;
    if (recent) lately[group] = recent;
  }
  const pauseEnds = pauseEndsSince(before.pauseEndSaid, situation.partners.erp);
  for (const [until, flows] of pauseEnds)
    await write(composePauseEnd(dependencies, until, flows, messageId(written + 1), situation), forAlerts);
  const pauseEndSaid = [...pauseEnds.keys()].at(-1);
  const countedOn = await countDays(dependencies, before.countedOn).catch(failed);
  // A stack that was deployed just now has nothing to say of yesterday: its first mail is that of the next workday.
  const hasRunBefore = before.countedOn !== undefined || before.mailedOn !== undefined;
  const mail = isClosed
    ? undefined
    : await composeMorningMail(dependencies, before.mailedOn, situation).catch(failed);
  if (mail && hasRunBefore) await write(mail.content, ['morning-mail']);
  const days = { ...(countedOn && { countedOn }), ...(mail && { mailedOn: mail.day }) };
  const progress = { ...(pauseEndSaid && { pauseEndSaid }), ...days };
  return {
    state: { ...before, groups, outages, lately, unfiled: situation.unfiled, written, ...progress },
    failures,
  };
}

/** A channel that has failed for an hour is reported on the others. */
function failingChannels(
  failing: AlertState['failing'],
  at: Date,
  { timeZone }: AlertDependencies,
): SeenTrouble[] {
  return Object.entries(failing).map(([channel, { since, problem }]) => ({
    ...({ id: `${channel} ${since}`, thing: channel, kind: 'channel-down', partner: 'azumuta' } as const),
    since: new Date(since),
    isDue: at.getTime() - Date.parse(since) >= hourMs,
    reason: texts.channelFailsBecause(
      capitalized(texts.channelWords[channel] ?? channel),
      localMinute(since, timeZone),
      problem,
    ),
  }));
}
