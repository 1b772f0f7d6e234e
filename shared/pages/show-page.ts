import type { Breaker } from '../circuit-breaker/circuit-breaker.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { reasonOf } from '../model/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/log.ts';
import { readOrderFacts } from '../situation/order-facts.ts';
import { readSituation } from '../situation/read.ts';
import { readToday } from '../situation/today.ts';
import { html, pageHeaders, pageOf } from './html.ts';
import { isSigned, parseLink, type SignedLink, type Signer, signedLink } from './links.ts';
import { orderPage, todayPage } from './render.ts';

/** A call, as API Gateway hands it over. */
export interface PageCall {
  readonly method: string;
  readonly sourceIp: string;
  /** Last segment of the path. */
  readonly page: string;
  readonly query: string;
}

/** What pages are shown with: nothing here can write. */
export interface PageDependencies {
  readonly ledger: Pick<
    Ledger,
    'concerns' | 'orders' | 'deadLetters' | 'pauses' | 'days' | 'knownOrders' | 'erpOrders' | 'journeys'
  >;
  readonly breaker: Pick<Breaker, 'state'>;
  readonly plant: string;
  readonly stage: string;
  readonly timeZone: string;
  /** The only value of the key that counts. */
  readonly key: () => Promise<string>;
  readonly mayCall: (sourceIp: string) => boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface PageAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Answers a call of a signed link. Scanners of mail and chat fetch links unasked, so nothing has an effect.
 *
 *   neither GET nor HEAD                              405
 *   from another address, or no link of ours          403: always the same page, so that nobody learns which it was
 *   the key cannot be read                            503
 *   a link of ours whose time is over                 410: only who had the link learns that
 *   a link of ours                                    its page; 404 when the ledger knows nothing of its order
 */
export async function showPage(call: PageCall, dependencies: PageDependencies): Promise<PageAnswer> {
  const answered = await answerTo(call, dependencies);
  return call.method === 'HEAD' ? { ...answered, body: '' } : answered;
}

async function answerTo(call: PageCall, dependencies: PageDependencies): Promise<PageAnswer> {
  const { plant, stage, clock, log } = dependencies;
  const isHead = call.method === 'HEAD';
  if (!isHead && call.method !== 'GET')
    return {
      ...answer(405, 'Not possible', 'Links are only opened.'),
      headers: { ...pageHeaders, allow: 'GET, HEAD' },
    };
  const parsed = dependencies.mayCall(call.sourceIp) ? parseLink(call.page, call.query) : undefined;
  if (!parsed) return refused;
  const { link, presented } = parsed;
  const key = await dependencies.key().catch((error: unknown) => {
    log.error('The key of the pages cannot be read', { reason: reasonOf(error) });
    return undefined;
  });
  if (key === undefined)
    return answer(503, 'Not now', 'Pages cannot be shown now. Try it again in some minutes.');
  const signer = { key, plant, stage };
  if (!isSigned(link, presented, signer)) return refused;
  if (link.until * 1000 < clock.now().getTime())
    return answer(410, 'This link is over', 'The next alert and the next morning mail have new links.');
  if (isHead) return { statusCode: 200, headers: pageHeaders, body: '' };
  // After a leak, the log says what was seen; the access log of the API, from where.
  log.info('A page is shown', { ...link, sourceIp: call.sourceIp });
  return link.page === 'today' ? showToday(link, signer, dependencies) : showOrder(link.number, dependencies);
}

/** @param link Its time is that of the links on the page, too. */
async function showToday(
  { until }: SignedLink,
  signer: Signer,
  { ledger, breaker, clock, plant, stage, timeZone }: PageDependencies,
): Promise<PageAnswer> {
  const situation = await readSituation({
    ...{ ledger, breaker, clock, graceHours: 0, outageSeconds: 0 },
    // The page's role may read nothing but the ledger, so the page says nothing of queues.
    queue: async () => ({ waiting: 0, underWay: 0, paused: false }),
    countDeadLetters: async () => 0,
  });
  const today = await readToday(situation, 1, { ledger, timeZone });
  const linkTo = (number: string) => signedLink({ page: 'order', number, until }, signer);
  const body = todayPage(today, situation, { plant: `${plant} (${stage})`, timeZone, linkTo });
  return { statusCode: 200, headers: pageHeaders, body };
}

async function showOrder(number: string, dependencies: PageDependencies): Promise<PageAnswer> {
  const { ledger, breaker, clock, timeZone } = dependencies;
  const [erp, azumuta] = await Promise.all([breaker.state('erp'), breaker.state('azumuta')]);
  const facts = await readOrderFacts(number, ledger, { now: clock.now(), partners: { erp, azumuta } });
  if (!facts) return answer(404, `Order ${number}`, 'The ledger knows nothing of this order any more.');
  return { statusCode: 200, headers: pageHeaders, body: orderPage(number, facts, timeZone) };
}

function answer(statusCode: number, title: string, text: string): PageAnswer {
  return { statusCode, headers: pageHeaders, body: pageOf(title, html`<p>${text}</p>`) };
}

const refused = answer(
  403,
  'Nothing to see here',
  'This link opens no page from where you are. The next alert and the next morning mail have new links.',
);
