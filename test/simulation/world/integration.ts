import { azumutaSandboxBaseUrl } from '../../../infra/local/sandbox/api.ts';
import type { AzumutaContractSettings } from '../../../shared/azumuta/contract.ts';
import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import {
  type CompletionMapping,
  defineIntegration,
  planned,
  recorded,
  recordedAll,
  recordedChecks,
  recordedComponents,
  recordedOperations,
  recordedScrap,
} from '../../../shared/integration/index.ts';
import type { CompletedProductOrder } from '../../../shared/model/completions.ts';
import type { Assembly } from '../../shared/erp/conformance/target.ts';
import type { Dialect } from '../../support/dialects/dialect.ts';
import type { ErpModel } from '../partners/erp.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { plantZone } from './moments.ts';
import { urlOf } from './network.ts';

/** Parameter of a product order that identifies the ERP's order for the checks; the code under test never uses it. */
export const sourceParameter = 'Source';
/** What a later mapping sends along: it says nothing that the ERP has changed. */
export const furtherParameter = { Colour: 'red' };
/** At the end of an article's name in the ERP once it was renamed. */
export const renamed = '-B';
/** The name in Azumuta of an article of the ERP. */
export const inAzumuta = (article: string) =>
  article.endsWith(renamed) ? article.slice(0, -renamed.length) : article;
const batchNumber = (number: string) => `BATCH ${number}`.trim();

const contractWithBatches = {
  operations: {
    createProductOrder: {
      body: {
        number: '{number}',
        articleId: '{article.id}',
        parameters: '{parameterList}',
        variantIds: '{variantIds}',
        batchNumber: '{batch.number}',
      },
    },
  },
} as const satisfies AzumutaContractSettings;

/** How long after its due time the reconciliation asks about an order. */
export const graceHours = 1;

/** What operators record in the simulation's Azumuta. */
export const recordedFigures: CompletionMapping = {
  // Only what differs from the plan is counted.
  quantity: (completed) => recorded(completed, 'Good quantity', { optional: true }) ?? planned(completed),
  scrap: (completed) => recorded(completed, 'Scrap quantity', { optional: true }),
  lots: (completed) => recordedAll(completed, 'Serial number', { optional: true }),
};

/** The same, and of an assembly all that is recorded, with nothing that may be missing. */
function recordedOf({ article, operations }: Assembly): CompletionMapping {
  const isOfIt = (completed: CompletedProductOrder) => inAzumuta(completed.article ?? '') === article;
  const { quantity, scrap } = recordedFigures;
  const steps = { quantity: 'Scrap quantity', reason: 'Scrap reason' };
  return {
    ...recordedFigures,
    // A plan stands behind it: a step that was renamed must not have it booked.
    quantity: (completed) =>
      isOfIt(completed)
        ? (recorded(completed, 'Good quantity') ?? planned(completed))
        : quantity?.(completed),
    scrap: (completed) => (isOfIt(completed) ? recordedScrap(completed, steps) : scrap?.(completed)),
    components: { of: (completed) => recordedComponents(completed), beyondPlan: 'book' },
    operations: {
      of: (completed) =>
        isOfIt(completed)
          ? recordedOperations(completed, Object.fromEntries(operations.map((name) => [name, name])))
          : [],
    },
    checks: (completed) => (isOfIt(completed) ? recordedChecks(completed) : []),
  };
}

/**
 * The configuration of a scenario's plant.
 * @param contract Differences from the default contract of Azumuta.
 * @param shared Product order numbers of ERP orders that are not mapped to their own number, by the id of the ERP order,
 * else its number.
 * @param adds Whether it is the later mapping, which sends a further parameter along.
 */
export function integrationOf(
  { split, per, batch, bookAt, via, atOnce, perSecond, pageSize, events }: Scenario,
  erp: ErpModel,
  shared: ReadonlyMap<string, string>,
  contract: Dialect['contract'] = {},
  adds = false,
): CompleteIntegration {
  const limit = { ...(atOnce && { atOnce }), ...(perSecond && { perSecond }) };
  // A dialect has its own body of what it creates.
  const isInBatches = batch !== undefined && contract.operations === undefined;
  const inBatches = { batch: ({ number }: { number: string }) => batchNumber(batch?.isShared ? '' : number) };
  const isRenamed = events.some(({ kind }) => kind === 'article is renamed in the ERP');
  return defineIntegration({
    plant: 'simulation',
    timeZone: plantZone,
    azumuta: {
      baseUrl: azumutaSandboxBaseUrl(urlOf('azumuta')),
      contract: isInBatches ? contractWithBatches : contract,
      ...limit,
    },
    erp: {
      ...erp.definition(urlOf('erp'), { ...limit, ...(pageSize !== undefined && { pageSize }) }),
      ...limit,
    },
    productOrders: {
      number: ({ id, number }) => shared.get(id ?? number) ?? number,
      parameters: (order, { quantity }) => ({
        Quantity: Number(quantity.amount),
        [sourceParameter]: order.id ?? order.number,
        ...(adds && furtherParameter),
      }),
      ...(isRenamed && { article: ({ article }) => inAzumuta(article) }),
      ...(split === 'one'
        ? {}
        : {
            split: {
              per: per ?? 'unit',
              book: bookAt ? { at: bookAt } : split,
              ...(isInBatches && inBatches),
            },
          }),
    },
    completions: erp.assembly ? recordedOf(erp.assembly) : recordedFigures,
    schedule: {
      pull: via === 'pull' ? { everyMinutes: 10, from: '2026-11-01T00:00:00Z' } : 'off',
      reconcile: { everyHours: 6, graceHours },
    },
  });
}
