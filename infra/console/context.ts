import type { Context } from 'hono';
import type { Clock } from '../../shared/platform/clock.ts';
import type { FlowsStatus } from '../ops/flows/flow-status.ts';
import type { TracingLedger } from '../ops/trace/trace.ts';
import type { AuthKeys } from './auth.ts';
import type { DeadLetterDesk } from './dead-letters.ts';
import type { Page } from './pages/layout.ts';
import type { ShopFloor } from './shop-floor.ts';

/** Everything that the console calls, with the rights of the operator. */
export interface ConsoleDependencies {
  /** The stack's name, as pages show it. */
  readonly target: string;
  /** Options that select this stack on a command line. */
  readonly commands: string;
  readonly local: boolean;
  readonly flows: () => Promise<FlowsStatus>;
  readonly ledger: TracingLedger;
  readonly letters: DeadLetterDesk;
  /** Only when the partners are sandboxes. */
  readonly shopFloor: ShopFloor | undefined;
  /** Name of the operator, which the ledger stores when a dead letter is discarded. */
  readonly operator: () => Promise<string>;
  readonly keys: AuthKeys;
  /** The port that the console listens on. */
  readonly port: () => number;
  readonly clock: Clock;
  /** The plant's time zone: pages show times in it. */
  readonly timeZone: string;
}

/** How routes answer. */
export interface Answers {
  readonly formKey: string;
  readonly show: (c: Context, page: Page) => Promise<Response>;
  /** Redirects to another page, which then shows the notice. */
  readonly redirect: (c: Context, path: string, notice: string) => Response;
}
