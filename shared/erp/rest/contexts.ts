import type { BookingKey, Completion } from '../../model/completions.ts';
import type { ErpOrderRef, ProductOrderRef } from '../../model/orders.ts';
import type { HttpResponse } from '../../platform/http.ts';
import type { Built } from '../booking-rules.ts';
import type { Use } from '../detail-rules.ts';
import type { OrderDetails, RestComponent } from './assembly.ts';

/** What every function of a procedure gets. */
export interface ProcedureContext {
  /** The answer of a look-up, by its name. */
  readonly found: (name: string) => HttpResponse;
  /** The answer of an earlier step of this attempt, by its name; undefined if it did not run. */
  readonly answered: (name: string) => HttpResponse | undefined;
}

/** What the functions of `book` get. */
export interface BookContext extends ProcedureContext {
  readonly completion: Completion;
  /** Its figures, which were checked: above 0, in one unit, and lots that add up. All are 0 for an amendment. */
  readonly built: Built;
  /**
   * The components that differ from the plan, each with its line of the order, what was used in its unit, and lots that add
   * up; none without `completion.components`. For a configuration of which a look-up lists `components`.
   */
  readonly uses: readonly Use<RestComponent>[];
  /** What `completion.operations` reports, each with its operation of the order. A look-up has to list `operations`. */
  readonly reports: ReturnType<OrderDetails['reports']>;
  /** Identifies this booking for ever: write it into the ERP, and search for it. */
  readonly key: BookingKey;
}

/** What the functions of `link` get. */
export interface LinkContext extends ProcedureContext {
  readonly order: ErpOrderRef;
  readonly productOrder: ProductOrderRef;
}
