import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { causes } from '../../model/causes.ts';
import type { FactName } from '../../model/order-facts.ts';
import type { ErpOrderFacts } from '../../model/orders.ts';
import { type Partner, partnerNames } from '../../model/partner.ts';
import { shorten } from '../../model/text.ts';
import type { DeepReadonly, Key, StoredItem } from '../../platform/aws/dynamodb-table.ts';
import { maxNoteLength, storedCauseSchema } from '../history.ts';
import { concernKey, ledgerIndexes, noOrder, numberOf } from '../keys.ts';
import { dayFields } from './events.ts';
import { type OrderContent, orderContentSchema } from './order-content.ts';
import { Records } from './records.ts';

/**
 * What needs a person about an order. Each kind has one owner, which begins it and ends it at its next look:
 *
 *   kind               begun by                        ended by
 *   changed            accept, when the ERP wants      a look: Azumuta has what the ERP wants, or it is booked; its
 *                      other content than was made,    booking; accept, once the ERP wants no more than was booked
 *                      or more than was booked; a
 *                      look says what Azumuta has
 *   unwanted           accept: cancelled, put back,    a look: Azumuta has it no more, it is booked, or the ERP wants it
 *                      deleted, surplus, not accepted  again as Azumuta has it
 *   number-taken       accept: another ERP order is    accept: that one is mapped elsewhere, or gone (it is asked for
 *                      mapped to its number as well    once a day)
 *   refused            accept: it cannot be mapped     accept: it can; the daily look: it could
 *   removed            a look, a hint, the             a look: it is there again, or the ERP does not want it any more
 *                      reconciliation
 *   figures-changed    a hint, after it was booked     a hint: the figures are those that were booked, or that a person
 *                                                      has settled since
 *   used-again         accept, after it was booked     a person; accept: it is mapped to another number
 *   time-ahead         accept: the ERP says that it    accept: it does not
 *                      will be changed
 *   unknown-numbers    hints: triggers named numbers   a person
 *                      that nobody knows; one an hour
 *
 * Its owner looks when the order is posted, pulled, triggered or replayed, and once a day. After that, a concern is open
 * exactly while its cause is. A release that does not have a kind leaves it out after a rollback: `leftOutConcerns` in
 * `release.test.ts` names those.
 */
export const orderConcernKinds = [
  'changed',
  'unwanted',
  'number-taken',
  'refused',
  'removed',
  'figures-changed',
  'used-again',
  'time-ahead',
  'unknown-numbers',
] as const;
export type OrderConcernKind = (typeof orderConcernKinds)[number];

interface ConcernRule {
  /** Where it is put right. */
  readonly partner: Partner;
  /**
   * `content`: that just this differs. `content for good`: the same, also after something else was open. `nothing`: only the
   * cause counts, and the same words may be repeated.
   */
  readonly settles: 'content' | 'content for good' | 'nothing';
  /** The figure of a day in which it counts: an order was `changed` after it was made. */
  readonly counts: 'changed' | 'in none';
  /**
   * What ends it, whatever it says. `withdrawal`: its product order is withdrawn, or made again as it is wanted. `booking`:
   * nothing can be put right in Azumuta any more. Whether a number was used again, only a person knows.
   */
  readonly endsBy: readonly ConcernEnd[];
  /**
   * While it is open, nobody asks Azumuta whether the order is completed, and it is not late: a person was asked to end it,
   * as the ERP does not want it, or Azumuta has it no more.
   */
  readonly stopsAsking: boolean;
}

type ConcernEnd = 'withdrawal' | 'booking';

export const concernRules: Readonly<Record<OrderConcernKind, ConcernRule>> = {
  changed: {
    partner: 'erp',
    settles: 'content',
    counts: 'changed',
    endsBy: ['withdrawal', 'booking'],
    stopsAsking: false,
  },
  unwanted: {
    partner: 'erp',
    settles: 'nothing',
    counts: 'changed',
    endsBy: ['withdrawal', 'booking'],
    stopsAsking: true,
  },
  'number-taken': {
    partner: 'erp',
    settles: 'content',
    counts: 'changed',
    endsBy: [],
    stopsAsking: false,
  },
  refused: {
    partner: 'erp',
    settles: 'nothing',
    counts: 'in none',
    endsBy: [],
    stopsAsking: false,
  },
  removed: {
    partner: 'azumuta',
    settles: 'nothing',
    counts: 'changed',
    endsBy: ['withdrawal', 'booking'],
    stopsAsking: true,
  },
  // The ERP has since then what was settled, and not what we have booked.
  'figures-changed': {
    partner: 'erp',
    settles: 'content for good',
    counts: 'changed',
    endsBy: [],
    stopsAsking: false,
  },
  'used-again': {
    partner: 'erp',
    settles: 'content',
    counts: 'changed',
    endsBy: ['withdrawal'],
    stopsAsking: false,
  },
  'time-ahead': {
    partner: 'erp',
    settles: 'nothing',
    counts: 'in none',
    endsBy: [],
    stopsAsking: false,
  },
  'unknown-numbers': {
    partner: 'azumuta',
    settles: 'nothing',
    counts: 'in none',
    endsBy: [],
    stopsAsking: false,
  },
};

