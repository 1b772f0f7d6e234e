import type { Table } from '../platform/aws/dynamodb-table.ts';
import type { Clock } from '../platform/clock.ts';
import { Claims } from './claims.ts';
import { erpOrderLockKey } from './keys.ts';
import { Lease } from './lease.ts';
import { AlertRecords } from './records/alerts.ts';
import { Attempts } from './records/attempts.ts';
import { Bookings, BookingsForPeople } from './records/bookings.ts';
import { Comparisons } from './records/comparisons.ts';
import { Concerns, ConcernsForPeople } from './records/concerns.ts';
import { Days } from './records/days.ts';
import { DeadLetters, DeadLettersForPeople } from './records/dead-letters.ts';
import { ErpOrders } from './records/erp-orders.ts';
import { Journeys } from './records/events.ts';
import { KnownOrders } from './records/known-orders.ts';
import { OpenOrderRecords } from './records/open-orders.ts';
import { Pauses, PausesForPeople } from './records/pauses.ts';
import { Orders } from './records/product-orders.ts';
import { PullState } from './records/pull-state.ts';
import { Questions } from './records/questions.ts';
import { BookingWindows } from './records/windows.ts';
import { WorkInstructionNames } from './records/work-instruction-names.ts';

interface LedgerOptions {
  readonly table: Table;
  readonly clock: Clock;
  readonly settlingSeconds: number;
}

/**
 * What the two flows need to know of one order, and write about it. Views, alerts, commands and the pull have more, which
 * would only make the bundles of the flows larger: a method that none of these calls belongs into a class of `createLedger`.
 */
export type FlowLedger = Readonly<ReturnType<typeof createFlowLedger>>;

export function createFlowLedger({ table, clock, settlingSeconds }: LedgerOptions) {
  return {
    claims: new Claims(table, clock, settlingSeconds),
    orders: new Orders(table, clock),
    erpOrders: new ErpOrders(table, clock),
    concerns: new Concerns(table, clock),
    bookings: new Bookings(table, clock, settlingSeconds),
    /** Of an ERP order on which several bookings may be made; elsewhere the claim of the only one serves as the lock. */
    bookingLock: (erpOrderNumber: string) =>
      new Lease(table, clock, erpOrderLockKey(erpOrderNumber), 2 * 86_400),
    knownOrders: new KnownOrders(table, clock),
    questions: new Questions(table, clock),
    windows: new BookingWindows(table, clock),
    attempts: new Attempts(table, clock),
    deadLetters: new DeadLetters(table, clock),
    pauses: new Pauses(table, clock),
    /** Held by the run that asks Azumuta about overdue orders. */
    reconciling: new Lease(table, clock, { pk: 'RECONCILE', sk: 'LEASE' }),
    workInstructionNames: new WorkInstructionNames(table, clock),
  };
}

/** What was done for which order, and what must not be done twice; with what views read, and what people do. */
export type Ledger = Readonly<ReturnType<typeof createLedger>>;

export function createLedger(options: LedgerOptions) {
  const { table, clock, settlingSeconds } = options;
  return {
    ...createFlowLedger(options),
    concerns: new ConcernsForPeople(table, clock),
    bookings: new BookingsForPeople(table, clock, settlingSeconds),
    deadLetters: new DeadLettersForPeople(table, clock),
    pauses: new PausesForPeople(table, clock),
    openOrders: new OpenOrderRecords(table, clock),
    pullState: new PullState(table, clock),
    journeys: new Journeys(table, clock),
    days: new Days(table, clock),
  };
}

/** The ledger with what only the alerts need: the bundle of the pages is small without it. */
export type AlertLedger = Readonly<ReturnType<typeof createAlertLedger>>;

export function createAlertLedger(options: LedgerOptions) {
  const { table, clock } = options;
  return {
    ...createLedger(options),
    alerts: new AlertRecords(table, clock),
    comparisons: new Comparisons(table, clock),
  };
}
