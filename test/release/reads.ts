import * as z from 'zod/mini';
import { webhookCallSchema } from '../../infra/ops/dead-letters/dead-letter.ts';
import { outgoingSchema } from '../../shared/alerts/alert.ts';
import { bookingMessageSchema, completionHintSchema } from '../../shared/completions/messages.ts';
import { heldSchema as historySchema } from '../../shared/ledger/history.ts';
import {
  stateSchema as alertsSchema,
  entrySchema as outboxSchema,
} from '../../shared/ledger/records/alerts.ts';
import { storedSchema as bookingSchema } from '../../shared/ledger/records/bookings.ts';
import { recordSchema as deadLetterSchema } from '../../shared/ledger/records/dead-letters.ts';
import {
  completedPartSchema,
  storedSchema as erpOrderSchema,
} from '../../shared/ledger/records/erp-orders.ts';
import { toldSchema as changeSchema } from '../../shared/ledger/records/order-changes.ts';
import { storedSchema as pausesSchema } from '../../shared/ledger/records/pauses.ts';
import { storedSchema as orderSchema } from '../../shared/ledger/records/product-orders.ts';
import { storedSchema as pullSchema } from '../../shared/ledger/records/pull-state.ts';
import { answeredSchema, storedSchema as questionSchema } from '../../shared/ledger/records/questions.ts';
import { factsSchema as troubleSchema } from '../../shared/ledger/records/troubles.ts';
import { productOrderMessageSchema } from '../../shared/orders/messages.ts';
import { describeMismatches, parse } from '../../shared/platform/validation.ts';
import { lineSchema } from '../../shared/slots/line.ts';
import { fromJSONSchema } from './from-json-schema.ts';
import type { RecordedItem, RecordedMessage, RecordedReads } from './recorded.ts';

/** One form in which an item or a message is read. */
interface Read {
  /** The item is read in this form only if it has this attribute. */
  readonly when?: string;
  readonly schema: z.ZodMiniType;
}
type Reads = Readonly<Record<string, readonly Read[]>>;

const text = z.string();
const number = z.number();
const optional = z.exactOptional;

// What the code reads attribute by attribute, without a schema. A change of such a read must be repeated here.
const absent = z.optional(z.never());
/** shared/ledger/lease.ts: held or free */
const lease = z.union([
  z.object({ owner: text, leaseUntil: number }),
  z.object({ owner: absent, leaseUntil: absent }),
]);
/** shared/ledger/claims.ts */
const step = { attempts: number, clean: optional(z.boolean()) };
const claim = z.union([
  z.object({ ...step, state: z.literal('claimed'), owner: text, leaseUntil: number }),
  z.object({ ...step, state: z.literal('rejected'), reason: text, rejectedBy: optional(text) }),
  z.object({ ...step, state: z.enum(['waiting', 'done']) }),
]);
/** shared/ledger/records/booking-locks.ts: held or free */
const lock = z.union([
  z.object({ lockedBy: text, lockedFor: text, lockedAttempt: number, lockedUntil: number }),
  z.object({ lockedBy: absent, lockedFor: absent, lockedAttempt: absent, lockedUntil: absent }),
]);
/** shared/ledger/records/attempts.ts */
const attempts = z.object({
  ...{ unfinished: number, failures: optional(number), unexpected: optional(number) },
});
/** shared/ledger/records/work-instruction-names.ts */
const workInstruction = z.object({ name: optional(text) });
/** shared/circuit-breaker/circuit-breaker.ts */
const breaker = z.object({
  ...{ open: optional(z.boolean()), openedAt: optional(text), openUntil: optional(number) },
  ...{ openings: optional(number), reason: optional(text), failingSince: optional(text) },
  ...{ closedAt: optional(text), probeUntil: optional(number), probeOwner: optional(text) },
});
const breakerMinute = z.object({ failures: number });
/** shared/slots/take-slot.ts */
const slot = z.object({ nextCallAt: optional(number) });
/** The indexes: shared/ledger/table-schema.ts */
const indexed = {
  erpOrder: { when: 'erpOrderNumber', schema: z.object({ erpOrderNumber: text }) },
  azumutaId: { when: 'azumutaId', schema: z.object({ azumutaId: text }) },
  awaiting: { when: 'awaiting', schema: z.object({ awaiting: z.literal('completion'), dueAt: number }) },
  day: {
    when: 'day',
    schema: z.object({
      day: text.check(z.regex(/^\d{4}-\d\d-\d\d$/)),
      happened: text.check(z.regex(/^\d{4}-\d\d-\d\dT[\d:.]+Z [a-zA-Z -]+$/)),
    }),
  },
  trouble: {
    when: 'trouble',
    schema: z.extend(troubleSchema, {
      troubleOf: text.check(z.regex(/^[a-z-]+ (azumuta|erp) [a-z-]+ \d{4}-\d\d-\d\dT[\d:.]+Z$/)),
    }),
  },
} as const satisfies Record<string, Read>;
const history: Read = { when: 'history', schema: historySchema };

