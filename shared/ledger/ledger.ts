import type { Table } from '../platform/aws/dynamodb-table.ts';
import type { Clock } from '../platform/clock.ts';
import { Claims } from './claims.ts';
import { erpOrderLockKey } from './keys.ts';
import { Lease } from './lease.ts';
import { AlertRecords } from './records/alerts.ts';
import { Attempts } from './records/attempts.ts';
import { Batches, BatchQuestions } from './records/batches.ts';
import { Bookings, BookingsForPeople } from './records/bookings.ts';
import { ComparisonsForPeople } from './records/comparisons.ts';
import { Concerns, ConcernsForPeople, ConcernsFromErp, UnknownNumbers } from './records/concerns.ts';
import { Days } from './records/days.ts';
import { DeadLetters, DeadLettersForPeople } from './records/dead-letters.ts';
import { DueOrders } from './records/due-orders.ts';
import { ErpOrders, ErpOrdersToMake } from './records/erp-orders.ts';
import { Journeys } from './records/events.ts';
import { KnownOrders } from './records/known-orders.ts';
import { OpenOrderRecords } from './records/open-orders.ts';
import { Pauses, PausesForPeople } from './records/pauses.ts';
import { Orders, OrdersToEnd, OrdersToMake } from './records/product-orders.ts';
import { PullState } from './records/pull-state.ts';
import { Questions } from './records/questions.ts';
import { StatusWords } from './records/status-words.ts';
import { BookingWindows } from './records/windows.ts';
import { WorkInstructionNames } from './records/work-instruction-names.ts';

export interface LedgerOptions {
  readonly table: Table;
  readonly clock: Clock;
  readonly settlingSeconds: number;
}

/**
 * What each function needs that works on messages. The ledgers below add what their function calls, as a method that nothing
 * calls would only make its bundle larger; `createLedger` has all of them.
 */
export type WorkLedger = Readonly<ReturnType<typeof createWorkLedger>>;

function createWorkLedger({ table, clock, settlingSeconds }: LedgerOptions) {
  return {
    claims: new Claims(table, clock, settlingSeconds),
    knownOrders: new KnownOrders(table, clock),
    attempts: new Attempts(table, clock),
    deadLetters: new DeadLetters(table, clock),
    pauses: new Pauses(table, clock),
  };
}

/** What is known of ERP orders, and of the product orders that are made of them. */
export type OrdersLedger = Readonly<ReturnType<typeof createOrdersLedger>>;

export function createOrdersLedger(options: LedgerOptions) {
  const { table, clock } = options;
  return {
    ...createWorkLedger(options),
    orders: new OrdersToMake(table, clock),
    erpOrders: new ErpOrdersToMake(table, clock),
    concerns: new ConcernsFromErp(table, clock),
    batches: new Batches(table, clock),
  };
}

/** The same, with how far the ERP's list was read. */
export type PullLedger = Readonly<ReturnType<typeof createPullLedger>>;

export function createPullLedger(options: LedgerOptions) {
  const { table, clock } = options;
  return { ...createOrdersLedger(options), pullState: new PullState(table, clock) };
}

/** What is known of completions, and of their bookings. */
export type CompletionsLedger = Readonly<ReturnType<typeof createCompletionsLedger>>;

export function createCompletionsLedger(options: LedgerOptions) {
  const { table, clock, settlingSeconds } = options;
  return {
    ...createWorkLedger(options),
    orders: new OrdersToEnd(table, clock),
    erpOrders: new ErpOrders(table, clock),
    concerns: new Concerns(table, clock),
    unknownNumbers: new UnknownNumbers(table, clock),
    bookings: new Bookings(table, clock, settlingSeconds),
    /** Of an ERP order on which several bookings may be made; elsewhere the claim of the only one serves as the lock. */
    bookingLock: (erpOrderNumber: string) =>
      new Lease(table, clock, erpOrderLockKey(erpOrderNumber), 2 * 86_400),
    questions: new Questions(table, clock),
    windows: new BookingWindows(table, clock),
    batchQuestions: new BatchQuestions(table, clock),
    workInstructionNames: new WorkInstructionNames(table, clock),
  };
}

/** What runs by schedule need to know of what is due. */
export type DueLedger = Readonly<ReturnType<typeof createDueLedger>>;

export function createDueLedger({ table, clock, settlingSeconds }: LedgerOptions) {
  return {
    knownOrders: new KnownOrders(table, clock),
    pauses: new Pauses(table, clock),
    orders: new Orders(table, clock),
    erpOrders: new ErpOrders(table, clock),
    concerns: new Concerns(table, clock),
    bookings: new BookingsForPeople(table, clock, settlingSeconds),
    questions: new Questions(table, clock),
    windows: new BookingWindows(table, clock),
    due: new DueOrders(table, clock),
    statusWords: new StatusWords(table, clock),
    /** Held by the run that asks Azumuta about overdue orders. */
    reconciling: new Lease(table, clock, { pk: 'RECONCILE', sk: 'LEASE' }),
  };
}

/** What views read. */
export type ViewLedger = Readonly<ReturnType<typeof createViewLedger>>;

export function createViewLedger({ table, clock }: LedgerOptions) {
  return {
    knownOrders: new KnownOrders(table, clock),
    erpOrders: new ErpOrders(table, clock),
    concerns: new ConcernsForPeople(table, clock),
    deadLetters: new DeadLettersForPeople(table, clock),
    pauses: new PausesForPeople(table, clock),
    openOrders: new OpenOrderRecords(table, clock),
    journeys: new Journeys(table, clock),
    days: new Days(table, clock),
  };
}

/** The same, with what only the alerts need: the bundle of the pages is small without it. */
export type AlertLedger = Readonly<ReturnType<typeof createAlertLedger>>;

export function createAlertLedger(options: LedgerOptions) {
  const { table, clock } = options;
  return {
    ...createViewLedger(options),
    alerts: new AlertRecords(table, clock),
    comparisons: new ComparisonsForPeople(table, clock),
  };
}

/** What was done for which order, and what must not be done twice: all of it, for people and their commands. */
export type Ledger = Readonly<ReturnType<typeof createLedger>>;

export function createLedger(options: LedgerOptions) {
  const { table, clock } = options;
  return {
    ...createAlertLedger(options),
    ...createCompletionsLedger(options),
    ...createDueLedger(options),
    ...createPullLedger(options),
    concerns: new ConcernsForPeople(table, clock),
    deadLetters: new DeadLettersForPeople(table, clock),
    pauses: new PausesForPeople(table, clock),
  };
}
