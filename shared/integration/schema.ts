import * as z from 'zod/mini';
import { contractSchema, defaultBaseUrl } from '../azumuta/contract.ts';
import type { ErpDefinition } from '../erp/connector.ts';
import { fn, instantInUtc, optionalFn, readonlyList, textThat, timeZoneSchema } from '../erp/options.ts';
import type {
  Check,
  CompletedProductOrder,
  Component,
  Link,
  Lot,
  Operation,
  UsedLot,
} from '../model/completions.ts';
import type { ErpOrder, OrderPart, ParameterValue } from '../model/orders.ts';
import { isWithinPace, limitShape } from '../model/partner.ts';
import type { Quantity } from '../model/quantity.ts';
import { showFound, strictObject } from '../platform/validation.ts';
import { deploymentSchema } from './deployment.ts';

/** The defaults; also what a run started by hand does while the schedule is off. */
export const reconcileDefaults = { everyHours: 24, most: 50, graceHours: 24 };

const beyondOrderDefaults = { good: 1.1, scrap: 1 };

const mostBookingTimes = 24;
const bookingTimesSchema = readonlyList(
  textThat(
    (text) => /^([01]\d|2[0-3]):[0-5]\d$/.test(text),
    'a time of day from 00:00 to 23:59, such as 06:00',
  ),
  1,
).check(
  z.superRefine((times, { issues }) => {
    if (times.length > mostBookingTimes)
      issues.push({ code: 'custom', message: `at most ${mostBookingTimes} times`, input: times });
    for (const [at, time] of times.entries())
      if (times.indexOf(time) < at)
        issues.push({
          code: 'custom',
          path: [at],
          message: 'each time once',
          params: showFound,
          input: time,
        });
  }),
);

const unitsPerPartSchema = z.union([z.literal('unit'), z.number()]).check(
  z.superRefine((units, { issues }) => {
    const isWholeNumber = Number.isSafeInteger(units) && Number(units) >= 1;
    const message = '"unit", or a whole number of units of at least 1, such as 25';
    if (units !== 'unit' && !isWholeNumber)
      issues.push({ code: 'custom', message, params: showFound, input: units });
  }),
);

export const productOrdersSchema = strictObject({
  /** How is the product order number determined? 1 to 200 characters. Default: the ERP order's number. */
  number: optionalFn<(order: ErpOrder) => string>(),
  /** Based on which article is it created, by number? Default: the ERP order's article. */
  article: optionalFn<(order: ErpOrder) => string>(),
  /**
   * Which parameters are sent along? Keys may contain spaces; `undefined` leaves a parameter out. `part` says which part
   * of the order it is, and what that part is for: `index` counts from 1, and `quantity` is that of the whole order where
   * it is not split. Default: `Quantity` with `part.quantity.amount`.
   */
  parameters:
    optionalFn<(order: ErpOrder, part: OrderPart) => Readonly<Record<string, ParameterValue | undefined>>>(),
  /** Which variants of the article apply, by name or id? Default: none. */
  variants: optionalFn<(order: ErpOrder) => readonly string[]>(),
  /**
   * Azumuta's product order is one individual product, an ERP order has a quantity. `one` (the default): one product
   * order that carries the quantity as a parameter. `{ per: 'unit' }`: one for each unit, numbered `<number>/1 …`;
   * `{ per: 25 }`: one for each 25 units and one for the rest. Then an order whose quantity is no whole number is rejected.
   */
  split: z.optional(
    z.union([
      z.literal('one'),
      strictObject({
        /**
         * How many units a product order is for: `unit` for one; 25 makes of an order of 80 three of 25 and one of 5, and of one
         * of 20 a single one. The mapping gets it as `part.quantity`.
         */
        per: unitsPerPartSchema,
        /**
         * `each`: book each product order when it is completed. `when-all-done`: book all of them when the last is, for an ERP where
         * closing an order closes all of it; those that cannot be read in the time of one attempt (some 30 calls where
         * `azumuta.perSecond` is 1) are booked a minute later, and only the last booking finishes the order.
         * `{ at: ['06:00', '14:00', '22:00'] }`: book at these times what was completed since the last booking, and the rest when
         * the last is completed.
         */
        book: z.union([
          z.literal('each'),
          z.literal('when-all-done'),
          strictObject({
            /**
             * Times of day at the plant (`timeZone`), 1 to 24. A time that the clock does not show, as it is put forward, is the
             * next that it shows; one that it shows twice is the first.
             */
            at: bookingTimesSchema,
          }),
        ]),
        /**
         * Most product orders, 1 to 500: a larger order is rejected, so that a mistyped quantity does not fill Azumuta with product
         * orders. Default 200. A plant with larger series raises it; one booking of all parts holds at most some 1,800
         * recordings.
         */
        most: z.optional(z.int().check(z.minimum(1), z.maximum(500))),
        /**
         * Number of the batch order in which Azumuta groups the product orders of an ERP order. It is sent where
         * `azumuta.contract.operations.createProductOrder` has `{batch.number}`. Default: they are in none.
         */
        batch: optionalFn<(order: ErpOrder) => string>(),
      }),
    ]),
  ),
  /** Whether an ERP order is wanted at all. Default: all are. */
  accept: optionalFn<(order: ErpOrder) => boolean>(),
});

