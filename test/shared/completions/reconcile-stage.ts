import { routeOfOperation } from '../../../infra/local/sandbox/azumuta/routes.ts';
import { defaultContract } from '../../../shared/azumuta/contract.ts';
import { isOneOf } from '../../../shared/azumuta/value-forms.ts';
import { type CompletionHint, completionHintSchema } from '../../../shared/completions/messages.ts';
import { type ReconcileDependencies, reconcileCompletions } from '../../../shared/completions/reconcile.ts';
import { parseMessage } from '../../../shared/platform/aws/queue.ts';
import { setFaults } from '../../support/faults.ts';
import { silent } from '../../support/logs.ts';
import { partnersOn } from '../../support/partners.ts';
import { type CompletionStage, stageOn } from './stage.ts';

export type ReconcileStage = Awaited<ReturnType<typeof reconcileStageOn>>;

/** What the reconciliation of one test works with, next to a ledger of its own. */
export async function reconcileStageOn(partners: CompletionStage) {
  const stage = await stageOn(partners);
  const { clock, ledger, store, azumuta, azumutaSide } = stage;
  const hints: CompletionHint[] = [];
  const lookedAt: string[] = [];
  // A run recognises its lease by its own id.
  let runs = 0;
  setFaults(azumutaSide, []);

  async function put(dueDaysAgo: number, isGone: boolean): Promise<string> {
    const number = await stage.released();
    const dueDate = new Date(clock.now().getTime() - dueDaysAgo * 86_400_000).toISOString();
    const made = isGone ? { id: 'gone2345678923456', number } : await stage.build(number);
    await stage.record({ number, dueDate, erpOrder: { number, article: 'GEAR-01', amount: '5' } }, made);
    await azumutaSide.forgetCalls();
    return number;
  }

  return {
    ...stage,
    /** A product order that was created by this integration, and was due so many days ago. @returns its number. */
    created: (dueDaysAgo: number) => put(dueDaysAgo, false),
    /** The same for an order that Azumuta does not know (any more). */
    createdOutside: (dueDaysAgo: number) => put(dueDaysAgo, true),
    run: ({
      remainingMs = () => 300_000,
      ...dependencies
    }: Partial<ReconcileDependencies> & { readonly remainingMs?: () => number } = {}) =>
      reconcileCompletions(
        { awsRequestId: `run-${++runs}`, getRemainingTimeInMillis: remainingMs },
        {
          ledger,
          azumuta,
          clock,
          log: silent,
          most: 50,
          graceHours: 24,
          completionsQueueUrl: '',
          partners: partnersOn({ ...store, clock }),
          queues: {
            send: async (_url, { body }) => void hints.push(parseMessage(completionHintSchema, body)),
          },
          lookAt: async (numbers) => void lookedAt.push(...numbers),
          listToCompare: async () => [],
          isKnownStatus: isOneOf([...defaultContract.completedStatuses, ...defaultContract.openStatuses]),
          ...dependencies,
        },
      ),
    /** What it sent so far. */
    hints,
    /** Numbers of product orders that it had looked at, as something is open about them. */
    lookedAt,
    /** Numbers that Azumuta was asked about, in any order. */
    async askedAbout() {
      const calls = await azumutaSide.calls('path');
      return (await azumutaSide.productOrders())
        .filter(({ id }) => calls[routeOfOperation('readProductOrder').replace('{id}', id)] !== undefined)
        .map(({ number }) => number);
    },
  };
}
