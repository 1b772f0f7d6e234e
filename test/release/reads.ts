import type { fromJSONSchema } from 'zod';
import * as z from 'zod/mini';
import { deadLetterAttributesSchema, webhookCallSchema } from '../../infra/ops/dead-letters/dead-letter.ts';
import { outgoingSchema } from '../../shared/alerts/alert.ts';
import { decompressContent, unpackCompletion } from '../../shared/completions/content.ts';
import { completionHintSchema } from '../../shared/completions/messages.ts';
import { heldSchema } from '../../shared/ledger/history.ts';
import { stateSchema as alertsSchema, outboxMessageSchema } from '../../shared/ledger/records/alerts.ts';
import { batchSchema } from '../../shared/ledger/records/batches.ts';
import { bookingEntryOf, bookingEntrySchema } from '../../shared/ledger/records/bookings.ts';
import { concernSchema } from '../../shared/ledger/records/concerns.ts';
import { daySchema } from '../../shared/ledger/records/days.ts';
import { deadLetterSchema } from '../../shared/ledger/records/dead-letters.ts';
import {
  completedPartSchema,
  endedPartSchema,
  recordSchema,
} from '../../shared/ledger/records/erp-orders.ts';
import { dayFiguresSchema } from '../../shared/ledger/records/events.ts';
import { pauseWordsSchema } from '../../shared/ledger/records/pauses.ts';
import { orderEntrySchema } from '../../shared/ledger/records/product-orders.ts';
import { progressSchema } from '../../shared/ledger/records/pull-state.ts';
import { answeredSchema, questionSchema } from '../../shared/ledger/records/questions.ts';
import { statusWordsSchema } from '../../shared/ledger/records/status-words.ts';
import { bookingWindowSchema } from '../../shared/ledger/records/windows.ts';
import { instructionNamesSchema } from '../../shared/ledger/records/work-instruction-names.ts';
import { completionSchema } from '../../shared/model/completions.ts';
import { productOrderMessageSchema } from '../../shared/orders/messages.ts';
import { slotPlaceSchema } from '../../shared/slots/slots.ts';

// The first schema of `zod` gives all schemas of this process English messages, also in the tests after this one.
z.config({ localeError: () => undefined });

/** An item of the ledger, or a message with its queue. */
export type Recorded = Readonly<Record<string, unknown>>;
/** Something that is read of it, and of which kind that is. */
type Value = readonly [kind: string, value: Recorded];
export type JsonSchema = Exclude<Parameters<typeof fromJSONSchema>[0], boolean>;

const [text, number, flag] = [z.string(), z.number(), z.boolean()];
const some = <Shape extends z.core.$ZodShape>(shape: Shape) => z.partial(z.object(shape));

const absent = z.optional(z.never());

