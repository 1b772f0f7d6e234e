import type * as z from 'zod/mini';
import type { BookingKey, Completion } from '../../model/completions.ts';
import type { ErpOrderRef, ProductOrderRef } from '../../model/orders.ts';
import type { HttpRequest, HttpResponse } from '../../platform/http.ts';
import type { Place } from '../../platform/places.ts';
import type { Built } from '../built.ts';
import type { ErpOptions } from '../options.ts';

/** A call below the base URL. A body that is not text goes as JSON; authentication is added. */
export type RestRequest = Pick<HttpRequest, 'method' | 'path' | 'query' | 'headers' | 'body'>;
export type RestAnswer = HttpResponse;
/** A call that only reads: by POST where an ERP is asked so. */
export type RestQuestion = Omit<RestRequest, 'method'> & { readonly method?: 'GET' | 'POST' };

/** How an ERP is reached. */
export interface RestConnection {
  /** How messages name the ERP. Default `ERP`. */
  readonly name?: string;
  readonly baseUrl: string;
  readonly allowHttp?: boolean;
  /** PEM of a private authority. */
  readonly caCertificate?: string;
  readonly timeoutMs?: number;
  /** Sent with every call; no secrets here. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly auth: RestAuthentication;
  /** Handshake before writes, as SAP Gateway asks for: a token is fetched and sent back with its cookies. */
  readonly csrf?: RestCsrf;
}

/** An ERP with an HTTP API, described: where it is, how its orders are listed, how a completion is booked. */
export interface RestOptions<Row = unknown> extends RestConnection, ErpOptions {
  readonly orders: RestListing<Row>;
  /** Tell the ERP which product order an order became; left out if it has no place for it. */
  readonly link?: RestProcedure<LinkContext>;
  readonly book: RestProcedure<BookContext>;
}

export type RestAuthentication =
  /** Secret `{ apiKey }`, in this header (default `X-API-Key`), after `prefix`. */
  | { readonly kind: 'apiKey'; readonly header?: string; readonly prefix?: string }
  /** Secret `{ username, password }`. */
  | { readonly kind: 'basic' }
  /** Secret `{ token }`. */
  | { readonly kind: 'bearer' }
  /** Secret `{ clientId, clientSecret }` (RFC 6749 §4.4). */
  | {
      readonly kind: 'oauth2ClientCredentials';
      readonly tokenUrl: string;
      readonly scope?: string;
      /** Further fields of the token request (`audience`, `resource`). */
      readonly parameters?: Readonly<Record<string, string>>;
      /** Where the client's id and secret go. Default `body`. */
      readonly credentialsIn?: 'body' | 'basic';
    };

export interface RestCsrf {
  /** Read with the header set to `value`; the token comes back in the same header. */
  readonly fetchPath: string;
  /** Default `X-CSRF-Token`. */
  readonly header?: string;
  /** Default `Fetch`. */
  readonly value?: string;
}

export interface RestListing<Row> {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  /** `since` is an ISO instant in UTC, or what `since` below makes of it; absent for all orders. It must be inclusive. */
  readonly query?: (since: string | undefined) => NonNullable<HttpRequest['query']>;
  /** For listings that are asked for by POST. */
  readonly body?: (since: string | undefined) => unknown;
  /** How `query` and `body` get it, for an ERP that compares with its own clock. */
  readonly since?: RestSince;
  readonly paging: RestPaging;
  /** Statuses that say: there are no (more) orders. Some ERPs answer 404 instead of an empty list. */
  readonly emptyStatus?: readonly number[];
  /** Where the rows are. */
  readonly list: Place;
  /** Shape of a row. */
  readonly row: z.ZodMiniType<Row>;
  /** A second request for each row, where the row alone does not tell all of its order. */
  readonly detail?: RestDetail<Row>;
  /**
   * What a row is, with the answer about its detail. One that does not fit, or on which it throws, is told to a
   * person; the others are listed.
   */
  readonly order: (row: Row, detail?: RestAnswer) => RestOrder;
  /**
   * True (the default): the query honours `since` and rows come sorted by change time, oldest first. False: one of
   * them is not so, or a changed order may keep its change time. Then every run reads all pages and hands on all
   * orders that changed since going live, and what is known is compared by content. Of 10,000 orders in pages of 50
   * that are 400 calls, as the list is read until nothing new shows, and 20,000 reads of the ledger: a quarter of a
   * minute, and about a dollar of AWS a day at a run in five minutes. Let the query leave out what is closed.
   */
  readonly incremental?: boolean;
}

/** `since` as the ERP's clock shows it, to the second. */
export interface RestSince {
  /** Of the ERP, `Europe/Brussels`. */
  readonly timeZone: string;
  /**
   * `local`: without a zone, `2026-12-01T06:00:00`; up to an hour earlier before the clock is put back, as it then
   * shows an hour twice. Read the times of such rows with `instantIn`. `iso`: with its offset, `2026-12-01T06:00:00+01:00`.
   */
  readonly format: 'local' | 'iso';
}

/** One request for each row. Rows with the same request share its answer for as long as a run lasts. */
export interface RestDetail<Row> {
  /** Undefined for a row that tells all by itself. */
  readonly request: (row: Row) => RestQuestion | undefined;
  /** Statuses, beside 200 to 299, that `order` knows to read. With any other 4xx the row cannot be read. */
  readonly accepts?: readonly number[];
  /** Requests at the same time. Default 4, at most 16. */
  readonly atOnce?: number;
  /** Requests for one page; a page that needs more is refused, so that nobody floods an ERP unawares. Default 500. */
  readonly most?: number;
}

