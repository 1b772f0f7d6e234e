import { azumutaSandboxBaseUrl, azumutaSandboxKey, erpSandboxKey } from '../../../infra/local/sandbox/api.ts';
import { connectPartners } from '../../../infra/ops/cli/partners.ts';
import { sandboxErp } from '../../../integration.config.ts';
import { defineIntegration } from '../../../shared/integration/define.ts';
import { recorded, recordedAll } from '../../../shared/integration/mapping/recorded.ts';
import type { ProductOrderDraft } from '../../../shared/model/orders.ts';
import { startSandboxes } from '../../support/partners.ts';
import { startStoreStage } from './store-stage.ts';

/** The console with a real ledger and with both partners' sandboxes, of a plant whose mapping asks for operators. */
export async function startPartnersStage() {
  const sandboxes = await startSandboxes();
  const integration = defineIntegration({
    plant: 'ghent',
    timeZone: 'Europe/Brussels',
    azumuta: { baseUrl: azumutaSandboxBaseUrl(sandboxes.azumutaUrl) },
    erp: sandboxErp({ baseUrl: sandboxes.erpUrl }),
    productOrders: {
      parameters: ({ quantity, attributes }) => ({
        Quantity: Number(quantity.amount),
        'Customer name': String(attributes.customer),
      }),
    },
    completions: {
      quantity: (completed) => recorded(completed, 'Good quantity'),
      scrap: (completed) => recorded(completed, 'Scrap quantity', { optional: true }),
      lots: (completed) => recordedAll(completed, 'Serial number', { optional: true }),
      notes: ({ recordings }) => recordings.map(({ operator }) => `Built by ${operator ?? 'nobody'}`),
      includeOperators: true,
    },
  });
  const secrets = { 'azumuta-api-key': azumutaSandboxKey, 'erp-credentials': erpSandboxKey } as const;
  const keeper = {
    read: async (name: string) =>
      JSON.stringify({ apiKey: Object.entries(secrets).find(([known]) => known === name)?.[1] }),
  };
  const plant = async () => ({
    integration,
    file: 'plants/ghent.config.ts',
    ...connectPartners(integration, keeper),
  });
  const stage = await startStoreStage(plant);
  const { signal } = new AbortController();
  return {
    ...stage,
    ...sandboxes,
    plant,
    async createInAzumuta(draft: ProductOrderDraft) {
      const article = await sandboxes.azumuta.findArticle(draft.article, { signal });
      if (!article) throw new Error(`There is no article ${draft.article}.`);
      return sandboxes.azumuta.createProductOrder(draft, article, { signal });
    },
    async stop() {
      await Promise.all([stage.stop(), sandboxes.stop()]);
    },
  };
}

/** The rows of a page's tables, each as the texts of its cells. */
export function rowsOf(page: string): string[][] {
  return [...page.matchAll(/<tr[^>]*>([\s\S]*?)<\/tr>/g)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>([\s\S]*?)<\/t[hd]>/g)].map(([, cell = '']) =>
      cell
        .replace(/<[^>]+>/g, '')
        .replaceAll('&quot;', '"')
        .trim(),
    ),
  );
}
