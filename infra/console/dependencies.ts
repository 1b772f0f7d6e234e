import { LambdaClient } from '@aws-sdk/client-lambda';
import type { Context } from 'hono';
import { operatorOf, sqsOf, type Target, whereOf } from '../ops/cli/target.ts';
import { type FlowsStatus, readFlows } from '../ops/flows/flow-status.ts';
import { insightOfTarget } from '../ops/flows/queue-insight.ts';
import { replayDependenciesOf } from '../ops/replay/replay.ts';
import { findOwnerOf } from '../ops/trace/recording-owner.ts';
import type { AuthKeys } from './auth.ts';
import { createDeadLetterDesk } from './dead-letters.ts';
import type { Page } from './pages/layout.ts';
import { createShopFloor } from './shop-floor.ts';

/** Everything that the console calls, with the rights of the operator. */
export interface ConsoleDependencies extends ReturnType<typeof consoleDependencies> {
  readonly keys: AuthKeys;
  /** The port that the console listens on. */
  readonly port: () => number;
}

/** How routes answer. */
export interface Answers {
  readonly formKey: string;
  /** @param known The state of the flows, if it was read already. */
  readonly show: (c: Context, page: Page, known?: FlowsStatus) => Promise<Response>;
  /** Redirects to another page, which then shows the notice. */
  readonly redirect: (c: Context, path: string, notice: string) => Response;
}

/** Everything that the console calls on a stack. */
export function consoleDependencies(target: Target, config: string) {
  const { aws, name, local, output, sandboxes } = target;
  // The local queue store is one process, so its first empty answer is certain.
  const replaying = replayDependenciesOf(target, { waitSeconds: local ? 0 : 1 });
  const { ledger, queueUrls, clock } = replaying;
  const sqs = sqsOf(target);
  const insight = insightOfTarget(target, clock);
  const lambda = new LambdaClient(aws);
  return {
    /** The stack's name, as pages show it. */
    target: name,
    /** Options that select this stack on a command line. */
    commands: whereOf(target),
    local,
    flows: () => readFlows({ sqs, lambda, ledger, queueUrls, insight, clock }),
    ledger,
    /** Asks Azumuta whose recording it is. */
    findOwner: findOwnerOf(target, config),
    letters: createDeadLetterDesk(replaying),
    /** Only when the partners are sandboxes. */
    shopFloor: sandboxes && createShopFloor(target, sandboxes),
    /** Name of the operator, which the ledger stores when a dead letter is discarded. */
    operator: () => operatorOf(target),
    clock,
    /** The plant's time zone: pages show times in it. */
    timeZone: output('TimeZone'),
  };
}
