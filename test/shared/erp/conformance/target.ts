import type { Attempt, ErpConnector } from '../../../../shared/erp/connector.ts';
import type { BookingKey, Completion, Receipt } from '../../../../shared/model/completions.ts';
import type { FactName } from '../../../../shared/model/order-facts.ts';
import type { ErpOrderRef } from '../../../../shared/model/orders.ts';
import type { Decimal } from '../../../../shared/model/quantity.ts';
import type { Clock } from '../../../../shared/platform/clock.ts';
import type { MayWrite } from '../../../../shared/platform/http.ts';
import type { DetailLeaf } from './detail-leaf.ts';
import type { FaultProxy } from './fault-proxy.ts';
import type { OpenCell } from './open-cells.ts';

/**
 * What the author of a connector provides for the conformance suite: a connector for a real server, and
 * hooks into that ERP's own books which bypass the connector. The suite uses nothing else.
 *
 * The connector's base URL must be that of `faults` (a FaultProxy in front of the server), so that calls can
 * be counted and broken; the hooks should call the server directly, so that they are not.
 */
export interface ErpConformanceTarget {
  /** Builds a new connector (as a new container would): it shares no session with an earlier one. */
  connector(options?: ConnectorOptions): ErpConnector;
  /** The proxy between connector and server. */
  readonly faults: FaultProxy;
  /** Texts that may never appear in an error: the password, key or client secret that `connector()` uses. */
  readonly canaries: readonly string[];

  /** Creates and releases an order, with enough stock of every component. */
  planOrder(order: PlannedOrder): Promise<PlannedOrderRef>;
  /** Withdraws an order in the ERP. */
  cancelOrder(order: ErpOrderRef): Promise<void>;
  /** Somebody completes the order with its planned quantity in the ERP's own screens, without our key. */
  finishByHand(order: ErpOrderRef): Promise<void>;
  /** Changes the order, so that its change time becomes later than every earlier one. */
  touch(order: ErpOrderRef): Promise<void>;
  /** A planner changes the quantity of an open order. */
  changeQuantity(order: ErpOrderRef, quantity: Decimal): Promise<void>;
  /** How a planner changes each other fact of an open order, or why nobody can. */
  readonly changeFact: Readonly<Record<OtherFact, ChangeOfFact | OpenCell>>;
  /** The ERP's books as they are now. */
  books(order: ErpOrderRef): Promise<ErpBooks>;

  /** Another user holds the order: the ERP refuses every write to it until `unlockOrder`. Needed unless `cannot.lock`. */
  lockOrder?(order: ErpOrderRef): Promise<void>;
  unlockOrder?(order: ErpOrderRef): Promise<void>;
  /** Every session that the server gave out becomes invalid; logging in again works. Needed unless `cannot.session`. */
  expireSession?(): Promise<void>;
  /** From now on every session is invalid as soon as it is issued, until `mendSessions`. */
  breakSessions?(): Promise<void>;
  mendSessions?(): Promise<void>;
  /** The next call that would complete an order succeeds without changing anything. Needed unless `cannot.silent-no-op`. */
  silentNoOp?(): Promise<void>;
  /** The next booking ends amid its posting, and what has our key stays there. Needed unless `cannot['unposted-booking']`. */
  commitAmidPosting?(): Promise<void>;

  /** Article that `planOrder` can be asked for, and others of which lots or serial numbers are tracked. */
  readonly articles: {
    readonly plain: string;
    /** One lot number for the whole quantity. */
    readonly lots?: string;
    /** A serial number per piece. */
    readonly serials?: string;
  };
  /** An article of which more is recorded than its quantity. Needed unless `cannot.assembly`. */
  readonly assembly?: Assembly;
  /** Needed unless `cannot.assembly` or `cannot['component-lines']`. */
  readonly repeated?: RepeatedComponents;
  /** The warehouse issues so much of a component to an open order. Needed unless `cannot['issued-by-hand']`. */
  issueByHand?(order: ErpOrderRef, component: string, amount: Decimal): Promise<void>;
  /** Somebody plans that an open order brings so much more of its product, besides what it plans. Needed unless `cannot['further-outputs']`. */
  addOutput?(order: ErpOrderRef, amount: Decimal): Promise<void>;
  /**
   * Bookings that this ERP refuses beside those that every ERP refuses, by what is wrong with them: each is prepared
   * anew, must be refused with the name of its order, and must leave `everything` unchanged.
   */
  readonly refused: Readonly<Record<string, () => Promise<Completion>>>;
  /** All records of the ERP, as JSON: any difference afterwards was written. */
  everything(): Promise<unknown>;
  /** Units of the plain article. */
  readonly units: {
    /** As the ERP lists its orders. */
    readonly own: string;
    /** One of the same kind, and how many of the own one it holds. Needed unless `cannot.units`. */
    readonly other?: { readonly unit: string; readonly holds: Decimal };
    /** One of another kind. */
    readonly foreign: string;
  };
  /** The quantity that a booking of 2.123456 of the plain article results in; undefined where it must be refused. */
  readonly rounded: Decimal | undefined;
  /** How the ERP writes the number of a lot that was given. Left out where it is kept as it is. */
  keptLot?(number: string): string;
  /** How many lots have this number. Left out where an ERP has no list of lots. */
  lotsNamed?(number: string): Promise<number>;
  /** Our mark of a booking as it appears in a text of the ERP. Needed unless `cannot.marks`. */
  mark?(key: BookingKey): string;
  /** From now on a page has at most this many rows, whatever the request says; `undefined` ends it. Needed unless `cannot.page-cap`. */
  capPages?(rows: number | undefined): Promise<void>;
  /** Fields of a row in the ERP's list of orders: the order's number, and its quantity. */
  readonly rowFields: { readonly number: string; readonly quantity: string };
  /** Stops what it started. */
  close?(): Promise<void>;
}