/** What a mapping may give where a quantity is needed: exact decimals as text. */
type Amount = Quantity | string | number;
/** Scrap, and why. */
type GivenScrap = { readonly quantity: Amount; readonly reason?: string | undefined };
/** How a mapping may give the value of a field: a quantity by its amount alone, a lot by its number. */
type GivenValue<Value> = Value extends Quantity
  ? Amount
  : Value extends readonly UsedLot[]
    ? readonly (UsedLot | string)[]
    : Value;
/** An entry as a mapping may give it: of the fields that it has in a completion, only its name is needed. */
type GivenEntry<Entry, Name extends keyof Entry> = { readonly [Needed in Name]: Entry[Needed] } & {
  readonly [Other in Exclude<keyof Entry, Name>]?: GivenValue<NonNullable<Entry[Other]>> | undefined;
};
/** What was used of a component. */
type GivenComponent = GivenEntry<Component, 'article'>;
/** What an operation reports. `finished` is true unless it says otherwise, as the product order is completed. */
type GivenOperation = GivenEntry<Operation, 'operation'>;

export type { Amount, GivenComponent, GivenOperation, GivenScrap };

export const completionsSchema = strictObject({
  /**
   * Good quantity, 0 or more; text (`'2.50'`) where exact decimals matter. Without a quantity the completion is rejected,
   * for a person. `recorded(completed, 'Good quantity')`, or `planned` where nobody counts. Needed, unless the operations
   * count.
   */
  quantity: optionalFn<(completed: CompletedProductOrder) => Amount | undefined>(),
  /**
   * Quantity that was built and cannot be used, 0 or more, or a list of such quantities with their reasons. Default: none, and
   * then no scrap is booked: where the operations count, it is what they have lost, and nothing else gives any. Lots with
   * `scrapped: true` only say which pieces it is: without scrap they are refused.
   */
  scrap: optionalFn<(completed: CompletedProductOrder) => Amount | readonly GivenScrap[] | undefined>(),
  /**
   * Serial or lot numbers that were built; `scrapped: true` for those that cannot be used, with their `reason`. Default:
   * none.
   */
  lots: optionalFn<(completed: CompletedProductOrder) => readonly (Lot | string)[]>(),
  /** What was really used. Default: the ERP books its plan. */
  components: z.optional(
    strictObject({
      /** The components: `recordedComponents(completed, …)`. */
      of: fn<(completed: CompletedProductOrder) => readonly GivenComponent[]>(),
      /** `all`: nothing else was used. `changes`: every other component is used as planned. Default `changes`. */
      listed: z.optional(z.enum(['all', 'changes'])),
      /** More than the order still has planned: `reject` shows it to a person, `book` books it. Default `reject`. */
      beyondPlan: z.optional(z.enum(['reject', 'book'])),
    }),
  ),
  /** What each operation of the routing reports. Default: nothing. */
  operations: z.optional(
    strictObject({
      /** The operations, in the order of the routing: `recordedOperations(completed, …)`. */
      of: fn<(completed: CompletedProductOrder) => readonly GivenOperation[]>(),
      /**
       * The operations count: what is good at the last one is the order's, and what each has lost its scrap. Then `quantity`
       * and `scrap` are left out, as both would be booked. Default: false, the order counts.
       */
      count: z.optional(z.boolean()),
    }),
  ),
  /** Checks and measurements: `recordedChecks(completed)`. Default: none. */
  checks: optionalFn<(completed: CompletedProductOrder) => readonly Check[]>(),
  /** Lines for the ERP. Default: one line that names the product order and its recordings. */
  notes: optionalFn<(completed: CompletedProductOrder) => readonly string[]>(),
  /** Pages for the ERP. Default: every page that Azumuta names for the product order and its recordings. */
  links: optionalFn<(completed: CompletedProductOrder) => readonly Link[]>(),
  /** Whether this finishes the ERP order, even when less was built than planned. Default: true. */
  final: optionalFn<(completed: CompletedProductOrder) => boolean>(),
  /** ERP order number of a product order that this integration did not create. Default: the product order's number. */
  erpOrderNumber: optionalFn<(productOrderNumber: string) => string>(),
  /**
   * From where on a booking is more than what it is for, as a comma was lost: then nothing is booked until a person accepts
   * the figure (`npm run replay -- --order <number> --accept <figure> --go --stack <stack>`). Compared is what its product orders were
   * made for, or what the ERP wants by now if that is more; for orders typed by hand what the ERP order is for, where the
   * connector reads it. `'book'`: whatever was recorded is booked.
   */
  beyondOrder: z._default(
    z.union([
      z.literal('book'),
      strictObject({
        /** How many times what it is for the good quantity may be, 1 or more. Default 1.1. */
        good: z._default(z.number().check(z.minimum(1)), beyondOrderDefaults.good),
        /** The same of the scrap, 0 or more. Default 1. */
        scrap: z._default(z.number().check(z.minimum(0)), beyondOrderDefaults.scrap),
      }),
    ]),
    beyondOrderDefaults,
  ),
  /** Completions of orders that the ERP does not know: `reject` shows them to a person. Default `reject`. */
  unknownOrder: z.optional(z.enum(['reject', 'ignore'])),
  /**
   * Completions for which neither Azumuta's product order nor its trigger lists the recordings. `reject` shows them to a
   * person after half an hour, `ignore` books them without recordings. Default `reject`. `ignore` is for an
   * account that lists no recordings at all, where the figures come from the order: else each completion would be rejected.
   */
  unknownRecordings: z.optional(z.enum(['reject', 'ignore'])),
  /**
   * Hours that what was recorded may take until it is final, 1 to 720, where `azumuta.contract.recording.settled` says when
   * it is. Until then its completion waits, half an hour in the queue and then with the overdue orders; after that a person
   * learns of it. Default 48.
   */
  settledWithin: z._default(z.int().check(z.minimum(1), z.maximum(720)), 48),
  /** Whether the mapping gets operators' names and signatures (personal data). Default: false. */
  includeOperators: z.optional(z.boolean()),
}).check(
  z.superRefine(({ quantity, scrap, operations }, { issues }) => {
    const wrong = (path: string, message: string) =>
      issues.push({ code: 'custom', path: [path], message, input: undefined });
    if (operations?.count && quantity)
      wrong('quantity', 'nothing, as completions.operations counts: both would be booked');
    if (operations?.count && scrap)
      wrong('scrap', 'nothing, as completions.operations counts: both would be booked');
    if (!operations?.count && !quantity)
      wrong(
        'quantity',
        "a function: (completed) => recorded(completed, 'Good quantity'), or planned where nobody counts",
      );
  }),
);

