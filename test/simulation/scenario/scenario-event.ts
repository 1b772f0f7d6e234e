import type { OrderConcernKind } from '../../../shared/ledger/records/concerns.ts';
import type { FlowName } from '../../../shared/ledger/records/pauses.ts';
import type { Service } from '../world/fate.ts';
import type { AccidentName } from './accidents.ts';

/** An order, by its index in the scenario. */
type Order = { readonly order: number };
/** Minutes from the beginning, with fractions. */
type Moment = { readonly at: number };
type Span = Moment & { readonly minutes: number };
/** What is said with an order and a moment. */
type Plain<Kind> = Kind extends string ? { readonly kind: Kind } & Order & Moment : never;

export const queues = ['product-orders', 'completions'] as const;
export type QueueName = (typeof queues)[number];

/** What an administrator pauses. */
export const flows = ['orders', 'completions', 'bookings'] as const satisfies readonly FlowName[];

/** How all calls to a partner end during an outage. */
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

/** Deviations of an operator's recordings from the plan. */
export const otherFigures = [
  'fewer',
  'more',
  'zero',
  'no quantity',
  'no recording',
  'recorded twice',
] as const;
/** `mistyped`: far more than the order, until it is corrected. */
export type OtherFigures = (typeof otherFigures)[number] | 'mistyped';

/** `doubled at once`: two containers work on it at the same moment. */
export const triggerAccidents = ['lost', 'doubled', 'doubled at once', 'late'] as const;

/** What people settle of an order. */
export const settled = [
  'changed',
  'unwanted',
  'removed',
  'figures-changed',
  'used-again',
] as const satisfies readonly OrderConcernKind[];
/** What people have made again although it had ended. */
export const remade = ['given up', 'removed', 'withdrawn'] as const;

/** An event that disturbs the normal course. Each can be left out, to find out which of them a failure needs. */
export type ScenarioEvent = InTheWorld | ToOrder | ByAdministrator | EndedByPerson;

/** What people do by the commands that end what is open about an order; on a later day, if there is nothing to do yet. */
export type EndedByPerson =
  /** `byHand`: before that they book it in the ERP by hand. */
  | ({ readonly kind: 'person gives up an order'; readonly byHand: boolean } & Order & Moment)
  /** One of those that are booked together; 1 for the first. */
  | ({ readonly kind: 'person gives up a part'; readonly part: number } & Order & Moment)
  | ({ readonly kind: 'person settles'; readonly concern: (typeof settled)[number] } & Order & Moment)
  | ({ readonly kind: 'person has it made again'; readonly after: (typeof remade)[number] } & Order & Moment)
  /** The first one of the queue. */
  | ({ readonly kind: 'dead letter is discarded'; readonly byHand: boolean } & Moment);

/** Events of calls, messages, triggers, runs, and the partners as a whole. */
type InTheWorld =
  | {
      readonly kind: 'call';
      readonly stage: string;
      readonly service: Service;
      /** The n-th call of this function to this service, from 1. */
      readonly nth: number;
      /** Counts only the calls that write to a partner, or to an order in the ledger. */
      readonly of?: 'writes';
      /** Counts only from the moment that an accident has met a call of this function to that service. */
      readonly after?: Service;
      readonly accident: AccidentName;
    }
  | ({ readonly kind: 'outage'; readonly partner: 'azumuta' | 'erp'; readonly how: Outage } & Span)
  | ({ readonly kind: 'indexes lag'; readonly seconds: number } & Span)
  | ({ readonly kind: 'items expire' } & Moment)
  /** The n-th received message comes once more, deleted or not: within minutes, or while it is worked on. */
  | {
      readonly kind: 'message comes twice';
      readonly queue: QueueName;
      readonly nth: number;
      readonly atOnce?: true;
    }
  /** Its event source mapping is switched off. */
  | ({ readonly kind: 'nothing is received'; readonly queue: QueueName } & Span)
  /** The n-th batch is processed, but the event source mapping's delete is lost. */
  | { readonly kind: 'delete is lost'; readonly queue: QueueName; readonly nth: number }
  | { readonly kind: 'trigger'; readonly nth: number; readonly becomes: (typeof triggerAccidents)[number] }
  | {
      readonly kind: 'run';
      readonly stage: 'pull-product-orders' | 'reconcile-completions';
      readonly nth: number;
      readonly becomes: 'late' | 'doubled' | 'missing';
    }
  /** People are alerted, every five minutes. */
  | { readonly kind: 'alert run' }
  | ({ readonly kind: 'ERP restarts' } & Moment)
  /** The next booking is answered as if it were done, but is not. */
  | ({ readonly kind: 'ERP ignores a booking' } & Moment);

