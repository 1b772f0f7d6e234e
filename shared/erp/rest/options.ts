import * as z from 'zod/mini';
import type { BookingKey, Completion } from '../../model/completions.ts';
import type { ErpOrderRef, ProductOrderRef } from '../../model/orders.ts';
import type { HttpRequest, HttpResponse } from '../../platform/http.ts';
import { type ErpOptions, erpOptionsShape } from '../options.ts';
import type { Place } from './places.ts';

/** A call below the base URL. A body that is not text goes as JSON; authentication is added. */
export type RestRequest = Pick<HttpRequest, 'method' | 'path' | 'query' | 'headers' | 'body'>;
export type RestAnswer = HttpResponse;

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
  /** `since` is an ISO instant in UTC; absent for all orders. It must be inclusive. */
  readonly query?: (since: string | undefined) => NonNullable<HttpRequest['query']>;
  /** For listings that are asked for by POST. */
  readonly body?: (since: string | undefined) => unknown;
  readonly paging: RestPaging;
  /** Statuses that say: there are no (more) orders. Some ERPs answer 404 instead of an empty list. */
  readonly emptyStatus?: readonly number[];
  /** Where the rows are. */
  readonly list: Place;
  /** Shape of a row. */
  readonly row: z.ZodMiniType<Row>;
  /** What a row is. One that does not fit, or on which it throws, is told to a person; the others are listed. */
  readonly order: (row: Row) => RestOrder;
  /**
   * True (the default): the query honours `since` and rows come sorted by change time, oldest first. False:
   * neither is so; every run reads all pages and sorts them itself.
   */
  readonly incremental?: boolean;
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

/** A row as an order. Numbers may be JSON numbers; quantities text, where the ERP gives decimals. */
export interface RestOrder {
  readonly number: string | number;
  readonly id?: string | number | null | undefined;
  readonly article: string | number;
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
  readonly key: BookingKey;
}

export interface LinkContext extends ProcedureContext {
  readonly order: ErpOrderRef;
  readonly productOrder: ProductOrderRef;
}

/** Reads before it writes, writes step by step, reads again after. */
export interface RestProcedure<Context> {
  /** In this order, in every attempt, before any step. At least one tells whether it is `done`. */
  readonly lookUp: readonly RestLookUp<Context>[];
  /** In this order; the irrevocable one last. */
  readonly steps: readonly RestStep<Context>[];
  /** Proof that the steps had their effect. Default: the look-ups that tell `done`, once more. */
  readonly readBack?: {
    readonly request: (context: Context) => RestRequest;
    readonly confirmed: (answer: RestAnswer, context: Context) => string | undefined;
  };
}

export interface RestLookUp<Context> {
  readonly name: string;
  readonly when?: (context: Context) => boolean;
  readonly request: (context: Context) => RestRequest;
  /** Statuses, beside 200 to 299, that are an answer to look at: 404, where it stands for an empty list. */
  readonly accepts?: readonly number[];
  /** The ERP does not know the order; so says a 404, too, unless `accepts` has it or its body is no JSON. */
  readonly unknown?: (answer: RestAnswer, context: Context) => boolean;
  /** Reference of what stands in the ERP *with our key*: nothing is left to do. */
  readonly done?: (answer: RestAnswer, context: Context) => string | undefined;
  /** Why it can never be done (cancelled, done by somebody else): a sentence for a planner. */
  readonly refused?: (answer: RestAnswer, context: Context) => string | undefined;
  /** Why it cannot be done yet (locked, busy): a sentence. */
  readonly waits?: (answer: RestAnswer, context: Context) => string | undefined;
  /** The product that the order is for, to be compared with the one that was completed. */
  readonly article?: (answer: RestAnswer, context: Context) => string | undefined;
}

export interface RestStep<Context> {
  readonly name: string;
  readonly when?: (context: Context) => boolean;
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

const callable = z.custom<(...values: never[]) => unknown>(
  (value) => typeof value === 'function',
  'a function',
);
const place = z.union([z.string(), callable]);
const pageSize = z.strictObject({ parameter: z.string(), rows: z.int().check(z.positive()) });
const textMap = z.record(z.string(), z.string());

const lookUp = z.strictObject({
  name: z.string(),
  when: z.optional(callable),
  request: callable,
  accepts: z.optional(z.array(z.int())),
  unknown: z.optional(callable),
  done: z.optional(callable),
  refused: z.optional(callable),
  waits: z.optional(callable),
  article: z.optional(callable),
});

const step = z.strictObject({
  name: z.string(),
  when: z.optional(callable),
  request: callable,
  success: z.optional(
    z.strictObject({
      status: z.optional(z.array(z.int()).check(z.minLength(1))),
      test: z.optional(callable),
    }),
  ),
  rejected: z.optional(callable),
  retryable: z.optional(callable),
  idempotencyKeyHeader: z.optional(z.string()),
});

const procedure = z.strictObject({
  lookUp: z.array(lookUp).check(
    z.refine((list) => list.some(({ done }) => done !== undefined), 'at least one look-up with `done`'),
    z.refine(
      (list) => new Set(list.map(({ name }) => name)).size === list.length,
      'a different name for each look-up',
    ),
  ),
  steps: z.array(step).check(z.minLength(1)),
  readBack: z.optional(z.strictObject({ request: callable, confirmed: callable })),
});

/** What an option's value must look like; the functions' own types are TypeScript's to check. */
export const restOptionsSchema = z.strictObject({
  name: z.optional(z.string().check(z.minLength(1))),
  baseUrl: z.url(),
  allowHttp: z.optional(z.boolean()),
  caCertificate: z.optional(z.string()),
  timeoutMs: z.optional(z.int().check(z.positive())),
  headers: z.optional(textMap),
  auth: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('apiKey'),
      header: z.optional(z.string()),
      prefix: z.optional(z.string()),
    }),
    z.strictObject({ kind: z.literal('basic') }),
    z.strictObject({ kind: z.literal('bearer') }),
    z.strictObject({
      kind: z.literal('oauth2ClientCredentials'),
      tokenUrl: z.url(),
      scope: z.optional(z.string()),
      parameters: z.optional(textMap),
      credentialsIn: z.optional(z.enum(['body', 'basic'])),
    }),
  ]),
  csrf: z.optional(
    z.strictObject({ fetchPath: z.string(), header: z.optional(z.string()), value: z.optional(z.string()) }),
  ),
  orders: z.strictObject({
    method: z.optional(z.enum(['GET', 'POST'])),
    path: z.string(),
    query: z.optional(callable),
    body: z.optional(callable),
    paging: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('none') }),
      z.strictObject({
        kind: z.literal('page'),
        parameter: z.string(),
        first: z.optional(z.int()),
        size: z.optional(pageSize),
        next: z.optional(place),
      }),
      z.strictObject({ kind: z.literal('offset'), parameter: z.string(), size: pageSize }),
      z.strictObject({
        kind: z.literal('cursor'),
        parameter: z.string(),
        next: place,
        size: z.optional(pageSize),
      }),
      z.strictObject({ kind: z.literal('nextLink'), next: place, size: z.optional(pageSize) }),
    ]),
    emptyStatus: z.optional(z.array(z.int())),
    list: place,
    row: z.custom<z.ZodMiniType>((value) => value instanceof z.ZodMiniType, 'a schema of zod/mini'),
    order: callable,
    incremental: z.optional(z.boolean()),
  }),
  link: z.optional(procedure),
  book: procedure,
  ...erpOptionsShape,
});
