import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { parseProductOrderMessage } from '../../../shared/orders/messages.ts';
import type { TableModel } from '../aws/table.ts';
import type { Service } from '../world/fate.ts';
import { createFindings, type Finding } from './finding.ts';

/** What is looked at while a run goes on: afterwards nobody could tell any more. */
export interface Watch {
  /** A call leaves a container. */
  readonly begins: (container: string, stage: string, service: Service) => void;
  /** Its caller has heard of it, or has given it up. */
  readonly ends: (container: string, service: Service) => void;
  /** The container has died, or its invocation is over. */
  readonly leaves: (container: string) => void;
  /** A queue gives this to a function. */
  readonly gives: (stage: string, event: unknown) => void;
  /** Numbers of the product orders that several messages ask for. */
  readonly sentTwice: ReadonlySet<string>;
  /** When each call to a partner left, in epoch milliseconds. */
  readonly calls: Readonly<Record<Partner, readonly number[]>>;
  readonly findings: () => readonly Finding[];
}

type Partner = 'azumuta' | 'erp';
const recordsSchema = z.object({ Records: z._default(z.array(z.object({ body: z.string() })), []) });
const productOrdersSchema = z.object({
  Records: z.array(
    z.object({ body: z.string(), attributes: z.object({ ApproximateReceiveCount: z.string() }) }),
  ),
});
const lockedSchema = z.object({
  home: z.optional(z.string()),
  lock: z.optional(z.string()),
});
/** An item as DynamoDB has it. */
type Stored = Readonly<Record<string, { readonly S?: string; readonly N?: string; readonly BOOL?: boolean }>>;

export interface WatchSurroundings {
  readonly now: () => number;
  readonly table: () => Pick<TableModel, 'answer' | 'items'>;
  /** Whether no call has gone wrong so far. */
  readonly isCalm: () => boolean;
  /** What each partner bears, as it is configured. */
  readonly limit: { readonly atOnce?: number; readonly perSecond?: number };
}

/** Clocks of containers are apart by less. */
const clocksDifferMs = 5000;
/** Work that began before the breaker opened goes on until its function is out of time. Source: infra/stack. */
const longestWorkMs = (stage: string) =>
  (/^(pull|reconcile)/.test(stage) ? 300_000 : 60_000) + clocksDifferMs;
/** Who records in the sandbox's Azumuta, unless somebody else is named. */
export const operatorName = 'An Peeters';

