import type { FlowName } from '../ledger/records/pauses.ts';
import { capitalized, oneLine } from '../model/text.ts';
import { localMinute } from '../model/time.ts';
import { atOnce, mapConcurrently } from '../platform/map-concurrently.ts';
import { shellWord, wordForAnyShell } from '../platform/shell-word.ts';
import type { SeenTrouble, Situation, TroubleGroup, TroubleKind } from '../situation/read.ts';
import {
  commandOf,
  type Persons,
  refusesCredentials,
  shownReasonLength,
  whoActs,
} from '../situation/words.ts';
import type { Alert, ShownTrouble } from './alert.ts';
import { type AlertDecision, unsteadyFrom } from './decide-alerts.ts';
import type { AlertDependencies } from './dependencies.ts';
import * as texts from './english.ts';

/** Troubles that a message lists; further ones are counted. */
const mostTroublesInAlert = 10;
/** Kinds that are about no order: their summary says all. */
const withoutOrders: ReadonlySet<TroubleKind> = new Set(['partner-down', 'unfiled', 'channel-down']);

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
  const shown = await mapConcurrently(listed, atOnce, (one) => showTrouble(dependencies, one, situation));
  const [only] = count === 1 ? shown : [];
  const headline = headlineFor(decision, situation, timeZone);
  const named = only?.trouble.order ? `${only.trouble.order}: ${headline.replace(/^1 /, '')}` : headline;
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
    title: `${plantAndStage(stack)}: ${texts.eventPrefixes[event]}${named}`,
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
  return {
    v: 1,
    id,
    stack,
    at: at.toISOString(),
    event: 'over',
    kind: 'waiting',
    since: until,
    count: flows.length,
    title: `${plantAndStage(stack)}: ${texts.pauseEndTitle(flows, localMinute(until, timeZone))}`,
    summary: texts.pauseEndSummary(texts.waitingIn(queues)),
    troubles: [],
    command: `npm run doctor -- ${where}`,
    link: linkTo?.({ page: 'today' }),
  };
}

export function namedActor(trouble: Pick<TroubleGroup, 'kind' | 'cause'>, persons: Persons): string {
  return texts.actorInWords(whoActs(trouble), persons);
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
async function showTrouble(
  { ledger, stack }: AlertDependencies,
  trouble: SeenTrouble,
  situation: Situation,
): Promise<{ readonly number: string; readonly trouble: ShownTrouble }> {
  const { number, dueDate: _, place: __, ...shown } = await texts.tellTrouble(ledger, trouble, situation);
  const where = stackOption(stack);
  // A number that is not shown unchanged would name another order.
  const isNamed = number !== '' && number === shown.order;
  const word = isNamed ? wordForAnyShell(number) : undefined;
  const { since } = trouble;
  const next = isNamed && word === undefined ? `${shown.next} ${texts.notTyped}` : shown.next;
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
    if (event === 'over') return texts.partnerBackSummary;
    const { what, why, next } = texts.partnerDownProblem(decision.partner, situation, '');
    return [what, why, next].join(' ');
  }
  if (event === 'over') return kind === 'channel-down' ? texts.channelsBackSummary : texts.nothingOpenSummary;
  if (kind === 'channel-down')
    return [
      ...troubles.map(({ reason = '' }) => oneLine(reason, shownReasonLength)),
      texts.nextStepInWords(decision),
    ].join(' ');
  if (kind === 'unfiled') return texts.nextStepInWords(decision);
  return texts.summaryOfOpen(event, open > troubles.length ? open : undefined);
}

function headlineFor(decision: AlertDecision, situation: Situation, timeZone: string): string {
  const { event, kind, troubles, count, unsteady } = decision;
  if (kind === 'partner-down') return outageHeadline(decision, situation, timeZone);
  const headline =
    kind === 'channel-down' ? channelHeadline(event, troubles) : texts.headlineOf(decision, count);
  if (!unsteady) return headline;
  const from = localMinute(unsteady.since, timeZone);
  return texts.unsteadyHeadline(headline, event === 'over', unsteady.times, from);
}

function channelHeadline(event: AlertDecision['event'], troubles: readonly SeenTrouble[]): string {
  if (event === 'over') return texts.channelsWorkAgain;
  const [first = '', ...others] = troubles.map(({ thing = '' }) => texts.channelWords[thing] ?? thing);
  return texts.channelsFail([capitalized(first), ...others]);
}

function outageHeadline(
  { event, partner, since, count }: AlertDecision,
  { at, partners }: Situation,
  timeZone: string,
): string {
  const name = capitalized(texts.partnerWords[partner]);
  const from = localMinute(since, timeZone);
  const { reason, closedAt } = partners[partner];
  // Its end may be reported an hour later.
  const until = event === 'over' && closedAt !== undefined ? new Date(closedAt) : at;
  const lasting = texts.duration((until.getTime() - Date.parse(since)) / 1000);
  if (count >= unsteadyFrom)
    return event === 'over'
      ? texts.partnerSteadyAgain(name, count, from)
      : texts.partnerUnsteady(name, count, from);
  if (event !== 'over' && refusesCredentials(reason))
    return texts.partnerRefuses(name, texts.partnerState(reason), from, lasting);
  return event === 'over'
    ? texts.partnerAnswersAgain(name, from, lasting)
    : texts.partnerIsDown(name, from, lasting);
}
