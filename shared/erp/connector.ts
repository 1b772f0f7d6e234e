import type * as z from 'zod/mini';
import type { BookingKey, Completion, DetailLine, Receipt } from '../model/completions.ts';
import type { ErpOrder, ErpOrderRef, ProductOrderRef, Watermark, WatermarkKind } from '../model/orders.ts';
import type { PartnerLimit } from '../model/partner.ts';
import type { Clock } from '../platform/clock.ts';
import type { Guard, MayWrite, PartnerCall } from '../platform/http.ts';

/**
 * How a connector is being called: hand `signal` and `guard` to each request, so that the circuit breaker learns what was
 * answered, and the ERP's pace is kept. Check `signal` before each write; it is aborted shortly before the function's deadline.
 */
export interface Attempt extends PartnerCall {
  /** An earlier attempt may have written: look before writing anything. */
  readonly again: boolean;
}

export interface ReleasedOrdersPage {
  readonly orders: readonly ErpOrder[];
  /** Rows of the list that cannot be read. The watermark is behind them all the same. */
  readonly unreadable: readonly UnreadableOrder[];
  /** Where to resume when this page is done. */
  readonly watermark: Watermark;
}

/** Where a listing begins. */
export interface StartOfListing extends Watermark {
  /** ISO time of going live: what was not changed since then does not count, also where all is listed again. */
  readonly goLive?: string | undefined;
}

/** A right that bookings need, and whether the ERP says that our user has it. */
export interface UserRight {
  /** `write mrp.production`: the ERP's own words, which whoever gives rights there knows. */
  readonly to: string;
  readonly isGranted: boolean;
}

/** A row of the ERP's list that cannot be read as an order: it is for a person, and holds up no other order. */
export interface UnreadableOrder {
  /** What the ERP calls it: its number or id; its JSON path in the answer when neither can be read. */
  readonly id: string;
  /** A sentence for a planner: which field, what was found, what was expected, what to do. */
  readonly reason: string;
}

/**
 * What every ERP must be able to do. README.md has what each method promises, and which error says what.
 * Implementations keep no state but a session.
 */
export interface ErpConnector {
  /**
   * Without a watermark: all released orders. Only an answer that is no list at all is thrown.
   * @param guard Handed to each request, as `signal` is.
   */
  releasedOrders(
    since: StartOfListing | undefined,
    signal: AbortSignal,
    guard?: Guard,
  ): AsyncIterable<ReleasedOrdersPage>;
  /**
   * An order that is listed no more, but is still in work, is `released`. One that our user may not see counts as
   * one that the ERP does not have.
   * @param guard Handed to each request, as `signal` is.
   * @throws Rejected also when several orders have its number, or it cannot be read.
   */
  readonly readOrder?:
    | ((order: ErpOrderRef, signal: AbortSignal, guard?: Guard) => Promise<ErpOrder | undefined>)
    | undefined;
  /** Links once, whatever `again` says: an attempt that died may have linked it already. */
  readonly linkProductOrder?:
    | ((order: ErpOrderRef, productOrder: ProductOrderRef, attempt: Attempt) => Promise<void>)
    | undefined;
  /** *Done with our key* is a receipt, *done without it* is `Rejected`. */
  book(completion: Completion, key: BookingKey, attempt: Attempt): Promise<Receipt>;
  /**
   * What bookings would ask first, and this ERP does not answer: a sentence each, with what that costs. `doctor` says it.
   * @param order One that is listed now.
   */
  readonly notOffered?: ((order: ErpOrderRef, signal: AbortSignal) => Promise<readonly string[]>) | undefined;
  /**
   * Which rights of those that bookings need our user has, as far as the ERP tells them by a read; nothing is tried. `doctor`
   * says it. Leave it out if no read tells them.
   */
  readonly readRights?: ((signal: AbortSignal) => Promise<readonly UserRight[]>) | undefined;
  /** Ends its session, where the ERP counts sessions. A command calls it at its end; a container does not know its end. */
  readonly close?: ((signal: AbortSignal) => Promise<void>) | undefined;
}

/**
 * What a look at the ERP found: a receipt, if the booking is there with our key, or what is to be written. A look writes
 * nothing, and refuses all that can be refused, so that a `Rejected` leaves the ERP as it was.
 */
export type Look<ToBook> = { readonly receipt: Receipt } | { readonly toBook: ToBook };

/** What a connector gets from the function that runs it. */
export interface ErpEnvironment<Credentials> {
  /** Reads the ERP's secret, parsed. `refresh` reads it again after the ERP refused it. */
  readonly credentials: (options?: { readonly refresh?: boolean }) => Promise<Credentials>;
  readonly clock: Clock;
  /** For the HTTP client, which asks it. A connector does not: in shadow it reads and decides the same. */
  readonly mayWrite: MayWrite;
}

/** Shape of the ERP's secret, and what to write there, as an example that holds no real value. */
export interface ErpSecret<Credentials> {
  readonly schema: z.ZodMiniType<Credentials>;
  readonly example: Readonly<Record<string, string>>;
}

/**
 * Why an ERP cannot take a line of a completion: `it keeps no inspections`. False: its connector books each of its fields,
 * which the conformance suite asks for one by one.
 */
export type Lacks = Readonly<Record<DetailLine, string | false>>;

/** A connector as a configuration chooses it: its options, and how to connect when a worker starts. */
export interface ErpDefinition<Credentials = unknown> extends PartnerLimit {
  /** Name shown to people: `tryton`, `odoo`, `sap-s4hana`, `rest`. */
  readonly name: string;
  /** How long the ERP may go on working on a call that was cut off. Default: `usualSettlingSeconds`. */
  readonly settlingSeconds?: number | undefined;
  /** Why no stack may be made with it yet: what somebody has to try first. */
  readonly untried?: string | undefined;
  /** What whoever relies on it must know: a sentence that doctor and each morning mail say. */
  readonly caution?: string | undefined;
  /** `exact` where nothing can show later that comes before the position of a page. Default: `time`. */
  readonly watermark?: WatermarkKind | undefined;
  /** What it has no place for, each with its reason: a configuration that maps it is refused. */
  readonly lacks: Lacks;
  readonly secret: ErpSecret<Credentials>;
  // A method, not a property, so that a definition with its own credentials fits here: `secret` above makes it safe.
  connect(environment: ErpEnvironment<Credentials>): ErpConnector;
}
