import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { type Cause, causes } from '../../model/causes.ts';
import { type Partner, partnerNames } from '../../model/partner.ts';
import { shorten } from '../../model/text.ts';
import type { DeepReadonly, Key, StoredItem, Table } from '../../platform/aws/dynamodb-table.ts';
import type { Clock } from '../../platform/clock.ts';
import { heldSchema, maxNoteLength, storedCauseSchema, withEntry } from '../history.ts';
import { concernKey, concernPrefix, expiryAfter, numberOf, partitionOf, retentionSeconds } from '../keys.ts';
import { ledgerIndexes } from '../table-schema.ts';
import { erpOrderFactsSchema } from './erp-orders.ts';
import { dayFields } from './events.ts';
import { draftSchema } from './product-orders.ts';

/**
 * What a person must see to about an order. Each kind has one owner, which begins it and ends it at its next look:
 *
 *   kind               begun by                        ended by
 *   changed            accept, when the ERP wants      a look: Azumuta has what the ERP wants
 *                      other content than was made
 *   unwanted           accept: cancelled, put back,    a look: Azumuta has it no more, or the ERP wants it again as it
 *                      deleted, surplus, not accepted  is there
 *   number-taken       accept: another ERP order is    accept: that one is mapped elsewhere, or gone
 *                      mapped to its number as well
 *   refused            accept: it cannot be mapped     accept: it can
 *   removed            a look, a hint, the             a look: it is there again, or the ERP does not want it any more
 *                      reconciliation
 *   figures-changed    a hint, after it was booked     a hint: the figures are those that were booked
 *   used-again         accept, after it was booked     a person
 *   time-ahead         accept: the ERP says that it    accept: it does not
 *                      will be changed
 *
 * Its owner looks when the order is posted, pulled, triggered or replayed, and once a day. After that, a concern is open
 * exactly while its cause is.
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
] as const;
export type OrderConcernKind = (typeof orderConcernKinds)[number];

/** All that a person must see to, by kind: dead letters and messages that wait are records of their own. */
export const concernKinds = [...orderConcernKinds, 'dead-letter', 'waiting'] as const;
export type ConcernKind = (typeof concernKinds)[number];

const aboutSchema = z.object({ article: z.string(), quantity: z.string() });

export const storedSchema = z.object({
  sk: z.string(),
  /** Identifies what is told: the same is told once. Empty once it has ended. */
  content: z.string(),
  /** A sentence for a person: what is so, and what to do. */
  note: z._default(z.string(), ''),
  cause: z._default(storedCauseSchema, 'conflict'),
  /** Article and quantity of an order of which the ledger has no other record. */
  about: z.exactOptional(aboutSchema),
  /** What the ERP wants instead of what was made. */
  wanted: z.exactOptional(
    z.object({ draft: draftSchema, contentHash: z.string(), erpOrder: erpOrderFactsSchema }),
  ),
});

/** An open concern of one order. */
export interface Concern extends DeepReadonly<Omit<z.output<typeof storedSchema>, 'sk'>> {
  readonly kind: OrderConcernKind;
  /** Another ERP order (its id or number) that is mapped to the same number: it has a concern of its own. */
  readonly claimant?: string | undefined;
}

/** Azumuta does not have a product order that it had. */
export const removedConcern = {
  ...{ kind: 'removed', content: 'removed', cause: 'unknown-order' },
  note: 'Azumuta does not have it any more: if it was built, book it in the ERP by hand',
} as const satisfies Concern;

/** Open concerns with the same three are told together. */
export interface ConcernGroup {
  readonly kind: ConcernKind;
  readonly partner: Partner;
  readonly cause: Cause;
}

/** An open concern as the index shows it: enough to group and count it without reading its item. */
export interface OpenConcern extends ConcernGroup {
  readonly key: Key;
  readonly since: Date;
}

/** What the item of an open concern adds. */
export interface ConcernFacts {
  /** Number of the product order, or of the ERP order where there is none; empty when it is unknown. */
  readonly order: string;
  readonly reason: string;
  readonly about?: z.output<typeof aboutSchema> | undefined;
}

/**
 * Attributes that put an item into the index of concerns; removing `concernFieldNames` takes it out. Other orders never have
 * them, so they cost no write unit.
 */
export function concernFields({ kind, partner, cause }: ConcernGroup, since: Date) {
  return { concern: 'open', concernOf: `${kind} ${partner} ${cause} ${since.toISOString()}` };
}
export const concernFieldNames = ['concern', 'concernOf'];

/** The partner where it is put right. */
function partnerOf(kind: OrderConcernKind): Partner {
  return kind === 'removed' ? 'azumuta' : 'erp';
}

const maxContentLength = 1000;

/** Undefined once it has ended. */
export function concernOf(stored: StoredItem): Concern | undefined {
  const { sk, ...concern } = z.parse(storedSchema, stored);
  const [name = '', claimant] = sk.slice(concernPrefix.length).split('#');
  const kind = orderConcernKinds.find((one) => one === name);
  // After a rollback there may be kinds that only the newer version knows.
  if (!kind || concern.content === '') return undefined;
  return { ...concern, kind, ...(claimant === undefined ? {} : { claimant }) };
}