/** A fact of an ERP order that the suite changes by this table; its quantity has a hook, and nobody gives it another article. */
export type OtherFact = Exclude<FactName, 'article' | 'quantity'>;
/** @param value As the connector is to read it afterwards. */
type ChangeOfFact = (order: ErpOrderRef, value: string) => Promise<void>;

/** An article that is assembled: an order of 5 of it plans 5 of each component, and four operations. */
export interface Assembly {
  readonly article: string;
  /** Three components, and of each a lot with stock for every order of the suite. */
  readonly components: readonly { readonly article: string; readonly lot: string }[];
  /** A lot of the first component, of which 1 is in stock. Needed unless `cannot['lot-stock']`. */
  readonly scarceLot?: string;
  /** The operations in the order of the routing, as a mapping names them. */
  readonly operations: readonly string[];
  /** Two reasons of scrap that the ERP knows. */
  readonly reasons: readonly string[];
}

/** An article whose order plans each component in two lines: an order of 5 plans 5 in each of them. */
export interface RepeatedComponents {
  readonly article: string;
  /** A component of which no lots are recorded. */
  readonly plain: string;
  /** A component of which lots are recorded, and two lots of it with stock for every order of the suite. */
  readonly lotted: string;
  readonly lots: readonly [string, string];
}

export interface ConnectorOptions {
  /** Instead of the proxy's URL: where no such server is. */
  readonly baseUrl?: string;
  /** Orders asked for per page. */
  readonly pageSize?: number;
  /** Longest wait for an answer. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
  /** Whether it may change the ERP, asked before each such call. Default: it may. */
  readonly mayWrite?: MayWrite;
  /** Use a password (key, secret) that the server refuses. */
  readonly wrongCredentials?: boolean;
  /** The secret was rotated: the one that is known is refused, and the right one is read when it is read anew. */
  readonly rotated?: boolean;
}

export interface PlannedOrder {
  readonly article: string;
  /** Whole number of pieces, as decimal text. */
  readonly quantity: Decimal;
  /**
   * ISO instant that the order's change time must equal; a test of the watermark gives several orders the
   * same one, long past. `null`: never changed since it was created, for ERPs that have such orders.
   */
  readonly changedAt?: string | null;
  /** ISO date by which it is due; a date that the target chooses if absent. */
  readonly dueDate?: string;
}

/** With the id if the connector's `ErpOrder` has one. */
export interface PlannedOrderRef extends ErpOrderRef {
  readonly article: string;
}

export interface ErpBooks {
  readonly state: 'open' | 'done' | 'cancelled';
  /** Good quantity booked so far, over the order and all orders that the ERP split off from it. */
  readonly good: Decimal;
  readonly scrap: Decimal;
  /** How many bookings of quantity the ERP counts for it. */
  readonly bookings: number;
  readonly lots: readonly string[];
  /** Those of them that were scrapped; needed unless `cannot.scrapped-serials`. */
  readonly scrappedLots?: readonly string[];
  /** Every text about the order that a person can read in the ERP, one per note. */
  readonly notes: readonly string[];
  /** Every URL about the order that a person can follow (or read) in the ERP, as often as it is there. */
  readonly links: readonly string[];
  /** The references to its Azumuta product order in the ERP order (number, id or URL), as often as they are there. */
  readonly productOrders: readonly string[];
  /** Components consumed for it, in pieces of finished product; undefined if the ERP keeps no such books. */
  readonly consumed?: Decimal;
  /**
   * Components of which one line of the plan was taken beyond what it plans, while another line was open. Needed unless
   * `cannot['line-by-line']`.
   */
  readonly overdrawn?: readonly string[];
  /** Components that were taken when the ERP had given up what it had reserved of them. Needed unless `cannot.reservations`. */
  readonly unreserved?: readonly string[];
  /** What the ERP has of an assembly, wherever the table of the connector's page says. Needed unless `cannot.assembly`. */
  readonly details?: Details;
}