export function kindsEndedBy(end: ConcernEnd): readonly OrderConcernKind[] {
  return orderConcernKinds.filter((kind) => concernRules[kind].endsBy.includes(end));
}

/** All that needs a person, by kind: dead letters and messages that wait are records of their own. */
export const concernKinds = [...orderConcernKinds, 'dead-letter', 'waiting'] as const;

/** What is known of an order of which there is no record. A fact that is added is optional, as it was not stored before. */
const factsWithoutRecord = {
  article: z.string(),
  quantity: z.string(),
  dueDate: z.exactOptional(z.string()),
} satisfies Record<FactName, z.ZodMiniType>;

export const concernSchema = z.object({
  kind: z.enum(orderConcernKinds),
  /** Another ERP order (its id or number) that is mapped to the same number, or an hour: it has its own concern. */
  claimant: z.optional(z.string()),
  /** Identifies what people hear of: they hear of the same once. Empty once the concern has ended. */
  content: z.string().check(z.minLength(1)),
  /** A sentence for a person: what is wrong, and what to do. */
  note: z.string(),
  cause: storedCauseSchema,
  /** Article and quantity of an order of which the ledger has no other record; and its date, while nothing is made of it. */
  about: z.exactOptional(z.object(factsWithoutRecord)),
  /** What the ERP wants instead of what was made. */
  wanted: z.exactOptional(orderContentSchema),
});
export type Concern = DeepReadonly<z.output<typeof concernSchema>>;

export const removedConcern = {
  kind: 'removed',
  content: 'removed',
  cause: 'unknown-order',
  note: 'Azumuta does not have it any more',
} as const satisfies Concern;

const indexedSchema = z.object({
  kind: z.enum(concernKinds),
  /** Where it is put right. */
  partner: z.enum(partnerNames),
  cause: z.enum(causes),
  since: z.coerce.date(),
});
/** An open concern as the index shows it: enough to group and count it without reading its item. */
export type OpenConcern = DeepReadonly<z.output<typeof indexedSchema>> & { readonly key: Key };

const factsSchema = z.object({
  pk: z.string(),
  concern: z.literal('open'),
  /** The number that its key names, unless it is given. */
  order: z.optional(z.string()),
  reason: z.optional(z.string()),
  note: z.optional(z.string()),
  /** The first numbers that nobody knows, and how many there were. */
  numbers: z.optional(z.array(z.string())),
  count: z._default(z.number(), 0),
  ...z.pick(concernSchema, { about: true }).shape,
});

/** Attributes that put an item into the index of concerns; removing `concernFieldNames` takes it out. */
export function concernFields({ kind, partner, cause }: Omit<OpenConcern, 'key' | 'since'>, since: Date) {
  return { concern: 'open', concernOf: `${kind} ${partner} ${cause} ${since.toISOString()}` };
}
export const concernFieldNames = ['concern', 'concernOf'];

const maxContentLength = 1000;
const maxNumbers = 50;

/** Undefined once it has ended, and, after a rollback, for a kind that only the newer version knows. */
export function concernOf(stored: StoredItem | undefined): Concern | undefined {
  return z.safeParse(concernSchema, stored).data;
}

/** The same for whatever Azumuta has instead. The unit is named, too, as the mapping need not send it along. */
function nameOfWanted({ contentHash, erpOrder: { unit = '' } }: OrderContent): string {
  return `${contentHash} in ${unit}`;
}

/**
 * What people hear of once it is built, by what the ERP wants and whatever was built. Who has settled before that it remains as
 * it was made has settled these as well: nothing has changed but that it is built so.
 */
export const contentsOnceBuilt = {
  /** The parts of its ERP order are for another quantity than that wants. */
  otherSize: ({ amount }: ErpOrderFacts) => `for ${amount}`,
  /** It is booked, and its ERP order, which has another number now, wants what was not. */
  otherThanBooked: ({ number, amount, article }: ErpOrderFacts) => `${number}: ${amount} of ${article}`,
} as const;