/** What the present code reads of each kind of item; the kinds are those of shared/ledger/keys.ts. */
export const itemReads: Reads = {
  'ORDER ORDER': [
    ...[{ schema: orderSchema }, { schema: claim }, history],
    ...[indexed.erpOrder, indexed.azumutaId, indexed.awaiting, indexed.day],
  ],
  'ORDER BOOKING': [
    ...[{ schema: bookingSchema }, { schema: claim }, { schema: lock }, history],
    ...[indexed.azumutaId, indexed.day],
  ],
  'ORDER DEAD-LETTER': [{ schema: deadLetterSchema }, history, indexed.day, indexed.trouble],
  'ORDER RECORDING': [indexed.azumutaId],
  'ORDER QUESTION': [
    { when: 'by', schema: questionSchema },
    { schema: answeredSchema },
    ...[history, indexed.awaiting],
  ],
  'ORDER CONFLICT': [{ schema: changeSchema }, history, indexed.day, indexed.trouble],
  'ERP-ORDER ORDER': [{ schema: erpOrderSchema }],
  'ERP-ORDER COMPLETED': [{ schema: completedPartSchema }],
  'LOCK LOCK': [{ schema: lock }],
  'BREAKER STATE': [{ schema: breaker }],
  'BREAKER MINUTE': [{ schema: breakerMinute }],
  'SLOTS SLOT': [{ schema: lease }, { schema: slot }],
  'SLOTS LINE': [{ schema: lineSchema }],
  'MESSAGE ATTEMPTS': [{ schema: attempts }, indexed.trouble],
  'WORK-INSTRUCTION VERSION': [{ schema: workInstruction }],
  'PULL WATERMARK': [{ schema: pullSchema }, { schema: lease }],
  'RECONCILE LEASE': [{ schema: lease }],
  'PAUSES PAUSES': [{ schema: pausesSchema }],
  'ALERTS STATE': [{ schema: alertsSchema }, { schema: lease }],
  'ALERTS OUTBOX': [{ schema: outboxSchema }],
};

/** infra/ops/dead-letters/dead-letter.ts, and the worker when a message was sent again. */
const deadLetterAttributes = z.object({
  ...{ stage: text, orderNumber: text, reason: text, cause: text, messageId: text },
  ...{ firstAttemptAt: text, lastAttemptAt: text },
});

/**
 * What the present code reads of the messages of each queue, of dead letters by their function, and of outbox bodies.
 */
export const messageReads: Reads = {
  'product-orders': [{ schema: productOrderMessageSchema }],
  completions: [{ schema: completionHintSchema }],
  bookings: [{ schema: bookingMessageSchema }],
  'dead-letters create-product-orders': [{ schema: productOrderMessageSchema }],
  'dead-letters collect-completion': [{ schema: completionHintSchema }],
  'dead-letters book-completion': [{ schema: bookingMessageSchema }],
  'dead-letters receive-webhook': [{ schema: webhookCallSchema }],
  'dead-letters attributes': [{ schema: deadLetterAttributes }],
  outbox: [{ schema: outgoingSchema }],
};

/** `ORDER BOOKING` of `ORDER#MO/1`, `BOOKING#…`. */
export function kindOfItem({ pk, sk }: RecordedItem): string {
  return `${pk.split('#')[0]} ${sk.split('#')[0]}`;
}

/** A body, or attributes, that some code reads. */
interface Content {
  readonly kind: string;
  readonly content: unknown;
}

/** What is read of a message: its body, and the attributes of a dead letter. */
export function contentsOfMessage({ queue, body, attributes }: RecordedMessage): Content[] {
  if (queue !== 'dead-letters') return [{ kind: queue, content: body }];
  const contents = [{ kind: 'dead-letters attributes', content: attributes }];
  // The body cannot be read, which is why it became a dead letter.
  if (attributes.cause === 'unreadable-message' && attributes.stage !== 'receive-webhook') return contents;
  return [...contents, { kind: `dead-letters ${attributes.stage}`, content: body }];
}

/** What is read of an item in addition to its attributes: the message in an outbox. */
export function contentsOfItem(item: RecordedItem): Content[] {
  return kindOfItem(item) === 'ALERTS OUTBOX'
    ? [{ kind: 'outbox', content: JSON.parse(String(item.body)) }]
    : [];
}

const compiled = new Map<object, z.ZodMiniType>();
function compile(schema: Read['schema'] | RecordedReads[string][number]['schema']): z.ZodMiniType {
  const known = compiled.get(schema);
  if (known) return known;
  const made = schema instanceof z.ZodMiniType ? schema : fromJSONSchema(schema);
  compiled.set(schema, made);
  return made;
}

/** Why forms of this kind cannot read a value. */
export function unreadBy(forms: readonly (Read | RecordedReads[string][number])[], value: unknown): string[] {
  return forms
    .filter(({ when }) => when === undefined || Object.hasOwn(Object(value), when))
    .flatMap(({ schema }) => {
      const parsed = parse(compile(schema), value);
      return parsed.ok ? [] : [describeMismatches(parsed.mismatches)];
    });
}

/** The reads as JSON Schemas of their input, with which later versions can compare theirs. */
export function asJsonSchemas(reads: Reads): RecordedReads {
  return Object.fromEntries(
    Object.entries(reads).map(([kind, forms]) => [
      kind,
      forms.map(({ schema, ...form }) => ({ ...form, schema: z.toJSONSchema(schema, { io: 'input' }) })),
    ]),
  );
}
