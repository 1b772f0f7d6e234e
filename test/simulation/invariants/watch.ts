import { type AttributeValue, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod/mini';
import { alertSchema } from '../../../shared/alerts/alert.ts';
import { type FlowName, type Paused, pausedIn } from '../../../shared/ledger/records/pauses.ts';
import { productOrderMessageSchema } from '../../../shared/orders/messages.ts';
import { parseMessage } from '../../../shared/platform/aws/queue.ts';
import type { TableModel } from '../aws/table.ts';
import { recordsOf } from '../world/describe.ts';
import type { Service } from '../world/fate.ts';
import { minuteMs, plantZone } from '../world/moments.ts';
import { createFindings, type Item, isOpenConcern, isSettledAsUnwanted } from './finding.ts';

export type Watch = ReturnType<typeof createWatch>;

type Partner = 'azumuta' | 'erp';
/** An item in DynamoDB's own form. */
type Stored = Record<string, AttributeValue>;

interface WatchSurroundings {
  readonly now: () => number;
  readonly table: () => Pick<TableModel, 'answer' | 'items'>;
  /** Whether no call has failed so far. */
  readonly isCalm: () => boolean;
  /** The configured limits, which apply to each partner. */
  readonly limit: { readonly atOnce?: number; readonly perSecond?: number };
  /** The product orders that Azumuta has now, by their ids. Default: all that anybody names. */
  readonly inAzumuta?: () => ReadonlySet<string>;
  /** Times of day at which completed parts are booked. */
  readonly bookAt?: readonly string[] | undefined;
}

/** Clocks of containers differ by less. */
const clocksDifferMs = 5000;
/** Work that began before the breaker opened may continue until its function's timeout. Source: infra/stack. */
const maxWorkMs = (stage: string) => (/^(pull|reconcile)/.test(stage) ? 300_000 : 60_000) + clocksDifferMs;
/** Another container may probe after so long, as the one that probed may hang or be dead: six cooldowns. */
const probeMs = 90_000 - clocksDifferMs;
/** Runs that look for windows may fail or be missing, but not so many in a row. */
const mostRunsMissing = 12;
/** The operator in the sandbox's Azumuta, unless another one is given. */
export const operatorName = 'An Peeters';

/** Checks that are possible only during a run, because nothing shows the violation afterwards. */
export function createWatch({ now, table, isCalm, limit, inAzumuta, bookAt = [] }: WatchSurroundings) {
  const { perSecond, atOnce = perSecond && Math.ceil(perSecond) } = limit;
  const { find, all } = createFindings();
  const underWay = { azumuta: new Map<string, number>(), erp: new Map<string, number>() };
  const calls = { azumuta: [] as number[], erp: [] as number[] };
  /** When each container called the partner last. */
  const lastCalls = { azumuta: new Map<string, number>(), erp: new Map<string, number>() };

  function stored(pk: string, sk: string): Stored | undefined {
    const input = { TableName: 'ledger', Key: { pk: { S: pk }, sk: { S: sk } }, ConsistentRead: true };
    // The model returns this type for a GetItemCommand.
    return (table().answer(new GetItemCommand(input)) as { readonly Item?: Stored }).Item;
  }

  const slotsOf = (partner: Partner, most: number) =>
    Array.from({ length: most }, (_, at) => stored(`SLOTS#${partner}`, `SLOT#${at + 1}`));

  function checkSlots(partner: Partner): void {
    if (atOnce === undefined) return;
    // With one slot, a container makes one call at a time.
    const callers = [...underWay[partner]].flatMap(([name, times]) => Array<string>(times).fill(name));
    const held = slotsOf(partner, atOnce).filter(
      (slot) => Number(slot?.leaseUntil?.N ?? 0) > now() - clocksDifferMs,
    );
    if (callers.length > held.length)
      find('atOnce', `${callers.join(' and ')} call ${partner} with ${held.length} slot(s).`);
  }

  /** The slots of Azumuta that the function holds are those of its other containers. */
  function checkOneSlot(container: string, stage: string): void {
    if (atOnce === undefined || !isCalm()) return;
    const others = [...working].filter((one) => one !== container && one.startsWith(stage)).length;
    const held = slotsOf('azumuta', atOnce).filter(
      (slot) => slot?.owner?.S?.startsWith(stage) && Number(slot.leaseUntil?.N ?? 0) > now(),
    );
    if (held.length > others) find('oneSlot', `${container} calls the ERP with a slot of Azumuta.`);
  }

  function checkPace(partner: Partner): void {
    if (perSecond === undefined || atOnce === undefined) return;
    for (const [seconds, most] of [
      [60, 60 * perSecond],
      // Each of the simultaneous callers may begin with a call.
      [5, 5 * perSecond + atOnce],
    ] as const) {
      const since = now() - seconds * 1000;
      const made = calls[partner].length - 1 - calls[partner].findLastIndex((at) => at <= since);
      if (made > most)
        find(
          'perSecond',
          `${partner} gets ${made} calls in ${seconds} s; its limit is ${perSecond} a second.`,
        );
    }
  }

  function checkBreaker(partner: Partner, stage: string): void {
    const breaker = stored(`BREAKER#${partner}`, 'STATE');
    if (breaker?.open?.BOOL !== true) return;
    const opened = Date.parse(breaker.openedAt?.S ?? '');
    const until = Number(breaker.openUntil?.N ?? 0);
    const isProbed = Number(breaker.probeUntil?.N ?? 0) > now() - clocksDifferMs;
    const isYoung = (container: string) => now() - (lastCalls[partner].get(container) ?? 0) < probeMs;
    const callers = [...underWay[partner].keys()].filter(isYoung);
    if (callers.length > 1 && now() - opened > maxWorkMs('pull'))
      find('breaker', `${callers.join(' and ')} probe ${partner} at once.`);
    if (!isProbed && until > now() + clocksDifferMs && now() - opened > maxWorkMs(stage))
      find(
        'breaker',
        `${stage} calls ${partner}, whose breaker is open until ${new Date(until).toISOString()}.`,
      );
  }

  /** @param ahead The clock of whoever reads it. */
  const pausesNow = (ahead = 0): Paused =>
    pausedIn(unmarshall(stored('BREAKER#erp', 'STATE') ?? {}), new Date(now() + ahead));

  /** What is under way is finished. */
  function checkPause(partner: Partner, stage: string): void {
    const paused = pausesNow(clocksDifferMs);
    for (const flow of flowsCalling(partner, stage)) {
      const since = paused[flow]?.since.getTime() ?? Number.POSITIVE_INFINITY;
      if (now() - since > maxWorkMs(stage))
        find('paused', `${stage} calls ${partner}, and the flow of ${flow} is paused.`);
    }
  }

  const working = new Set<string>();

  const received = new Set<string>();
  const sentTwice = new Set<string>();

  /** Each receive of one message has another count, so an equal count means a second message. */
  function noteReceives(event: unknown): void {
    for (const { body, receives } of recordsOf(event)) {
      const { number } = parseMessage(productOrderMessageSchema, body);
      const receive = `${number} ${receives}`;
      if (received.has(receive)) sentTwice.add(number);
      received.add(receive);
    }
  }

  /** When no function runs and no call has failed so far, nothing may be held. */
  function checkReleases(): void {
    if (working.size > 0 || !isCalm()) return;
    for (const item of table().items())
      if (isHeld(item))
        find('released', `${String(item.pk)} ${String(item.sk)} is held, but no function runs.`);
  }

  let heldBackUntil = 0;
  /** A pause holds windows back, also while messages wait. */
  function notePause(): void {
    const { bookings, completions } = pausesNow();
    if (bookings ?? completions) heldBackUntil = now();
  }

  /**
   * Where parts are booked at times, and nothing is under way: what is completed and in no booking waits for its time.
   * @param betweenRunsMs From one run that looks for them to the next: they are rare once nothing new comes.
   */
  function checkWindows(betweenRunsMs: number): void {
    const items: readonly Item[] = table().items();
    const isLate = (dueAt: number) =>
      Math.max(dueAt, heldBackUntil) < now() - mostRunsMissing * betweenRunsMs;
    const late = items.filter(
      ({ sk, awaiting, dueAt }) => sk === 'WINDOW' && awaiting === 'window' && isLate(Number(dueAt)),
    );
    for (const { pk, sk, since, dueAt } of items) {
      if (sk !== 'WINDOW' || since === undefined) continue;
      const first = firstShown(bookAt, Date.parse(String(since)));
      const isAhead = first > now() + clocksDifferMs;
      if (isAhead && dueAt !== first)
        find('wakes', `The window of ${String(pk)} is due at ${Number(dueAt)}, and its time is ${first}.`);
    }
    for (const { pk } of late) find('wakes', `The window of ${String(pk)} is due, and nobody looks.`);
    const isAt = (home: string) => (item: Item) => item.pk === `ORDER#${home}`;
    const firstOf = (entry: Item | undefined) => String(Object(entry?.part).first);
    const present = inAzumuta?.();
    for (const { sk, number, reopened, productOrderId } of items) {
      if (!String(sk).startsWith('COMPLETED#') || reopened === true) continue;
      // What was removed before its first hint had read it is for the reconciliation, which says so once it is overdue.
      if (present && !present.has(String(productOrderId))) continue;
      const index = Number(String(sk).slice('COMPLETED#'.length));
      const own = items.find((item) => item.pk === `ORDER#${String(number)}` && item.sk === 'ORDER');
      const home = firstOf(own);
      const kept = items.filter(isAt(home));
      const isBooked = kept.some(({ kind, parts }) => kind === 'quantity' && Object(parts).includes?.(index));
      const isAwaited = kept.some((item) => item.sk === 'WINDOW' && item.awaiting === 'window');
      if (isBooked || isAwaited) continue;
      const parts = items.filter((item) => item.sk === 'ORDER' && firstOf(item) === home);
      const family = new Set([`ORDER#${home}`, `ORDER#${String(number)}`, ...parts.map(({ pk }) => pk)]);
      // A person has its dead letter, or has given it up. What is open about another part of its ERP order is looked at
      // daily, and that look decides about all of them.
      // Who has settled that it is not wanted knows of it, until the daily look.
      const isSettled = items.some((item) => item.pk === own?.pk && isSettledAsUnwanted(item));
      const isOfPerson =
        own?.givenUp === true || isSettled || items.some((item) => family.has(item.pk) && needsPerson(item));
      if (!isOfPerson)
        find('wakes', `${String(number)} is completed and in no booking, and no window is open.`);
    }
  }

  return {
    checkWindows,
    notePause,
    /** A call leaves a container. */
    begins(container: string, stage: string, service: Service): void {
      working.add(container);
      if (!isPartner(service)) return;
      calls[service].push(now());
      lastCalls[service].set(container, now());
      const callers = underWay[service];
      callers.set(container, (callers.get(container) ?? 0) + 1);
      checkSlots(service);
      checkPace(service);
      checkBreaker(service, stage);
      checkPause(service, stage);
      if (stage === 'book-completion' && service === 'erp') checkOneSlot(container, stage);
    },
    /** The caller has the answer, or has given the call up. */
    ends(container: string, service: Service): void {
      if (!isPartner(service)) return;
      const left = (underWay[service].get(container) ?? 1) - 1;
      if (left > 0) underWay[service].set(container, left);
      else underWay[service].delete(container);
    },
    /** The container has died, or its invocation has ended. */
    leaves(container: string): void {
      for (const callers of Object.values(underWay)) callers.delete(container);
      if (working.delete(container)) checkReleases();
    },
    /** A queue delivers this event to a function. */
    gives(stage: string, event: unknown): void {
      if (stage === 'create-product-orders') noteReceives(event);
      if (JSON.stringify([event]).includes(operatorName))
        find('personal', `A message to ${stage} has the name of an operator.`);
    },
    /** Numbers of the product orders that several messages ask for. */
    sentTwice: sentTwice as ReadonlySet<string>,
    /** When each call to a partner left, in epoch milliseconds. */
    calls,
    findings: all,
  };
}

const clock = new Intl.DateTimeFormat('en-GB', {
  timeZone: plantZone,
  hour: '2-digit',
  minute: '2-digit',
});

/** The first of these times after an instant, minute by minute as somebody at the plant sees it on the clock. */
function firstShown(times: readonly string[], after: number): number {
  const shownAt = (ms: number) => clock.format(ms);
  for (let ms = Math.floor(after / minuteMs) * minuteMs + minuteMs; ; ms += minuteMs) {
    const [before, shown] = [shownAt(ms - minuteMs), shownAt(ms)];
    const isSecond = shownAt(ms - 60 * minuteMs) === shown;
    // From 01:59 to 03:00 it shows none of the times between.
    const isPassed = times.some((time) => before < time && time <= shown);
    const isMidnight = shown < before && times.includes(shown);
    if ((isPassed || isMidnight) && !isSecond) return ms;
  }
}

/** The flows whose pause keeps a function from calling a partner. */
function flowsCalling(partner: Partner, stage: string): readonly FlowName[] {
  if (stage === 'create-product-orders') return ['orders'];
  if (stage === 'pull-product-orders') return ['pull'];
  if (stage !== 'book-completion') return [];
  return partner === 'erp' ? ['completions', 'bookings'] : ['completions'];
}

function isPartner(service: Service): service is Partner {
  return service === 'azumuta' || service === 'erp';
}

function needsPerson(item: Item): boolean {
  return isOpenConcern(item) || String(item.sk).startsWith('DEAD-LETTER#');
}

export function isHeld({ owner, leaseUntil }: Readonly<Record<string, unknown>>): boolean {
  return owner !== undefined && leaseUntil !== undefined;
}

/** A mail about a group of troubles, and the concerns of that group that were open when it left, by their keys. */
interface Told extends z.output<typeof alertSchema> {
  readonly open: readonly string[];
}

/** The indexes lag by less, unless an event makes them; clocks of containers differ by less. */
export const lagMs = 5000;

export const sinceOf = ({ concernOf }: Item) => Date.parse(String(concernOf).split(' ').at(-1) ?? '');
export const isOfGroup = ({ concernOf }: Item, { kind, partner, cause }: z.output<typeof alertSchema>) =>
  String(concernOf).startsWith(`${kind} ${partner} ${cause} `);

/** Notes what people are told, and what the ledger shows at that moment: nothing shows it afterwards. */
export function createAlertWatch(items: () => readonly Item[]) {
  const told: Told[] = [];
  return {
    /** A mail leaves: it is the oldest one in the outbox. */
    mailed(): void {
      const all = items();
      const [oldest] = all
        .filter(({ channel }) => channel === 'email')
        .toSorted((one, other) => (String(one.id) < String(other.id) ? -1 : 1));
      const { data } = z.safeParse(alertSchema, JSON.parse(String(oldest?.body ?? 'null')));
      if (!data) return;
      const open = all.filter((one) => isOfGroup(one, data) && sinceOf(one) < Date.parse(data.at) - lagMs);
      told.push({ ...data, open: open.map(({ pk, sk }) => `${pk} ${sk}`) });
    },
    told: told as readonly Told[],
  };
}
