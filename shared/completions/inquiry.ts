import type { AzumutaProductOrder } from '../azumuta/answer-readers.ts';
import type { PartnerCalls } from '../circuit-breaker/guarded-call.ts';
import type { ErpConnector } from '../erp/connector.ts';
import type { CompletionsLedger } from '../ledger/ledger.ts';
import type { BookingEntry } from '../ledger/records/bookings.ts';
import type { Standing } from '../ledger/records/known-orders.ts';
import type { BeyondOrder } from '../model/completions.ts';
import type { Rejected } from '../model/errors.ts';
import type { Queues } from '../platform/aws/queue.ts';
import type { Clock } from '../platform/clock.ts';
import type { WorkAttempt } from '../worker/worker.ts';
import type { BookingTimes } from './booking-times.ts';
import type { MapCompletion } from './content.ts';
import type { CompletionHint } from './messages.ts';
import type { OneReaderPerOrder } from './one-reader-per-order.ts';
import type { CompletionReader } from './read-recordings.ts';

/** What working on a hint needs, from its first look into the ledger to its receipt. */
export interface HintDependencies {
  readonly ledger: CompletionsLedger;
  readonly reader: CompletionReader;
  readonly oneReader: OneReaderPerOrder;
  readonly erp: ErpConnector;
  /** The same ERP, and nothing is written to it: a booking that would be fails with `NotSent`. */
  readonly erpToLookUp: ErpConnector;
  readonly queues: Pick<Queues, 'send'>;
  /** Where the hints of the product orders of a batch order go. */
  readonly completionsQueueUrl: string;
  readonly partners: PartnerCalls;
  readonly clock: Clock;
  readonly map: MapCompletion;
  readonly configuration: string;
  /** Whether Azumuta's article codes differ from the ERP's, so that only the ledger knows the ERP's. */
  readonly articleIsMapped: boolean;
  /** Book without Azumuta's product order saying that it is completed. */
  readonly trustTrigger: boolean;
  /** Book although it is unknown which recordings there are. */
  readonly withoutRecordings: boolean;
  /** Whether the reconciliation asks about overdue orders: then an open order needs no person. */
  readonly reconciles: boolean;
  /** When completed parts that are booked together are booked though others are not; undefined where they wait for the last. */
  readonly bookingTimes: BookingTimes | undefined;
  /** How long what was recorded may take until it is final: then a person learns of it. */
  readonly settledWithinMs: number;
  /** From where on a booking is more than what it is for; undefined where any is booked. */
  readonly beyondOrder: BeyondOrder | undefined;
  readonly unknownOrder: 'reject' | 'ignore';
  /** What was completed before this (ISO, UTC) is people's; undefined where all is ours. */
  readonly liveFrom: string | undefined;
  /** Of a product order that the ledger does not know; by default its own. With it, several may be booked on one ERP order. */
  readonly erpOrderNumber: ((productOrderNumber: string) => string) | undefined;
}

export interface Inquiry extends Standing {
  readonly hint: CompletionHint;
  readonly attempt: WorkAttempt;
}

export interface OrderReading extends Inquiry {
  readonly order: AzumutaProductOrder;
  readonly readAt: Date;
  /** Bookings of which surely nothing was sent, and those that a person has discarded and opens again. */
  readonly toDecideAgain: readonly BookingEntry[];
  /** What this hint was refused before: its dead letter may be missing. */
  readonly refused: readonly Rejected[];
}