// What is read without a schema, by functions or by people who look, is repeated here. A test names attributes that are
// written and not here, and those that are here and not written.
const lease = some({ owner: text, leaseUntil: number });
const instant = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`;
/** The keys of the table and its indexes (ledger/keys.ts), and when it may be removed. */
const anyItem = some({
  pk: text,
  sk: text,
  expiresAt: number,
  erpOrderNumber: text,
  azumutaId: text,
  awaiting: z.enum(['completion', 'look', 'window']),
  dueAt: number,
  concern: z.enum(['open', 'settled letter']),
  concernOf: text.check(z.regex(new RegExp(`^([a-z-]+ (azumuta|erp) [a-z-]+ )?${instant}$`))),
  day: text,
  happened: text.check(z.regex(new RegExp(`^${instant} [a-zA-Z -]+( {.*})?$`))),
});

/** What the present code reads of each kind of item, and of what is inside of one; and of each message. */
export const reads: Readonly<Record<string, readonly z.ZodMiniType[]>> = {
  'any item': [anyItem],
  'ORDER ORDER': [orderEntrySchema, lease, some({ doneAt: text })],
  'ORDER BOOKING': [bookingEntrySchema, lease, heldSchema, some({ enqueued: flag })],
  'content of a booking': [completionSchema],
  'figures of a day': [dayFiguresSchema],
  'ORDER DEAD-LETTER': [deadLetterSchema, heldSchema],
  'ORDER ALIAS': [z.object({ number: text })],
  'ORDER QUESTION': [
    ...[z.union([questionSchema, z.object({ by: absent })]), some({ answered: answeredSchema }), heldSchema],
  ],
  'ORDER WINDOW': [z.union([bookingWindowSchema, z.object({ awaiting: absent })])],
  'ORDER BATCH': [batchSchema],
  'ORDER CONCERN': [
    z.union([concernSchema, z.object({ content: z.literal('') })]),
    ...[some({ numbers: z.array(text), count: number, settled: z.array(text) }), heldSchema],
  ],
  'ERP-ORDER ORDER': [z.union([recordSchema, z.object({ leadsTo: text })])],
  'ERP-ORDER COMPLETED': [completedPartSchema],
  'ERP-ORDER ENDED': [endedPartSchema],
  'LOCK LOCK': [lease],
  'BREAKER STATE': [
    some({ open: flag, openedAt: text, openUntil: number, openings: number, reason: text, closedAt: text }),
    some({ failingSince: text, failingOrder: text, probeUntil: number, probeOwner: text }),
    some({ ordersPausedAt: text, completionsPausedAt: text, bookingsPausedAt: text, pullPausedAt: text }),
    some({
      ordersPause: pauseWordsSchema,
      completionsPause: pauseWordsSchema,
      bookingsPause: pauseWordsSchema,
      pullPause: pauseWordsSchema,
    }),
  ],
  'BREAKER MINUTE': [z.object({ failures: number })],
  'SLOTS SLOT': [lease],
  'SLOTS PLACE': [slotPlaceSchema],
  'MESSAGE ATTEMPTS': [
    some({
      unfinished: number,
      failures: number,
      unexpected: number,
      limitedSince: text,
      order: text,
      reason: text,
    }),
  ],
  'WORK-INSTRUCTION VERSION': [instructionNamesSchema],
  'PULL WATERMARK': [progressSchema, lease, some({ endedAt: text })],
  'RECONCILE LEASE': [lease],
  'AZUMUTA STATUSES': [statusWordsSchema],
  'DAY FIGURES': [daySchema],
  'ALERTS STATE': [alertsSchema, lease],
  'ALERTS OUTBOX': [outboxMessageSchema],
  'body of an outbox': [outgoingSchema],
  'product-orders': [productOrderMessageSchema],
  completions: [completionHintSchema],
  'letter of create-product-orders': [productOrderMessageSchema],
  'letter of book-completion': [completionHintSchema],
  'letter of receive-webhook': [webhookCallSchema, some({ kind: text })],
  // Of a letter, and of a message that is sent again, by a person or in a pause.
  attributes: [deadLetterAttributesSchema, some({ replayedAt: text, sentAt: text })],
};

/** All that is read of an item or a message. @throws what `unpackCompletion` throws of a booking's content */
export function valuesIn(one: Recorded): Value[] {
  const { pk, sk, queue, body, attributes, content, happened } = one;
  const { stage } = Object(attributes);
  if (queue) {
    const letter = queue === 'dead-letters' ? `letter of ${stage}` : `${queue}`;
    return Object.entries({ [letter]: Object(body), attributes: Object(attributes) });
  }
  const kind = `${String(pk).split('#')[0]} ${String(sk).split('#')[0]}`;
  const values: Value[] = Object.entries({ 'any item': one, [kind]: one });
  if (kind === 'ORDER BOOKING' && content) values.push(['content of a booking', contentOf(one)]);
  if (kind === 'ALERTS OUTBOX') values.push(['body of an outbox', JSON.parse(String(body))]);
  const [, figures] = /( {.*})$/.exec(String(happened)) ?? [];
  return figures ? [...values, ['figures of a day', JSON.parse(figures)]] : values;
}

/** What a booking holds: `unpackCompletion` reads it, and leaves out what it does not know. */
function contentOf(booking: Recorded): Recorded {
  const { content = new Uint8Array(), ...entry } = bookingEntryOf(booking);
  return { ...unpackCompletion(content, entry), ...JSON.parse(decompressContent(content)) };
}

/** All that is read, as JSON Schemas of its input; they say nothing of instants and bytes. */
export const schemasNow: Readonly<Record<string, readonly JsonSchema[]>> = Object.fromEntries(
  Object.entries(reads).map(([kind, schemas]) => [
    kind,
    // zod reads what it writes; its types say less of what it writes.
    schemas.map((one) => z.toJSONSchema(one, { io: 'input', unrepresentable: 'any' }) as JsonSchema),
  ]),
);

/** The paths of all that is read: `ORDER ORDER.part.book`; and of an item each word that may be there: `… = alone`. */
export const known: ReadonlySet<string> = new Set(
  Object.entries(schemasNow).flatMap(([kind, all]) => all.flatMap((one) => [...ofSchema(one, kind)])),
);

function* ofSchema(schema: JsonSchema | boolean | undefined, path: string): Generator<string> {
  if (typeof schema !== 'object') return;
  yield path;
  if (/^[A-Z]/.test(path)) for (const word of schema.enum ?? []) yield `${path} = ${word}`;
  for (const branch of schema.anyOf ?? []) yield* ofSchema(branch, path);
  for (const [name, inner] of Object.entries(schema.properties ?? {}))
    yield* ofSchema(inner, `${path}.${name}`);
  yield* ofSchema(schema.additionalProperties, `${path}.*`);
  if (!Array.isArray(schema.items)) yield* ofSchema(schema.items, `${path}[]`);
}

/** The same of values. Names that a plant chooses are `*`, as there. */
export const pathsIn = (values: readonly Value[]): Set<string> =>
  new Set(values.flatMap(([kind, value]) => [...ofValue(value, kind)]));

function* ofValue(value: unknown, path: string): Generator<string> {
  yield path;
  if (Array.isArray(value)) for (const each of value) yield* ofValue(each, `${path}[]`);
  else if (value !== null && typeof value === 'object' && !ArrayBuffer.isView(value))
    for (const [name, inner] of Object.entries(value))
      yield* ofValue(inner, `${path}.${known.has(`${path}.*`) ? '*' : name}`);
  else if (known.has(`${path} = ${value}`)) yield `${path} = ${value}`;
}
