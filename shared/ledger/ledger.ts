import type { Table } from '../platform/aws/dynamodb-table.ts';
import type { Clock } from '../platform/clock.ts';
import { Claims } from './claims.ts';
import { erpOrderLockKey } from './keys.ts';
import { Lease } from './lease.ts';
import { AlertRecords } from './records/alerts.ts';
import { Attempts } from './records/attempts.ts';
import { Bookings } from './records/bookings.ts';
import { Concerns } from './records/concerns.ts';
import { Days } from './records/days.ts';
import { DeadLetters } from './records/dead-letters.ts';
import { ErpOrders } from './records/erp-orders.ts';
import { Journeys } from './records/events.ts';
import { KnownOrders } from './records/known-orders.ts';
import { OpenOrderRecords } from './records/open-orders.ts';
import { Pauses } from './records/pauses.ts';
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

/** What was done for which order, and what must not be done twice. */
export type Ledger = Readonly<ReturnType<typeof createLedger>>;

export function createLedger({ table, clock, settlingSeconds }: LedgerOptions) {
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
    openOrders: new OpenOrderRecords(table, clock),
    questions: new Questions(table, clock),
    windows: new BookingWindows(table, clock),
    attempts: new Attempts(table, clock),
    deadLetters: new DeadLetters(table, clock),
    pullState: new PullState(table, clock),
    pauses: new Pauses(table, clock),
    /** Held by the run that asks Azumuta about overdue orders. */
    reconciling: new Lease(table, clock, { pk: 'RECONCILE', sk: 'LEASE' }),
    workInstructionNames: new WorkInstructionNames(table, clock),
    journeys: new Journeys(table, clock),
    days: new Days(table, clock),
  };
}

/** The ledger with what only the alerts need: the bundles of the flows stay small without it. */
export type AlertLedger = Readonly<ReturnType<typeof createAlertLedger>>;

export function createAlertLedger(options: LedgerOptions) {
  return { ...createLedger(options), alerts: new AlertRecords(options.table, options.clock) };
}
