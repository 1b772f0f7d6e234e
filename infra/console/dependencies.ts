import type { Context } from 'hono';
import * as z from 'zod/mini';
import type { Role } from '../../shared/model/roles.ts';
import type { Situation } from '../../shared/situation/read.ts';
import { actorInWords } from '../../shared/situation/words.ts';
import { createShopFloor } from '../local/sandbox/shop-floor.ts';
import { sandboxedPartners } from '../local/sandbox/who-is-sandbox.ts';
import { connectPlant } from '../ops/cli/partners.ts';
import {
  configurationOf,
  dueTermsOfTarget,
  invokeStackFunction,
  modeOf,
  operatorOf,
  optionsForTarget,
  personsOf,
  type Target,
} from '../ops/cli/target.ts';
import { readStackSituation, stackReadsOf } from '../ops/flows/situation.ts';
import type { EndDependencies } from '../ops/orders/end-order.ts';
import { replayDependenciesOf } from '../ops/replay/replay.ts';
import { findOwnerOf } from '../ops/trace/trace.ts';
import type { AuthKeys } from './auth.ts';
import { DeadLetterDesk } from './dead-letters.ts';
import type { ConsolePage } from './pages/layout.ts';

export interface ConsoleDependencies extends ReturnType<typeof consoleDependencies> {
  readonly keys: AuthKeys;
  readonly port: () => number;
}

export interface PageAnswers {
  /** @param known The state of the flows, if it was read already: it counts the dead letters. */
  readonly show: (c: Context, page: ConsolePage, known?: Situation) => Promise<Response>;
  /** Shows a page, with what was done, or why nothing was: a `UsageError` is the sentence for that. */
  readonly redirect: (c: Context, path: string, notice: string | Promise<string>) => Promise<Response>;
}

export type ConsolePageDependencies = ConsoleDependencies & PageAnswers;

const pulledSchema = z.object({ outcome: z.string() });

export function consoleDependencies(target: Target, config: string) {
  const { name, local, sandboxes } = target;
  // The local queue store is one process, so its first empty answer is certain.
  const replaying = replayDependenciesOf(target, { waitSeconds: local ? 0 : 1 });
  const { ledger, clock } = replaying;
  const reads = stackReadsOf(target, clock);
  const situation = () => readStackSituation(reads);
  const persons = personsOf(target);
  return {
    target: name,
    /** Options that select this stack on a command line. */
    commands: optionsForTarget(target),
    local,
    inShadow: modeOf(target) === 'shadow',
    /** Since when a live stack books (ISO time); undefined where it always did, and in shadow. */
    liveFrom: target.outputs.LiveFrom,
    situation,
    ledger,
    findOwner: findOwnerOf(target, config),
    /** The plant's configuration on this machine, and both partners: only what asks for it needs them. */
    plant: () => connectPlant(target, config),
    deadLetters: new DeadLetterDesk({ ...replaying, situation }),
    ending: replaying satisfies EndDependencies,
    shopFloor:
      sandboxes &&
      createShopFloor(
        sandboxes,
        async () => (await invokeStackFunction(target, 'PullFunction', pulledSchema)).outcome,
      ),
    /** Which partners are sandboxes, where a platform runs with them. @throws what loading the configuration throws. */
    sandboxed: async () =>
      sandboxes && sandboxedPartners((await configurationOf(target, config)).integration, sandboxes),
    operator: () => operatorOf(target),
    /** A part with the person whom the plant names for it. */
    nameActor: (role: Role) => actorInWords(role, persons),
    clock,
    ...dueTermsOfTarget(target),
  };
}