/** All that people hear of while the ERP wants this. */
function contentsOfWanted(wanted: OrderContent): string[] {
  const onceBuilt = Object.values(contentsOnceBuilt).map((contentOf) => contentOf(wanted.erpOrder));
  return [wanted.contentHash, nameOfWanted(wanted), ...onceBuilt];
}

/** Contents that a person has settled, and names of what the ERP wants instead. */
function settledIn(held: StoredItem | undefined): readonly string[] {
  return z.safeParse(z.array(z.string()), held?.settled).data ?? [];
}

/** `known` when people have heard of just this; `settled` when a person has said that just this needs nobody. */
type BegunConcern = 'news' | 'known' | 'settled';

export class Concerns extends Records {
  /** Begins a concern of a product order, else of an ERP order, or changes what it says. */
  async begin(number: string, concern: Concern): Promise<BegunConcern> {
    const key = concernKey(number, concern.kind, concern.claimant);
    return this.beginOn(key, await this.table.get(key), concern);
  }

  protected async beginOn(
    key: Key,
    held: StoredItem | undefined,
    { content: given, ...concern }: Concern,
  ): Promise<BegunConcern> {
    const { kind, cause, about, wanted } = concern;
    const content = shorten(given, maxContentLength);
    const note = shorten(concern.note, maxNoteLength);
    const known = concernOf(held);
    if (!known && settledIn(held).includes(content)) return 'settled';
    const isAnnounced = known?.content === content;
    // A pull lists the same orders again and again.
    const says = [note, cause, about, wanted];
    if (isAnnounced && isDeepStrictEqual([known.note, known.cause, known.about, known.wanted], says))
      return 'known';
    const now = this.clock.now();
    const { partner } = concernRules[kind];
    const announcement = { ...concernFields({ kind, partner, cause }, now), ...dayFields(now, kind) };
    const is = { ...concern, content, note, awaiting: 'look', dueAt: now.getTime() };
    const changes = {
      set: { ...is, ...(isAnnounced ? {} : announcement) },
      // Nothing that is open expires.
      remove: [
        'expiresAt',
        ...(concernRules[kind].settles === 'content for good' ? [] : ['settled']),
        ...(wanted ? [] : ['wanted']),
      ],
      // Another writer who was faster has written the same, as both saw the same order.
      condition: 'attribute_not_exists(#content) OR #content = :before',
      values: { before: known?.content ?? '' },
    };
    const written = await this.updateWithHistory(
      key,
      changes,
      isAnnounced ? [] : { event: kind, note },
      held ?? {},
    );
    return written !== undefined && !isAnnounced ? 'news' : 'known';
  }

  /** Ends a concern, unless it says something else by now. */
  async end(number: string, concern: Concern, note: string): Promise<void> {
    await this.endKeeping(number, concern, note, {});
  }

  /** What a person has settled last of a kind, in the words of the concern that was settled. */
  async findSettled(number: string, kind: OrderConcernKind): Promise<string | undefined> {
    return settledIn(await this.table.get(concernKey(number, kind)))[0];
  }

  protected async endKeeping(
    number: string,
    { kind, claimant, content }: Concern,
    note: string,
    kept: StoredItem,
  ): Promise<void> {
    const changes = {
      set: { ...kept, content: '', ...dayFields(this.clock.now(), 'over'), expiresAt: this.expiresAt() },
      remove: ['note', 'cause', 'wanted', 'awaiting', 'dueAt', ...concernFieldNames],
      condition: '#content = :seen',
      values: { seen: shorten(content, maxContentLength) },
    };
    await this.updateWithHistory(concernKey(number, kind, claimant), changes, { event: 'over', note });
  }
}

/** Concerns, with what the ERP says. */
export class ConcernsFromErp extends Concerns {
  /**
   * The same, where the ERP says it. Only a look sees what Azumuta has instead of what the ERP wants, so the words of a look
   * remain while the ERP wants the same; and who has settled them hears no more of it, until the ERP wants something else.
   */
  async beginFromErp(number: string, concern: Concern): Promise<BegunConcern> {
    const { kind, claimant, wanted } = concern;
    const key = concernKey(number, kind, claimant);
    const held = await this.table.get(key);
    if (!wanted) return this.beginOn(key, held, concern);
    const known = concernOf(held);
    const named = nameOfWanted(wanted);
    if (!known && settledIn(held).includes(named)) return 'settled';
    const wantsTheSame = known?.wanted !== undefined && nameOfWanted(known.wanted) === named;
    return this.beginOn(key, held, wantsTheSame ? { ...known, wanted } : concern);
  }

