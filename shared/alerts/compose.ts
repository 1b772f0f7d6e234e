import type { FlowName } from '../ledger/records/pauses.ts';
import { partnerWords } from '../model/partner.ts';
import { capitalized, oneLine } from '../model/text.ts';
import { duration, localTime } from '../model/time.ts';
import { atOnce, mapConcurrently } from '../platform/map-concurrently.ts';
import { notTyped, shellWord, wordForAnyShell } from '../platform/shell-word.ts';
import { pauseEnd, whatGoesOn } from '../situation/pauses.ts';
import { partnerDownProblem, waitingIn } from '../situation/problems.ts';
import type { SeenTrouble, Situation, TroubleGroup, TroubleKind } from '../situation/read.ts';
import { tellTrouble } from '../situation/told.ts';
import {
  actorInWords,
  commandOf,
  headlineOf,
  nextStepInWords,
  type Persons,
  partnerState,
  refusesCredentials,
  shownReasonLength,
  whoActs,
} from '../situation/words.ts';
import type { Alert, ToldTrouble } from './alert.ts';
import { type AlertDecision, unsteadyFrom } from './decide-alerts.ts';
import { type AlertDependencies, channelWords } from './dependencies.ts';

/** Troubles that a message lists; further ones are counted. */
const mostTroublesInAlert = 10;
/** Kinds that are about no order: their summary says all. */
const withoutOrders: ReadonlySet<TroubleKind> = new Set(['partner-down', 'unfiled', 'channel-down']);

/** Begins the title of what is open for a day or longer. */
export const stillOpen = 'Still open: ';

/** The message about a group. Reads only the items of the troubles that it shows, and of their orders. */
export async function composeAlert(
  dependencies: AlertDependencies,
  decision: AlertDecision,
  id: string,
  situation: Situation,
): Promise<Alert> {
  const { stack, timeZone, linkTo } = dependencies;
  const { event, kind, partner, cause, troubles, since, count } = decision;
  const listed = withoutOrders.has(kind) ? [] : troubles.slice(0, mostTroublesInAlert);
  const shown = await mapConcurrently(listed, atOnce, (one) => toldTrouble(dependencies, one, situation));
  const [only] = count === 1 ? shown : [];
  const headline = headlineFor(decision, situation, timeZone);
  const named = only?.trouble.order ? `${only.trouble.order}: ${headline.replace(/^1 /, '')}` : headline;
  const prefix = event === 'reminder' ? stillOpen : event === 'over' ? 'Over: ' : '';
  return {
    v: 1,
    id,
    stack,
    at: situation.at.toISOString(),
    event,
    kind,
    partner,
    cause,
    since,
    count,
    title: `${plantAndStage(stack)}: ${prefix}${named}`,
    summary: summaryOf(decision, situation),
    who: event === 'over' ? undefined : namedActor(decision, dependencies.who),
    troubles: shown.map(({ trouble }) => trouble),
    command: commandOf(decision, situation.partners, stackOption(stack)),
    link: linkTo?.(only?.number ? { page: 'order', number: only.number } : { page: 'today' }),
  };
}

/**
 * The message about pauses that have ended by themselves. Its event and kind are those that 0.3.0 knows: after a rollback it sends
 * what is in the outbox.
 * @param until When they ended (ISO).
 */
export function composePauseEnd(
  { stack, timeZone, linkTo }: AlertDependencies,
  until: string,
  flows: readonly FlowName[],
  id: string,
  { at, queues }: Situation,
): Alert {
  const where = stackOption(stack);
  const waits = waitingIn(queues);
  const left = waits.length === 0 ? 'Nothing waits.' : `In the queues: ${waits.join(' and ')}.`;
  return {
    v: 1,
    id,
    stack,
    at: at.toISOString(),
    event: 'over',
    kind: 'waiting',
    since: until,
    count: flows.length,
    title: `${plantAndStage(stack)}: Over: the pause of ${flows.join(', ')} until ${pauseEnd(new Date(until), timeZone)}`,
    summary: `It has ended by itself: ${whatGoesOn}. ${left}`,
    troubles: [],
    command: `npm run doctor -- ${where}`,
    link: linkTo?.({ page: 'today' }),
  };
}

export function namedActor(trouble: Pick<TroubleGroup, 'kind' | 'cause'>, persons: Persons): string {
  return actorInWords(whoActs(trouble), persons);
}