/** What planners and operators do to one order. */
type ToOrder =
  | Plain<'planner cancels' | 'planner deletes it' | 'planner releases it again' | 'planner splits'>
  | Plain<'planner finishes it by hand' | 'planner touches' | 'operator renames' | 'operator removes it'>
  /** It is not released any more. */
  | Plain<'planner puts it back'>
  /** Of this order; in Azumuta it keeps its name, as the configuration says. */
  | Plain<'article is renamed in the ERP'>
  | Plain<'trigger of an open order'>
  /** An ERP that posts its orders posts one that it has booked, as it was. */
  | Plain<'ERP sends a built order again'>
  | ({ readonly kind: 'order is locked' } & Order & Span)
  | ({ readonly kind: 'planner changes the quantity'; readonly quantity: number } & Order & Moment)
  /** `to` is appended to the number. */
  | ({ readonly kind: 'planner renames'; readonly to: string } & Order & Moment)
  /** To so many days after the date that all orders have at first; below zero before it. */
  | ({ readonly kind: 'planner moves the due date'; readonly days: number } & Order & Moment)
  /** Duration of the rework, in minutes; what is recorded then: by default one recording, without a quantity. */
  | ({
      readonly kind: 'operator opens it again';
      readonly rework: number;
      readonly forgot?: { readonly quantity?: number | null; readonly recordings?: number };
    } & Order &
      Moment)
  /** Before the integration creates it. One that is not equal is renamed later, and its dead letter is sent again. */
  | ({ readonly kind: 'operator types it by hand'; readonly equal: boolean } & Order & Moment)
  | ({ readonly kind: 'operator records other figures'; readonly figures: OtherFigures } & Order)
  /**
   * When it is recorded, the step of the good quantity has another name in Azumuta; somebody corrects it later.
   * `until`: only who follows the advice does.
   */
  | ({ readonly kind: 'step is renamed in Azumuta'; readonly until?: 'somebody is told' } & Order)
  /** Of this order, until somebody who follows the advice creates it. */
  | ({ readonly kind: 'article is missing in Azumuta' } & Order)
  /** All parts that are open when the first is built, also those that the ERP does not want any more. */
  | ({ readonly kind: 'operators finish all parts at once' } & Order)
  /** It stands built in the hall, and is completed in Azumuta only days later, unless somebody asks. */
  | ({ readonly kind: 'operator forgets to complete it' } & Order)
  /** After it was booked; the good quantity that it shows then is so much more, and its trigger is sent again. */
  | ({ readonly kind: 'recording is corrected afterwards'; readonly more: number } & Order & Moment)
  /** It becomes visible this many minutes after its time stamp. */
  | ({ readonly kind: 'ERP commits late'; readonly minutes: number } & Order)
  /** The configuration maps it to the number of the previous order. */
  | ({ readonly kind: 'planner shares a number' } & Order);

type ByAdministrator =
  | ({ readonly kind: 'flow is paused'; readonly flow: FlowName } & Span)
  /** All flows are paused until a time at which that ends by itself. */
  | ({ readonly kind: 'plant is closed' } & Span)
  | ({
      readonly kind: 'secret is rotated';
      readonly partner: 'azumuta' | 'erp';
      /** Who has the new secret first; the other one follows after `minutes`. */
      readonly first: 'partner' | 'Secrets Manager';
    } & Span)
  /** The functions are built again; `adds`: by a mapping that sends a further parameter along. */
  | ({ readonly kind: 'configuration is deployed anew'; readonly adds: boolean } & Moment)
  | ({ readonly kind: 'dead letters are sent again'; readonly twice: boolean } & Moment)
  /** What is told from then on, at that moment and then once a day. */
  | ({ readonly kind: 'person follows the advice' } & Moment);

/** Changes after which each part still has the number and article that it was created with. */
export const harmless: ReadonlySet<ScenarioEvent['kind']> = new Set([
  'planner touches',
  'planner moves the due date',
  'article is renamed in the ERP',
  'operator renames',
  'operator opens it again',
]);

/** Changes after which an order need not end as planned, as long as they are reported to a person. */
export const disruptive: ReadonlySet<ScenarioEvent['kind']> = new Set([
  'planner changes the quantity',
  'planner cancels',
  'planner puts it back',
  'planner deletes it',
  'planner releases it again',
  'planner finishes it by hand',
  'planner renames',
  'planner splits',
  'planner shares a number',
  'operator removes it',
  'dead letter is discarded',
  'person gives up an order',
  'person gives up a part',
  'person has it made again',
]);