/** Where the next page is. Without `next`, pages are read until one is empty, as servers may cap the size asked for. */
export type RestPaging =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'page';
      readonly parameter: string;
      /** Number of the first page. Default 1. */
      readonly first?: number;
      readonly size?: PageSize;
      /** Where the answer tells the next page's number; nothing there means: no more. */
      readonly next?: Place;
    }
  | { readonly kind: 'offset'; readonly parameter: string; readonly size: PageSize }
  | { readonly kind: 'cursor'; readonly parameter: string; readonly next: Place; readonly size?: PageSize }
  | { readonly kind: 'nextLink'; readonly next: Place; readonly size?: PageSize };

export interface PageSize {
  readonly parameter: string;
  readonly rows: number;
}

/**
 * A row as an order. Numbers may be JSON numbers, of whole ones no larger than 2^53 as they lose digits; quantities
 * text, where the ERP gives decimals.
 */
export interface RestOrder {
  readonly number: string | number;
  readonly id?: string | number | null | undefined;
  readonly article: string | number;
  /** Above 0 unless it is cancelled. */
  readonly quantity: string | number;
  readonly unit?: string | null | undefined;
  /** ISO date, or date-time with zone. */
  readonly dueDate?: string | null | undefined;
  /** `other` for an order that is neither, and is skipped. */
  readonly state: 'released' | 'cancelled' | 'other';
  /** ISO instant with zone; null for an order that was never changed since `createdAt`. */
  readonly changedAt: string | null | undefined;
  readonly createdAt?: string | null | undefined;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** What every function of a procedure gets. */
export interface ProcedureContext {
  /** The answer of a look-up, by its name. */
  readonly found: (name: string) => RestAnswer;
  /** The answer of an earlier step of this attempt, by its name; undefined if it did not run. */
  readonly answered: (name: string) => RestAnswer | undefined;
}

export interface BookContext extends ProcedureContext {
  readonly completion: Completion;
  /** Its figures, which agree with each other: above 0, in one unit, and its lots add up. Of an amendment all are 0. */
  readonly built: Built;
  readonly key: BookingKey;
}

export interface LinkContext extends ProcedureContext {
  readonly order: ErpOrderRef;
  readonly productOrder: ProductOrderRef;
}

/**
 * Reads before it writes, writes step by step, reads again after. Look-ups are all that can refuse: what a step finds
 * out stands in the ERP already.
 */
export interface RestProcedure<Context> {
  /** In this order, in every attempt, before any step. At least one tells whether it is `done`. */
  readonly lookUp: readonly RestLookUp<Context>[];
  /** In this order; the irrevocable one last. */
  readonly steps: readonly RestStep<Context>[];
  /** Proof that the steps had their effect. Default: the look-ups that tell `done`, or all if a step does, once more. */
  readonly readBack?: {
    readonly request: (context: Context) => RestQuestion;
    readonly confirmed: (answer: RestAnswer, context: Context) => string | undefined;
  };
}

export interface RestLookUp<Context> {
  readonly name: string;
  readonly when?: (context: Context) => boolean;
  readonly request: (context: Context) => RestQuestion;
  /** Statuses, beside 200 to 299, that are an answer to look at: 404, where it stands for an empty list. */
  readonly accepts?: readonly number[];
  /** The ERP does not know the order; so says a 404, too, unless `accepts` has it or its body is no JSON. */
  readonly unknown?: (answer: RestAnswer, context: Context) => boolean;
  /** Reference of what stands in the ERP *with our key*: nothing is left to do but steps that tell `done` themselves. */
  readonly done?: (answer: RestAnswer, context: Context) => string | undefined;
  /**
   * Why it can never be done (cancelled, done by somebody else): a sentence for a planner. Asked, like `article` and
   * `unit`, while nothing stands there with our key.
   */
  readonly refused?: (answer: RestAnswer, context: Context) => string | undefined;
  /** Why it cannot be done yet (locked, busy): a sentence. */
  readonly waits?: (answer: RestAnswer, context: Context) => string | undefined;
  /** The product that the order is for, to be compared with the one that was completed. */
  readonly article?: (answer: RestAnswer, context: Context) => string | undefined;
  /** The unit that the order is counted in, to be compared with the one that was recorded: nothing is converted. */
  readonly unit?: (answer: RestAnswer, context: Context) => string | undefined;
}

export interface RestStep<Context> {
  readonly name: string;
  readonly when?: (context: Context) => boolean;
  /**
   * Whether the look-ups show that it was taken: for a step that continues another (book, then close), often with a
   * look-up of its own. After a crash between the two, the next attempt takes what is left. Default: what a look-up's
   * `done` tells.
   */
  readonly done?: (context: Context) => boolean;
  readonly request: (context: Context) => RestRequest;
  readonly success?: {
    /** Statuses that mean success. Default: 200 to 299. */
    readonly status?: readonly number[];
    /**
     * A look at the body of such an answer: true, or the sentence of the error that it certainly holds. In doubt
     * say true: the read-back tells.
     */
    readonly test?: (answer: RestAnswer, context: Context) => true | string;
  };
  /** For any answer: the sentence why it can never be done. Asked first. */
  readonly rejected?: (answer: RestAnswer, context: Context) => string | undefined;
  /** For any answer: whether this order must wait (423 always says so). */
  readonly retryable?: (answer: RestAnswer, context: Context) => boolean;
  /** Header that takes the booking key, for the rare ERP that honours one. */
  readonly idempotencyKeyHeader?: string;
}