/** Selects the stack on a command line. */
export function stackOption(stack: string): string {
  return `--stack ${shellWord(stack)}`;
}

/** Plant and stage, as a stack is called `AzumutaErp-<plant>-<stage>`. */
export function plantAndStage(stack: string): string {
  return stack.replace(/^AzumutaErp-/, '');
}

/** @returns it, and the whole number of its order; empty when it is unknown. */
async function toldTrouble(
  { ledger, stack }: AlertDependencies,
  trouble: SeenTrouble,
  situation: Situation,
): Promise<{ readonly number: string; readonly trouble: ToldTrouble }> {
  const { number, dueDate: _, place: __, ...shown } = await tellTrouble(ledger, trouble, situation);
  const where = stackOption(stack);
  // A number that is not shown unchanged would name another order.
  const isNamed = number !== '' && number === shown.order;
  const word = isNamed ? wordForAnyShell(number) : undefined;
  const { since } = trouble;
  const next = isNamed && word === undefined ? `${shown.next} ${notTyped}` : shown.next;
  const command =
    word === undefined
      ? commandOf(trouble, situation.partners, where)
      : commandOfOrder(trouble.kind, word, where);
  return { number, trouble: { ...shown, next, since: since.toISOString(), command } };
}

function commandOfOrder(kind: TroubleKind, order: string, where: string): string {
  return kind === 'dead-letter'
    ? `npm run replay -- ${where} --order ${order}`
    : `npm run trace -- ${where} ${order}`;
}

function summaryOf(decision: AlertDecision, situation: Situation): string {
  const { event, kind, troubles, open } = decision;
  if (kind === 'partner-down') {
    if (event === 'over') return 'What waited for it goes on by itself.';
    const { what, why, next } = partnerDownProblem(decision.partner, situation, '');
    return [what, why, next].join(' ');
  }
  if (kind === 'channel-down' && event === 'over') return 'Each gets a summary of what it has missed.';
  if (event === 'over') return 'Nothing of it is open any more.';
  if (kind === 'channel-down')
    return [
      ...troubles.map(({ reason = '' }) => oneLine(reason, shownReasonLength)),
      nextStepInWords(decision),
    ].join(' ');
  if (kind === 'unfiled') return nextStepInWords(decision);
  const more = open > troubles.length ? ` ${open} of them are open in all.` : '';
  return `${event === 'reminder' ? 'A day has passed since the last message about this.' : 'It needs a person.'}${more}`;
}

function headlineFor(decision: AlertDecision, situation: Situation, timeZone: string): string {
  const { event, kind, troubles, count, unsteady } = decision;
  if (kind === 'partner-down') return outageHeadline(decision, situation, timeZone);
  const headline = kind === 'channel-down' ? channelHeadline(event, troubles) : headlineOf(decision, count);
  if (!unsteady) return headline;
  const from = localTime(new Date(unsteady.since), timeZone).slice(0, -3);
  const times = `${unsteady.times} times since ${from}`;
  return event === 'over'
    ? `${headline} (it came and went, ${times})`
    : `${headline} (it comes and goes, ${times})`;
}

function channelHeadline(event: AlertDecision['event'], troubles: readonly SeenTrouble[]): string {
  if (event === 'over') return 'All channels of the alerts take messages again';
  const names = troubles.map(({ thing = '' }) => channelWords[thing] ?? thing);
  return `${capitalized(names.join(' and '))} ${names.length === 1 ? 'takes' : 'take'} no messages`;
}

function outageHeadline(
  { event, partner, since, count }: AlertDecision,
  { at, partners }: Situation,
  timeZone: string,
): string {
  const name = capitalized(partnerWords[partner]);
  const from = localTime(new Date(since), timeZone).slice(0, -3);
  const { reason, closedAt } = partners[partner];
  // Its end may be reported an hour later.
  const until = event === 'over' && closedAt !== undefined ? new Date(closedAt) : at;
  const lasting = duration((until.getTime() - Date.parse(since)) / 1000);
  if (count >= unsteadyFrom)
    return event === 'over'
      ? `${name} answers steadily again (it was down ${count} times since ${from})`
      : `${name} comes and goes: it was down ${count} times since ${from}`;
  if (event !== 'over' && refusesCredentials(reason))
    return `${name} ${partnerState(reason)} since ${from} (${lasting})`;
  return event === 'over'
    ? `${name} answers again (it was down from ${from}, for ${lasting})`
    : `${name} has been down since ${from} (${lasting})`;
}
