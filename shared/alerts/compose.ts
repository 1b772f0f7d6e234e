import type { AlertLedger } from '../ledger/ledger.ts';
import { type Partner, partnerWords } from '../model/partner.ts';
import { formatQuantity } from '../model/quantity.ts';
import { partnersCalledBy, queueNames, queueWords } from '../model/queues.ts';
import { counted, oneLine } from '../model/text.ts';
import { duration, localTime } from '../model/time.ts';
import { mapConcurrently } from '../platform/map-concurrently.ts';
import { shellWord } from '../platform/shell-word.ts';
import { type Alert, maxShown, type ToldTrouble } from './alert.ts';
import { type AlertDecision, partsOf, type SeenTrouble } from './decide-alerts.ts';
import type { Situation } from './read-situation.ts';
import { headlineOf, isRefused, nextStepOf, setCredentials } from './words.ts';

/** Characters of a number or an article (ours have 200 at most), and of a reason: ten troubles fit into every channel. */
const maxName = 200;
const maxReason = 400;
const readsAtOnce = 5;

export interface ComposeDependencies {
  readonly ledger: Pick<AlertLedger, 'concerns' | 'orders' | 'erpOrders'>;
  readonly stack: string;
  readonly timeZone: string;
}

/** Composes the message about a group. Reads only the items of the troubles that it shows, and of their orders. */
export function createComposer({ ledger, stack, timeZone }: ComposeDependencies) {
  const where = `--stack ${shellWord(stack)}`;

  async function toldTrouble(trouble: SeenTrouble): Promise<ToldTrouble> {
    const { kind, cause, since, noted } = trouble;
    const facts = noted && (await ledger.concerns.facts(noted.key));
    const number = trouble.order ?? facts?.order ?? '';
    const entry = number === '' ? undefined : await ledger.orders.find(number);
    const record = entry && (await ledger.erpOrders.find(entry.erpOrder));
    const article = entry?.erpOrder.article ?? facts?.about?.article;
    const quantity = record ? formatQuantity(record.erpOrder) : facts?.about?.quantity;
    const order = oneLine(number, maxName);
    const due = record?.dueDate;
    const was = due === undefined ? 'It was due' : `It was due ${oneLine(due, maxName)}`;
    const command = kind === 'dead-letter' ? `replay -- ${where} --order` : `trace -- ${where}`;
    return {
      order,
      article: article && oneLine(article, maxName),
      quantity: quantity && oneLine(quantity, maxName),
      since: (kind === 'overdue' && due !== undefined ? new Date(due) : since).toISOString(),
      why:
        kind === 'overdue'
          ? `${was}, and it is not completed in Azumuta.`
          : oneLine(facts?.reason ?? 'It has ended meanwhile.', maxReason),
      next: nextStepOf(kind, cause),
      command: order === '' ? `npm run replay -- ${where}` : `npm run ${command} ${shellWord(order)}`,
    };
  }

  /** What to type to see all of a group, or what is wrong with a partner. */
  function commandOf(kind: Alert['kind'], partner: Partner, reason: string | undefined): string {
    if (kind === 'partner-down' && isRefused(reason))
      return `npm run secrets -- ${setCredentials[partner]} ${where}`;
    if (kind === 'partner-down') return `npm run doctor -- ${where}`;
    return `npm run ${kind === 'dead-letter' || kind === 'unfiled' ? 'replay' : 'alert'} -- ${where}`;
  }

  return async function composeAlert(
    decision: AlertDecision,
    id: string,
    situation: Situation,
    now: Date,
  ): Promise<Alert> {
    const { event, group, troubles, since, count } = decision;
    const [kind, partner, cause] = partsOf(group);
    const about = event === 'over' ? count : troubles.length;
    const told = kind === 'partner-down' || kind === 'unfiled' ? [] : troubles.slice(0, maxShown);
    const shown = await mapConcurrently(told, readsAtOnce, toldTrouble);
    const [only] = shown;
    const headline =
      kind === 'partner-down'
        ? outageHeadline(partner, decision, now, timeZone)
        : headlineOf(kind, partner, cause, about);
    const named = about === 1 && only ? `${only.order}: ${headline.replace(/^1 /, '')}` : headline;
    const prefix = event === 'reminder' ? 'Still open: ' : event === 'over' ? 'Over: ' : '';
    return {
      v: 1,
      id,
      stack,
      at: now.toISOString(),
      event,
      kind,
      partner,
      cause,
      // A stack is called `AzumutaErp-<plant>-<stage>`.
      title: `${stack.replace(/^AzumutaErp-/, '')}: ${prefix}${named}`,
      summary: summaryOf(decision, situation),
      since: since.toISOString(),
      count: about,
      troubles: shown,
      command: commandOf(kind, partner, situation.partners[partner].reason),
    };
  };
}

function summaryOf({ event, group, troubles }: AlertDecision, situation: Situation): string {
  const [kind, partner, cause] = partsOf(group);
  if (kind === 'partner-down') return outageSummary(partner, event, situation);
  if (event === 'over') return 'Nothing of it is open any more.';
  if (kind === 'unfiled') return nextStepOf(kind, cause);
  const all = situation.troubles.filter((trouble) => trouble.kind === kind && trouble.partner === partner);
  const open = all.filter((trouble) => trouble.cause === cause && trouble.isDue).length;
  const more = open > troubles.length ? ` ${open} of them are open in all.` : '';
  return `${event === 'reminder' ? 'A day has passed since this was told.' : 'It needs a person.'}${more}`;
}

function outageHeadline(
  partner: Partner,
  { event, since }: AlertDecision,
  now: Date,
  timeZone: string,
): string {
  const words = partnerWords[partner];
  const name = words.charAt(0).toUpperCase() + words.slice(1);
  const from = localTime(since, timeZone).slice(0, -3);
  const lasting = duration((now.getTime() - since.getTime()) / 1000);
  return event === 'over'
    ? `${name} answers again (it was down from ${from}, for ${lasting})`
    : `${name} has been down since ${from} (${lasting})`;
}

function outageSummary(
  partner: Partner,
  event: AlertDecision['event'],
  { partners, counts }: Situation,
): string {
  const { reason = '' } = partners[partner];
  const waiting = queueNames
    .filter((queue) => partnersCalledBy[queue].includes(partner) && counts[queue] > 0)
    .map((queue) => counted(counts[queue], queueWords[queue].one, queueWords[queue].many));
  const waits =
    waiting.length === 0
      ? 'Nothing waits for it.'
      : `Waiting for it: ${waiting.join(' and ')}. Nothing is lost, and it goes on by itself.`;
  if (event === 'over') return waits;
  const next = isRefused(reason) ? 'It refuses the credentials: set the right ones.' : 'Mend it there.';
  return `${oneLine(reason, maxReason)} ${waits} ${next}`.trim();
}