function factsOf({ cause, about, wanted }: Pick<Concern, 'cause' | 'about' | 'wanted'>) {
  return { cause, about, wanted };
}

export class Concerns {
  readonly #table: Table;
  readonly #clock: Clock;

  constructor(table: Table, clock: Clock) {
    this.#table = table;
    this.#clock = clock;
  }

  /**
   * Begins a concern of a product order, or of an ERP order that could not become one; or changes what it says.
   * @returns false when the same is told already.
   */
  async begin(number: string, { kind, claimant, content, note, ...facts }: Concern): Promise<boolean> {
    const now = this.#clock.now();
    const key = concernKey(number, kind, claimant);
    const held = await this.#table.get(key);
    const known = held && z.parse(storedSchema, held);
    const before = known?.content ?? '';
    const is = shorten(content, maxContentLength);
    // A pull lists the same orders again and again.
    if (known && before === is && isDeepStrictEqual(factsOf(known), factsOf(facts))) return false;
    const group = concernFields({ kind, partner: partnerOf(kind), cause: facts.cause }, now);
    const told = { ...group, ...dayFields(now, kind), note: shorten(note, maxNoteLength) };
    const changes = {
      set: {
        v: 1,
        content: is,
        ...facts,
        awaiting: 'look',
        dueAt: now.getTime(),
        ...(before === is ? {} : told),
      },
      // Nothing that is open expires.
      remove: ['expiresAt', ...(facts.wanted ? [] : ['wanted'])],
    };
    const entry = { event: kind, note };
    const written = await this.#table.update(key, {
      ...(before === is ? changes : withEntry(changes, held, now, entry)),
      // Another writer who was faster has written the same, as both saw the same order.
      condition: 'attribute_not_exists(#content) OR #content = :before',
      values: { before },
    });
    return written !== undefined && before !== is;
  }

  /** Ends a concern, unless it says something else by now. */
  async end(
    number: string,
    { kind, claimant, content }: Pick<Concern, 'kind' | 'claimant' | 'content'>,
    note: string,
  ): Promise<void> {
    const now = this.#clock.now();
    const key = concernKey(number, kind, claimant);
    const changes = {
      set: { content: '', ...dayFields(now, 'over'), expiresAt: expiryAfter(retentionSeconds, now) },
      remove: ['note', 'cause', 'wanted', 'awaiting', 'dueAt', ...concernFieldNames],
    };
    await this.#table.update(key, {
      ...withEntry(changes, await this.#table.get(key), now, { event: 'over', note }),
      condition: '#content = :seen',
      values: { seen: shorten(content, maxContentLength) },
    });
  }

  /** Its owner has looked: from now on it comes after the others. */
  async markLooked(number: string, { kind, claimant }: Concern): Promise<void> {
    await this.#table.update(concernKey(number, kind, claimant), {
      set: { dueAt: this.#clock.now().getTime() },
      condition: 'attribute_exists(#awaiting)',
    });
  }

  /** Numbers of the orders with open concerns, oldest look first. The index lags. */
  async toLookAt(most: number): Promise<string[]> {
    const found = await this.#table.queryIndex(ledgerIndexes.awaitingCompletion, 'look', { limit: most });
    return [...new Set(found.map(numberOf))];
  }

  /** The first open ones: one query of an index that holds nothing else, and lags a moment. */
  async open(limit: number): Promise<OpenConcern[]> {
    const found = await this.#table.queryIndex(ledgerIndexes.concern, 'open', { limit });
    return found.flatMap((stored) => {
      // After a rollback there may be kinds that only the newer version knows.
      const parsed = z.safeParse(indexedSchema, stored);
      if (!parsed.success) return [];
      const { pk, sk, concernOf: of } = parsed.data;
      const [kind, partner, cause, since] = of;
      return [{ key: { pk, sk }, kind, partner, cause, since: new Date(since) }];
    });
  }

  /** Undefined when it has ended meanwhile. */
  async facts(key: Key): Promise<ConcernFacts | undefined> {
    const parsed = z.safeParse(factsSchema, await this.#table.get(key));
    if (!parsed.success) return undefined;
    const { pk, order, reason, note, about, history } = parsed.data;
    const ofPartition = pk.startsWith(partitionOf('')) ? numberOf({ pk }) : '';
    return {
      order: order ?? (ofPartition === 'unknown' ? '' : ofPartition),
      reason: reason ?? note ?? history.at(-1)?.note ?? '',
      about,
    };
  }
}

const indexedSchema = z.object({
  pk: z.string(),
  sk: z.string(),
  concernOf: z.pipe(
    z.pipe(
      z.string(),
      z.transform((text) => text.split(' ')),
    ),
    z.tuple([z.enum(concernKinds), z.enum(partnerNames), z.enum(causes), z.string()]),
  ),
});

export const factsSchema = z.object({
  pk: z.string(),
  concern: z.literal('open'),
  order: z.optional(z.string()),
  reason: z.optional(z.string()),
  note: z.optional(z.string()),
  about: z.optional(aboutSchema),
  ...z.pick(heldSchema, { history: true }).shape,
});
