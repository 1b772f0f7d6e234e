import type { BreakerForPeople } from '../circuit-breaker/breaker-for-people.ts';
import type { ViewLedger } from '../ledger/ledger.ts';
import type { DueTerms } from '../model/due.ts';
import { reasonOf } from '../model/errors.ts';
import { inShadowSays, type Mode } from '../model/mode.ts';
import type { CallerCheck } from '../platform/aws/credentials.ts';
import type { Clock } from '../platform/clock.ts';
import { readOrderFacts } from '../situation/order-facts.ts';
import { readSituation } from '../situation/read.ts';
import { readToday } from '../situation/today.ts';
import { html, htmlPage, pageHeaders, underNote } from './html.ts';
import { claimedLink, isSigned, type SignedLink, type Signer, signedLink } from './links.ts';
import { orderPage, todayPage } from './render.ts';

/** A call: `pageAnswer` is the last segment of its path. */
export type PageCall = Readonly<Record<'method' | 'sourceIp' | 'page' | 'query', string>>;

/** What pages are shown with; the role of the function may read only. */
export interface PageDependencies extends Omit<Signer, 'key'>, CallerCheck, DueTerms {
  readonly ledger: ViewLedger;
  readonly breaker: Pick<BreakerForPeople, 'states'>;
  readonly mode: Mode;
  readonly clock: Clock;
}

/** Before today, next to which it is shown. */
const daysOfWeek = 7;

/**
 * Answers a call of a signed link. Scanners of mail and chat fetch links unasked, so nothing has an effect.
 *
 *   neither GET nor HEAD                              405
 *   from another address, or no link of ours          403: always the same page, so that nobody learns which it was
 *   the key or the ledger cannot be read              503
 *   a link of ours whose time has passed              410: only who had the link learns that
 *   a link of ours                                    its page; 404 when the ledger knows nothing of its order
 */
export async function showPage(call: PageCall, dependencies: PageDependencies) {
  const answered = await answerTo(call, dependencies);
  return call.method === 'HEAD' ? { ...answered, body: '' } : answered;
}

async function answerTo(call: PageCall, dependencies: PageDependencies) {
  const { plant, stage, clock, log } = dependencies;
  if (call.method !== 'GET' && call.method !== 'HEAD')
    return {
      ...sentenceAnswer(405, 'Not possible', 'Links are only opened.'),
      headers: { ...pageHeaders, allow: 'GET, HEAD' },
    };
  const link = dependencies.mayCall(call.sourceIp) ? claimedLink(call.page, call.query) : undefined;
  if (!link) return forbiddenAnswer;
  try {
    // Read again once a minute, so that a rotation ends all links.
    const { current: key } = await dependencies.key({ refresh: true });
    const signer = { key, plant, stage };
    if (!isSigned(link, call.query, signer)) return forbiddenAnswer;
    if (link.until * 1000 < clock.now().getTime())
      return sentenceAnswer(
        410,
        'This link has ended',
        'The next alert and the next morning mail have new links.',
      );
    if (call.method === 'HEAD') return pageAnswer('');
    // After a leak, the log says what was seen.
    log.info('A page is shown', { ...link, sourceIp: call.sourceIp });
    const answer =
      link.page === 'today'
        ? await todayAnswer(link, signer, dependencies)
        : await orderAnswer(link.number, dependencies);
    return dependencies.mode === 'shadow'
      ? { ...answer, body: underNote(inShadowSays, answer.body) }
      : answer;
  } catch (error) {
    log.error('A page cannot be shown', { reason: reasonOf(error) });
    return sentenceAnswer(503, 'Not now', 'Pages cannot be shown now. Try it again in some minutes.');
  }
}

/** @param link Its time is that of the links on the page, too. */
async function todayAnswer(
  { until }: SignedLink,
  signer: Signer,
  { ledger, breaker, clock, mode, plant, stage, timeZone, graceHours }: PageDependencies,
) {
  const situation = await readSituation({
    ledger,
    breaker,
    clock,
    mode,
    timeZone,
    graceHours,
    outageSeconds: 0,
    // The page's role may read nothing but the ledger, so the page says nothing of queues.
    queue: async () => ({ waiting: 0, underWay: 0 }),
    countDeadLetters: async () => 0,
  });
  const linkTo = (number: string) => signedLink({ page: 'order', number, until }, signer);
  const day = await readToday(situation, daysOfWeek + 1, { ledger, timeZone });
  return pageAnswer(todayPage(day, situation, { plant: `${plant} (${stage})`, timeZone, linkTo }));
}

async function orderAnswer(
  number: string,
  { ledger, breaker, clock, timeZone, graceHours }: PageDependencies,
) {
  const partners = await breaker.states();
  const now = { at: clock.now(), timeZone, graceHours };
  const facts = await readOrderFacts(number, ledger, { now, partners });
  if (!facts)
    return sentenceAnswer(404, `Order ${number}`, 'The ledger knows nothing of this order any more.');
  return pageAnswer(orderPage(number, facts, timeZone));
}

function pageAnswer(body: string, statusCode = 200) {
  return { statusCode, headers: pageHeaders, body };
}

function sentenceAnswer(statusCode: number, title: string, text: string) {
  return pageAnswer(htmlPage(title, html`<p>${text}</p>`), statusCode);
}

const forbiddenAnswer = sentenceAnswer(
  403,
  'Nothing to see here',
  'This link opens no page from where you are. The next alert and the next morning mail have new links.',
);
