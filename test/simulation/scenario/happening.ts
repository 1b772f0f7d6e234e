import type { Service } from '../world/fate.ts';
import type { AccidentName } from './accidents.ts';

/** An order by its place in the scenario. */
type Order = { readonly order: number };
/** Minutes from the beginning; fractions of them, too. */
type Moment = { readonly at: number };
type Span = Moment & { readonly minutes: number };

export const queues = ['product-orders', 'completions', 'bookings'] as const;
export type FlowName = (typeof queues)[number];

/** How all calls of a partner end for a while, whatever they ask for. */
export const outages = [
  'refuses connections',
  'answers 503',
  'answers 503 with a page',
  'answers 200 with a page',
  'answers 403',
  'answers 404 with a page',
  'refuses our credentials',
  'is slow',
] as const;
export type Outage = (typeof outages)[number];

/** What an operator records, beside what was planned. */
export const otherFigures = [
  'fewer',
  'more',
  'zero',
  'no quantity',
  'no recording',
  'recorded twice',
] as const;
export type OtherFigures = (typeof otherFigures)[number];

/** What may happen beside the way that all goes: each may be left out, to find which of them a failure needs. */
export type Happening = InTheWorld | ToOrder | ByAdministrator;

/** Calls, messages, triggers, runs, and the partners as a whole. */
type InTheWorld =
  | {
      readonly kind: 'call';
      readonly stage: string;
      readonly service: Service;
      /** The n-th call of this function to this service, from 1. */
      readonly nth: number;
      readonly accident: AccidentName;
    }
  | ({ readonly kind: 'outage'; readonly partner: 'azumuta' | 'erp'; readonly how: Outage } & Span)
  | ({ readonly kind: 'indexes lag'; readonly seconds: number } & Span)
  | ({ readonly kind: 'items expire' } & Moment)
  /** The n-th message that is received comes once more, deleted or not. */
  | { readonly kind: 'message comes twice'; readonly queue: FlowName; readonly nth: number }
  /** The n-th batch is worked on, and the event source mapping's delete of it is lost. */
  | { readonly kind: 'delete is lost'; readonly queue: FlowName; readonly nth: number }
  | { readonly kind: 'trigger'; readonly nth: number; readonly becomes: 'lost' | 'twice' | 'late' }
  | {
      readonly kind: 'run';
      readonly stage: 'pull-product-orders' | 'reconcile-completions';
      readonly nth: number;
      readonly becomes: 'late' | 'twice' | 'never';
    }
  | ({ readonly kind: 'ERP restarts' } & Moment)
  /** The next booking is answered as if it were done, and nothing was. */
  | ({ readonly kind: 'ERP ignores a booking' } & Moment);

/** What planners and operators do to one order. */
type ToOrder =
  | ({ readonly kind: 'order is locked' } & Order & Span)
  | ({ readonly kind: 'planner changes the quantity'; readonly quantity: number } & Order & Moment)
  | ({ readonly kind: 'planner cancels' } & Order & Moment)
  | ({ readonly kind: 'planner releases it again' } & Order & Moment)
  | ({ readonly kind: 'planner finishes it by hand' } & Order & Moment)
  /** `to` follows the number. */
  | ({ readonly kind: 'planner renames'; readonly to: string } & Order & Moment)
  | ({ readonly kind: 'planner splits' } & Order & Moment)
  | ({ readonly kind: 'planner touches' } & Order & Moment)
  | ({ readonly kind: 'operator renames' } & Order & Moment)
  /** The rework takes so many minutes. */
  | ({ readonly kind: 'operator opens it again'; readonly rework: number } & Order & Moment)
  | ({ readonly kind: 'operator removes it' } & Order & Moment)
  /** Before the integration creates it; one that is not equal is renamed later, and its dead letter sent again. */
  | ({ readonly kind: 'operator types it by hand'; readonly equal: boolean } & Order & Moment)
  | ({ readonly kind: 'operator records other figures'; readonly figures: OtherFigures } & Order)
  | ({ readonly kind: 'trigger of an open order' } & Order & Moment)
  /** It shows so many minutes after the time that it was written. */
  | ({ readonly kind: 'ERP commits late'; readonly minutes: number } & Order)
  /** The configuration maps it to the number of the order before it. */
  | ({ readonly kind: 'planner shares a number' } & Order);

type ByAdministrator =
  | ({ readonly kind: 'flow is paused'; readonly queue: FlowName } & Span)
  | ({
      readonly kind: 'secret is rotated';
      readonly partner: 'azumuta' | 'erp';
      /** Which of the two has the new one first; the other follows after so many minutes. */
      readonly first: 'partner' | 'Secrets Manager';
    } & Span)
  | ({ readonly kind: 'dead letters are sent again'; readonly twice: boolean } & Moment)
  | ({ readonly kind: 'dead letter is discarded' } & Moment);

/** Changes after which an order need not end as it was planned, as long as a person was told. */
export const unsettling: ReadonlySet<Happening['kind']> = new Set([
  'planner changes the quantity',
  'planner cancels',
  'planner releases it again',
  'planner finishes it by hand',
  'planner renames',
  'planner splits',
  'planner shares a number',
  'operator removes it',
  'dead letter is discarded',
]);
