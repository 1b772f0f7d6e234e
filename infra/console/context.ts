import type { Context } from 'hono';
import type { Clock } from '../../shared/platform/clock.ts';
import type { FlowsStatus } from '../ops/flows/flow-status.ts';
import type { TracingLedger } from '../ops/trace/trace.ts';
import type { AuthKeys } from './auth.ts';
import type { DeadLetterDesk } from './dead-letters.ts';
import type { Page } from './pages/layout.ts';
import type { ShopFloor } from './shop-floor.ts';

/** What the console works with; all of it acts with the operator's rights. */
export interface ConsoleDependencies {
  /** Which stack this is, for a person. */
  readonly target: string;
  /** Options that name this stack on the command line. */
  readonly commands: string;
  readonly local: boolean;
  readonly flows: () => Promise<FlowsStatus>;
  readonly ledger: TracingLedger;
  readonly letters: DeadLetterDesk;
  /** Only when the partners are sandboxes. */
  readonly shopFloor: ShopFloor | undefined;
  /** Who discards, as the ledger remembers it. */
  readonly operator: () => Promise<string>;
  readonly keys: AuthKeys;
  /** Where it listens. */
  readonly port: () => number;
  readonly clock: Clock;
  /** The plant's: pages tell times on its clock. */
  readonly timeZone: string;
}

/** What routes get to answer with. */
export interface Answers {
  readonly formKey: string;
  readonly show: (c: Context, page: Page) => Promise<Response>;
  /** Goes to another page, which then says what was done. */
  readonly went: (c: Context, path: string, said: string) => Response;
}