const scheduleSchema = strictObject({
  /** Whether released orders are pulled from the ERP; `off` when the ERP calls the order endpoint. Default `off`. */
  pull: z._default(
    z.union([
      z.literal('off'),
      strictObject({
        /** Minutes between two pulls, 1 to 1440. */
        everyMinutes: z.int().check(z.minimum(1), z.maximum(1440)),
        /** Going live: orders that were released or changed before this time (ISO, with zone) stay out. */
        from: instantInUtc,
      }),
    ]),
    'off',
  ),
  /**
   * Whether Azumuta is asked about overdue product orders, as a trigger may have been lost, or come before the order
   * was completed. Azumuta discourages polling, so this is one read for each overdue order, and at most `most` a run.
   * Each run also has the ERP order of each open product order read, one request each, as it may be deleted or changed.
   * `off`: a trigger that came too early becomes a dead letter. Default: once a day.
   */
  reconcile: z._default(
    z.union([
      z.literal('off'),
      strictObject({
        /** Hours between two runs, 1 to 72. Azumuta prefers 24. */
        // An alarm sees two missed runs in a row, and CloudWatch looks back a week at most.
        everyHours: z.int().check(z.minimum(1), z.maximum(72)),
        /** Most orders that one run asks about, 1 to 500. Default 50. */
        most: z._default(z.int().check(z.minimum(1), z.maximum(500)), reconcileDefaults.most),
        /** Hours from the beginning of its due day from which an order is overdue, 0 to 2160. Until that day has ended at the plant, it is due today, and late in no view. Default 24. */
        graceHours: z._default(z.int().check(z.minimum(0), z.maximum(2160)), reconcileDefaults.graceHours),
      }),
    ]),
    reconcileDefaults,
  ),
});