  /** Its owner has looked: from now on it comes after the others. */
  postponeAfterLook(number: string, { kind, claimant }: Concern): Promise<void> {
    return this.postponeItem(concernKey(number, kind, claimant), this.clock.now());
  }
}

/** The concern of numbers that triggers name and nobody knows. */
export class UnknownNumbers extends Records {
  /** A trigger named it: the numbers of an hour are one concern. */
  async count(number: string): Promise<void> {
    const hour = this.clock.now().toISOString().slice(0, 13);
    const kind = 'unknown-numbers';
    const cause = 'unknown-order';
    const key = concernKey(noOrder, kind, hour);
    const { numbers } = (await this.table.get(key)) ?? {};
    const isFull = Array.isArray(numbers) && numbers.length >= maxNumbers;
    const note = 'Triggers named product orders that neither the ledger nor Azumuta knows';
    const { partner } = concernRules[kind];
    const fields = concernFields({ kind, partner, cause }, new Date(`${hour}:00:00.000Z`));
    await this.table.update(key, {
      set: { kind, claimant: hour, content: hour, note, cause, ...fields },
      add: { count: 1 },
      append: isFull ? undefined : { numbers: [number] },
    });
  }
}

/** Concerns, with what views read of them, and what a person says of one. */
export class ConcernsForPeople extends ConcernsFromErp {
  /**
   * A person says that it was put right, or does not matter. What its owner sees again and again, and nobody can see put
   * right, is not news until it says something else: the ERP lists the same order for weeks.
   */
  async settle(number: string, concern: Concern, note: string): Promise<void> {
    const { kind, content, wanted } = concern;
    const settled = [content, ...(wanted ? contentsOfWanted(wanted) : [])].map((one) =>
      shorten(one, maxContentLength),
    );
    await this.endKeeping(number, concern, note, concernRules[kind].settles === 'nothing' ? {} : { settled });
  }

  /** The first open ones of each kind, so that many of one hide none of the others. The index lags a moment. */
  async listOpen(limitOf: (kind: OpenConcern['kind']) => number): Promise<OpenConcern[]> {
    const asked = concernKinds.toSorted().map((kind) => {
      const range = { startsWith: `${kind} `, limit: limitOf(kind) };
      return this.table.queryIndex(ledgerIndexes.concern, 'open', range);
    });
    return (await Promise.all(asked)).flat().flatMap(({ pk, sk, concernOf: of }) => {
      const [kind, partner, cause, since] = String(of).split(' ');
      // After a rollback there may be kinds that only the newer version knows.
      const { data } = z.safeParse(indexedSchema, { kind, partner, cause, since });
      return data ? [{ ...data, key: { pk: String(pk), sk: String(sk) } }] : [];
    });
  }

  /** The dates of orders of which nothing is made, by the keys of their concerns, written `<pk> <sk>`. */
  async readDueDates(keys: readonly Key[]): Promise<ReadonlyMap<string, string>> {
    const items = await this.table.getAll(keys);
    const dates = items.map((item) => [`${item.pk} ${item.sk}`, concernOf(item)?.about?.dueDate] as const);
    return new Map(dates.flatMap(([key, date]) => (date === undefined ? [] : [[key, date] as const])));
  }

  /** What its item adds; undefined once it has ended. `order`: of the product order, else of the ERP order; `''` if unknown. */
  async readDetails(key: Key) {
    return detailsOfConcern(await this.table.get(key));
  }

  /** Why each is open, by its key, written `<pk> <sk>`; what has ended is missing. A call for each hundred. */
  async readReasons(keys: readonly Key[]): Promise<Map<string, string>> {
    const items = await this.table.getAll(keys);
    return new Map(
      items.flatMap((item): [string, string][] => {
        const details = detailsOfConcern(item);
        return details === undefined ? [] : [[`${item.pk} ${item.sk}`, details.reason]];
      }),
    );
  }
}

function detailsOfConcern(item: StoredItem | undefined) {
  const { data } = z.safeParse(factsSchema, item);
  if (!data) return undefined;
  const { order = numberOf(data), note = '', numbers, count, about } = data;
  const { reason = numbers ? `${note}, ${count} in this hour: ${numbers.join(', ')}` : note } = data;
  return { order: order === noOrder ? '' : order, reason, about };
}