/** Each part only where the ERP takes it. */
export interface Details {
  /** What was consumed of each article, and how much of it from which lots. */
  readonly components?: Readonly<Record<string, Consumed>>;
  /** Minutes of each operation that has some, setup and run together, and whether it is finished. */
  readonly operations?: Readonly<Record<string, { readonly minutes: number; readonly finished: boolean }>>;
  /** How much was scrapped for each reason. */
  readonly reasons?: Readonly<Record<string, Decimal>>;
  /** The names of the checks that the ERP has, sorted; those that failed with `!` before them. */
  readonly checks?: readonly string[];
}

export interface Consumed {
  readonly amount: Decimal;
  /** By their numbers; what has no lot is left out. */
  readonly lots: Readonly<Record<string, Decimal>>;
}

/**
 * The capabilities that this ERP (or this configuration of it) lacks: their tests are skipped, with the reason in
 * their names. None is open without a reason and its source.
 */
export type Cannot = Readonly<Partial<Record<Capability, OpenCell>>>;

export type Capability =
  /** Take a field of what was recorded besides the quantity: its reason says what becomes of it. */
  | `field ${DetailLeaf}`
  /** Tell the ERP the product order's id. */
  | 'link'
  /** Book a part and leave the order open. */
  | 'partial'
  /** Finish an order of which less was built than planned. */
  | 'closing'
  /** List only what has changed since a watermark. */
  | 'changes'
  /** Tell how much others have booked on an order, in what the connector reads of it. */
  | 'booked-before'
  /** Tell what was produced of an order, in what the connector reads of one. */
  | 'produced'
  /** The same of its scrap. */
  | 'produced-scrap'
  | 'scrap'
  /** Anything of an assembly besides its quantity; then, what of it. */
  | 'assembly'
  | 'components'
  | 'operations'
  | 'reasons'
  | 'checks'
  /** Plan one component in several lines of an order. */
  | 'component-lines'
  /** Take components line by line of the plan, so that a line can be taken beyond what it plans. */
  | 'line-by-line'
  /** Tell how much is there of a component's lot. */
  | 'lot-stock'
  /** Give up what is reserved of the components of an order before it is done. */
  | 'reservations'
  /** Issue components to an order beside our bookings. */
  | 'issued-by-hand'
  /** Plan further outputs of an order's product. */
  | 'further-outputs'
  | 'notes'
  | 'links'
  /** Notes and links on an order that is done. */
  | 'amendments'
  /** Two bookings of one key at the same moment book once, without the ledger's lock. */
  | 'concurrency'
  /** Show one order, whatever its state. */
  | 'read'
  /** Be called thousands of times: loops that disturb each call of a booking. */
  | 'every-call'
  /** Choose the change time of a planned order. */
  | 'change-times'
  /** Plan an order that was never changed (`changedAt: null`). */
  | 'never-changed'
  /** One lot number for a whole quantity. */
  | 'lots'
  /** A serial number per piece of a quantity above one. */
  | 'serials'
  /** Convert a quantity from another unit of the same kind. */
  | 'units'
  /** Scrap pieces of which each has a serial number. */
  | 'scrapped-serials'
  /** Keep our mark in a text that people write in, too. */
  | 'marks'
  /** Give fewer rows than were asked for. */
  | 'page-cap'
  /** Hold an order, as another user does. */
  | 'lock'
  /** Sessions that can expire. */
  | 'session'
  /** Notice at once that a page is the one before it. */
  | 'same-page'
  /** A completing call that answers 200 and changes nothing. */
  | 'silent-no-op'
  /** Leave a booking behind that has our key, and of which nothing was posted. */
  | 'unposted-booking'
  /** Cancelled orders are listed as such. */
  | 'cancelled-listed'
  /** Refuse by the look all that is refused: what the ERP refuses with the write, shadow does not know. */
  | 'refusing-look'
  /** Distinguish our own completion from somebody else's. */
  | 'foreign-completion';

/** What a target must provide unless it lacks this capability. */
export function provided<What>(what: What | undefined, capability: Capability): What {
  if (what !== undefined) return what;
  throw new Error(
    `The target does not provide what ${capability} needs: add it, or say why in cannot['${capability}'].`,
  );
}

/** What the chapters of the suite share: the running target, and how to declare a test. */
export interface Chapter {
  readonly target: () => ErpConformanceTarget;
  readonly cannot: Cannot;
  /** Plans an order; by default of 5 pieces of the plain article. */
  readonly plan: (order?: Partial<PlannedOrder>) => Promise<PlannedOrderRef>;
  /** Books with a new connector; by default it is the first attempt. */
  readonly book: (completion: Completion, attempt?: Attempt) => Promise<Receipt>;
  /** A test that needs these capabilities; skipped with the reason in its name where the ERP lacks one. */
  readonly promise: (name: string, needs: readonly Capability[], test: () => Promise<void>) => void;
}
