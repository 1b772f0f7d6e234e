import type { Table } from '../platform/aws/dynamodb-table.ts';
import type { Clock } from '../platform/clock.ts';
import { type Claims, type ClaimTimes, createClaims } from './claims.ts';
import { createLease, type Lease } from './lease.ts';
import { type AlertRecords, createAlertRecords } from './records/alerts.ts';
import { type Attempts, createAttempts } from './records/attempts.ts';
import { type BookingLocks, createBookingLocks } from './records/booking-locks.ts';
import { type Bookings, createBookings } from './records/bookings.ts';
import { createDailyActivity, type DailyActivity } from './records/daily-activity.ts';
import { createDeadLetterRecords, type DeadLetterRecords } from './records/dead-letters.ts';
import { createErpOrders, type ErpOrders } from './records/erp-orders.ts';
import { createJourneys, type Journeys } from './records/journey.ts';
import { createKnownOrders, type KnownOrders } from './records/known-orders.ts';
import { createOrderChanges, type OrderChanges } from './records/order-changes.ts';
import { createPauses, type Pauses } from './records/pauses.ts';
import { createOrders, type Orders } from './records/product-orders.ts';
import { createPullState, type PullState } from './records/pull-state.ts';
import { createQuestions, type Questions } from './records/questions.ts';
import { createTroubles, type Troubles } from './records/troubles.ts';
import { createWorkInstructionNames, type WorkInstructionNames } from './records/work-instruction-names.ts';
import { ledgerIndexes } from './table-schema.ts';

/** What was done for which order, and what must not be done twice. */
export interface Ledger {
  readonly claims: Claims;
  readonly orders: Orders;
  readonly erpOrders: ErpOrders;
  /** How orders changed in the ERP after they came. */
  readonly orderChanges: OrderChanges;
  readonly bookings: Bookings;
  readonly bookingLocks: BookingLocks;
  /** All of one product order that a decision may need. */
  readonly knownOrders: KnownOrders;
  /** About which product orders Azumuta is asked whether they are completed. */
  readonly questions: Questions;
  readonly attempts: Attempts;
  readonly deadLetters: DeadLetterRecords;
  readonly pullState: PullState;
  readonly pauses: Pauses;
  /** Whose turn it is to ask Azumuta about overdue orders. */
  readonly reconciling: Lease;
  readonly workInstructionNames: WorkInstructionNames;
  readonly journeys: Journeys;
  /** What happened on which day, for the digest. */
  readonly dailyActivity: DailyActivity;
}

export interface LedgerOptions {
  readonly table: Table;
  readonly clock: Clock;
  readonly times: ClaimTimes;
}

export function createLedger({ table, clock, times }: LedgerOptions): Ledger {
  return {
    claims: createClaims(table, clock, times),
    orders: createOrders(table, clock),
    erpOrders: createErpOrders(table, clock),
    orderChanges: createOrderChanges(table, clock),
    bookings: createBookings(table, clock),
    bookingLocks: createBookingLocks(table, clock, times),
    knownOrders: createKnownOrders(table),
    questions: createQuestions(table, clock),
    attempts: createAttempts(table, clock),
    deadLetters: createDeadLetterRecords(table, clock),
    pullState: createPullState(table, clock),
    pauses: createPauses(table, clock),
    reconciling: createLease(table, clock, { pk: 'RECONCILE', sk: 'LEASE' }),
    workInstructionNames: createWorkInstructionNames(table, clock),
    journeys: createJourneys(table, ledgerIndexes),
    dailyActivity: createDailyActivity(table),
  };
}

/** The ledger of whoever tells people of it: the flows do without, and their bundles stay small. */
export interface AlertLedger extends Ledger {
  /** What a person must see to now. */
  readonly troubles: Troubles;
  /** What people were told. */
  readonly alerts: AlertRecords;
}

export function createAlertLedger(options: LedgerOptions): AlertLedger {
  const { table, clock } = options;
  return {
    ...createLedger(options),
    troubles: createTroubles(table),
    alerts: createAlertRecords(table, clock),
  };
}