export function createWatch({ now, table, isCalm, limit }: WatchSurroundings): Watch {
  const { perSecond, atOnce = perSecond && Math.ceil(perSecond) } = limit;
  const { find, all } = createFindings();
  const underWay = { azumuta: new Map<string, number>(), erp: new Map<string, number>() };
  const calls = { azumuta: [] as number[], erp: [] as number[] };

  function stored(pk: string, sk: string): Stored | undefined {
    const input = { TableName: 'ledger', Key: { pk: { S: pk }, sk: { S: sk } }, ConsistentRead: true };
    // What the model answers to this command.
    return (table().answer(new GetItemCommand(input)) as { readonly Item?: Stored }).Item;
  }

  function lookAtSlots(partner: Partner): void {
    if (atOnce === undefined) return;
    // Whoever has a slot makes one call after the other.
    const callers = [...underWay[partner]].flatMap(([name, times]) => Array<string>(times).fill(name));
    const held = Array.from({ length: atOnce }, (_, at) =>
      stored(`SLOTS#${partner}`, `SLOT#${at + 1}`),
    ).filter((slot) => Number(slot?.leaseUntil?.N ?? 0) > now() - clocksDifferMs);
    if (callers.length > held.length)
      find('atOnce', `${callers.join(' and ')} call ${partner} with ${held.length} slot(s).`);
    if (callers.length > atOnce)
      find('atOnce', `${callers.join(' and ')} call ${partner}, which bears ${atOnce} call(s) at once.`);
  }

  function lookAtPace(partner: Partner): void {
    if (perSecond === undefined || atOnce === undefined) return;
    for (const [seconds, most] of [
      [60, 60 * perSecond],
      // Whoever makes one of the calls at once may begin with one.
      [5, 5 * perSecond + atOnce],
    ] as const) {
      const since = now() - seconds * 1000;
      const made = calls[partner].length - 1 - calls[partner].findLastIndex((at) => at <= since);
      if (made > most)
        find('perSecond', `${partner} gets ${made} calls in ${seconds} s, and bears ${perSecond} a second.`);
    }
  }

  function lookAtBreaker(partner: Partner, stage: string): void {
    const breaker = stored(`BREAKER#${partner}`, 'STATE');
    if (breaker?.open?.BOOL !== true) return;
    const opened = Date.parse(breaker.openedAt?.S ?? '');
    const until = Number(breaker.openUntil?.N ?? 0);
    const isProbed = Number(breaker.probeUntil?.N ?? 0) > now() - clocksDifferMs;
    if (!isProbed && until > now() + clocksDifferMs && now() - opened > longestWorkMs(stage))
      find(
        'breaker',
        `${stage} calls ${partner}, whose breaker is open until ${new Date(until).toISOString()}.`,
      );
  }

  /** Claims of bookings that are the lock of their ERP order as well. */
  const locks = new Map<string, { readonly pk: string; readonly sk: string; readonly key: string }>();
  const working = new Set<string>();

  function noteLocks(event: unknown): void {
    for (const { body } of recordsSchema.parse(event).Records) {
      const { home, lock: key } = lockedSchema.parse(JSON.parse(body));
      if (key !== undefined) locks.set(`${home} ${key}`, { pk: `ORDER#${home}`, sk: `BOOKING#${key}`, key });
    }
  }

  const received = new Set<string>();
  const sentTwice = new Set<string>();

  /** Of one message each receive has another number. */
  function noteReceives(event: unknown): void {
    for (const { body, attributes } of productOrdersSchema.parse(event).Records) {
      const { number } = parseProductOrderMessage(body);
      const receive = `${number} ${attributes.ApproximateReceiveCount}`;
      if (received.has(receive)) sentTwice.add(number);
      received.add(receive);
    }
  }

  /** Once nobody works any more, and no call has gone wrong so far, nothing is held. */
  function lookAtReleases(): void {
    if (working.size > 0 || !isCalm()) return;
    for (const item of table().items())
      if (isHeld(item)) find('givenBack', `${String(item.pk)} ${String(item.sk)} is held, and nobody works.`);
  }

  function lookAtLocks(): void {
    for (const { pk, sk, key } of locks.values()) {
      const { state, leaseUntil, lockedUntil, lockedFor } = stored(pk, sk) ?? {};
      const [claimed, locked] = [leaseUntil, lockedUntil].map(
        (end) => Number(end?.N ?? 0) > now() + clocksDifferMs,
      );
      if (state?.S === 'claimed' && claimed && locked && lockedFor?.S !== key)
        find('oneAtATime', `${key} and ${lockedFor?.S ?? 'another'} are booked at once.`);
    }
  }

  return {
    begins(container, stage, service) {
      working.add(container);
      if (!isPartner(service)) return;
      calls[service].push(now());
      const callers = underWay[service];
      callers.set(container, (callers.get(container) ?? 0) + 1);
      lookAtSlots(service);
      lookAtPace(service);
      lookAtBreaker(service, stage);
      if (stage === 'book-completion') lookAtLocks();
    },
    ends(container, service) {
      if (!isPartner(service)) return;
      const left = (underWay[service].get(container) ?? 1) - 1;
      if (left > 0) underWay[service].set(container, left);
      else underWay[service].delete(container);
    },
    leaves(container) {
      for (const callers of Object.values(underWay)) callers.delete(container);
      if (working.delete(container)) lookAtReleases();
    },
    gives(stage, event) {
      if (stage === 'book-completion') noteLocks(event);
      if (stage === 'create-product-orders') noteReceives(event);
      if (JSON.stringify([event]).includes(operatorName))
        find('personal', `A queue gives the name of an operator to ${stage}.`);
    },
    sentTwice,
    calls,
    findings: all,
  };
}

function isPartner(service: Service): service is Partner {
  return service === 'azumuta' || service === 'erp';
}

export function isHeld({ lockedBy, owner, leaseUntil }: Readonly<Record<string, unknown>>): boolean {
  return lockedBy !== undefined || (owner !== undefined && leaseUntil !== undefined);
}