/** What `defineIntegration` takes, with its bounds and defaults. */
export const integrationSchema = strictObject({
  /** Short name of the plant, part of the stack's name: letters, digits and dashes, at most 31. */
  plant: textThat(
    (text) => /^[A-Za-z][A-Za-z0-9-]{0,30}$/.test(text),
    'letters, digits and dashes, beginning with a letter, at most 31',
  ),
  /**
   * IANA time zone of the plant, `Europe/Brussels`: days are counted there. Posting dates, the days of work and
   * *today* follow from it.
   */
  timeZone: timeZoneSchema,
  /** How Azumuta is called, and what its triggers send. */
  azumuta: z.prefault(
    strictObject(
      {
        /** Address of your account's API, with which all calls begin. The key goes into the header `contract.apiKeyHeader`. */
        baseUrl: z._default(z.url(), defaultBaseUrl),
        /** Where Azumuta's API differs from what is assumed: one line for each field. */
        contract: z.prefault(contractSchema, {}),
        ...limitShape,
      },
      { assumptions: 'it is contract now', webhookAliases: 'it is contract.trigger now' },
    ).check(isWithinPace),
    {},
  ),
  // Its comment is in define.ts, as its type is there.
  erp: z
    .looseObject({
      name: z.string(),
      ...limitShape,
      connect: z.custom<ErpDefinition['connect']>(
        (value) => typeof value === 'function',
        'a connector, such as tryton({ … })',
      ),
    })
    .check(isWithinPace),
  /** How a product order is made from an ERP order. */
  productOrders: z.prefault(productOrdersSchema, {}),
  /** What a completed product order becomes in the ERP. */
  completions: z.prefault(completionsSchema, {}),
  /** What runs by the clock. */
  schedule: z.prefault(scheduleSchema, {}),
  /** What differs from plant to plant in the stack: alarms, domain, network. */
  deployment: z.prefault(deploymentSchema, {}),
});
