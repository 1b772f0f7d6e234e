import * as z from 'zod/mini';
import {
  defineIntegration,
  listAt,
  odoo,
  path,
  planned,
  type RestAnswer,
  type RestStep,
  recorded,
  recordedAll,
  rest,
  sapS4Hana,
  textAt,
  tryton,
  valueAt,
} from '#azumuta-erp';

/**
 * The configuration that each release records: it uses as much as it can of what a plant may write. Its partners are the
 * models of the simulation. A recorded copy must load, and mean the same, in every later release.
 */

const noErrorInBody: NonNullable<RestStep<unknown>['success']> = {
  test: ({ json }) => textAt(json, 'error.message') ?? true,
};

const unlessShown =
  (field: string) =>
  ({ json }: RestAnswer): string | undefined =>
    valueAt(json, field) === undefined ? `it cannot be read (no ${field} in the answer)` : undefined;

const placeOf = ({ id, number }: { readonly id?: string; readonly number: string }) =>
  path`/api/production-orders/${id ?? number}`;

const inUnits = (amount: string | number | undefined) =>
  amount === undefined ? undefined : { amount: String(amount), unit: 'u' };

/** The other connectors: their options are checked when the configuration is loaded. */
export const otherConnectors = [
  odoo({
    url: 'https://plant.odoo.com',
    database: 'plant',
    version: 17,
    protocol: 'jsonrpc',
    backorder: 'skip',
    states: ['confirmed'],
    orderFields: ['origin'],
    linkField: 'x_azumuta',
    pageSize: 40,
    timeoutMs: 10_000,
    atOnce: 2,
    perSecond: 5,
  }),
  odoo({
    url: 'https://plant.odoo.com',
    database: 'plant',
    version: 19,
    protocol: 'json2',
    backorder: 'keep',
  }),
  sapS4Hana({
    url: 'https://my300000-api.s4hana.cloud.sap',
    client: '100',
    auth: { tokenUrl: 'https://login.example.com/token', scope: 'orders' },
    plant: '1010',
    orderTypes: ['YBM1'],
    operation: '0020',
    sequence: '0',
    goodsMovements: 'receipt',
    storageLocation: '101A',
    workActivity: 1,
    notesField: 'OrderLongText',
    orderFields: ['SalesOrder'],
    timeZone: 'Europe/Brussels',
    pageSize: 50,
  }),
  sapS4Hana({ url: 'https://sap.example.com', auth: 'basic', goodsMovements: 'backflush' }),
  tryton({
    url: 'https://tryton.plant.example',
    database: 'plant',
    company: 1,
    states: ['waiting', 'assigned'],
    orderFields: ['reference', 'warehouse.code'],
    assign: 'force',
    scrapLocation: 'Scrap',
    workTimes: true,
    finishWorks: true,
    link: { url: ({ id }) => `https://app.azumuta.com/${id}` },
    pageSize: 20,
  }),
  tryton({ url: 'https://tryton.plant.example', database: 'plant', link: false }),
];

const erp = rest({
  name: 'Recorded ERP',
  baseUrl: 'https://erp.invalid',
  auth: { kind: 'apiKey', header: 'X-Api-Key' },
  atOnce: 2,
  orders: {
    path: '/api/production-orders',
    query: (since) => ({ changedSince: since, status: 'released,cancelled' }),
    paging: {
      kind: 'page',
      parameter: 'page',
      size: { parameter: 'pageSize', rows: 50 },
      next: 'nextPage',
    },
    list: 'orders',
    row: z.object({
      id: z.string(),
      number: z.string(),
      product: z.string(),
      quantity: z.string(),
      unit: z.string(),
      dueDate: z.string(),
      status: z.string(),
      customer: z.string(),
      options: z.record(z.string(), z.unknown()),
      changedAt: z.string(),
    }),
    order: ({ product, status, customer, options, ...order }) => ({
      ...order,
      article: product,
      state: status === 'released' || status === 'cancelled' ? status : 'other',
      attributes: { customer, ...options },
    }),
  },
  link: {
    lookUp: [
      {
        name: 'order',
        request: ({ order }) => ({ path: placeOf(order) }),
        done: ({ json }, { productOrder }) =>
          listAt(json, 'azumutaIds').includes(productOrder.id) ? productOrder.id : undefined,
        waits: unlessShown('number'),
      },
    ],
    steps: [
      {
        name: 'link',
        success: noErrorInBody,
        request: ({ order, productOrder }) => ({
          method: 'PATCH',
          path: placeOf(order),
          body: { azumutaId: productOrder.id, azumutaUrl: productOrder.url ?? null },
        }),
      },
    ],
  },
  book: {
    lookUp: [
      {
        name: 'order',
        request: ({ completion }) => ({ path: placeOf(completion.erpOrder) }),
        article: ({ json }) => textAt(json, 'product'),
        unit: ({ json }) => textAt(json, 'unit'),
        refused: ({ json }) => (textAt(json, 'status') === 'cancelled' ? 'it is cancelled' : undefined),
        waits: (answer) =>
          valueAt(answer.json, 'locked') === true ? 'somebody has it open' : unlessShown('status')(answer),
      },
      {
        name: 'bookings',
        request: ({ completion, key }) => ({
          path: `${placeOf(completion.erpOrder)}/bookings`,
          query: { reference: key },
        }),
        done: ({ json }) => textAt(json, 'bookings.0.id'),
        waits: unlessShown('bookings'),
      },
    ],
    steps: [
      {
        name: 'book',
        success: noErrorInBody,
        when: ({ completion }) => completion.kind === 'quantity',
        request: ({ completion, built, key }) => ({
          path: `${placeOf(completion.erpOrder)}/bookings`,
          body: {
            reference: key,
            goodQuantity: built.good,
            scrapQuantity: built.scrap,
            unit: built.unit,
            final: completion.final,
            lots: built.goodLots.map(({ number, amount }) => ({ number, quantity: amount })),
            notes: completion.notes,
            links: completion.links,
            completedAt: completion.completedAt,
          },
        }),
      },
      {
        name: 'note',
        success: noErrorInBody,
        when: ({ completion }) => completion.kind === 'amendment',
        request: ({ completion, key }) => ({
          path: `${placeOf(completion.erpOrder)}/notes`,
          body: { reference: key, notes: completion.notes, links: completion.links },
        }),
      },
    ],
  },
});

export default defineIntegration(({ stage }) => ({
  plant: 'recorded',
  timeZone: 'Europe/Brussels',

  azumuta: {
    baseUrl: 'https://azumuta.invalid/api/v1',
    contract: { language: 'nl' },
    atOnce: 3,
  },

  erp,

  productOrders: {
    number: (order) => order.number,
    // An order of thirteen has no article, so it cannot be mapped, and a planner gets an alert.
    article: (order) => (order.quantity.amount === '13' ? '' : order.article.replace(/-RED$/, '')),
    parameters: (order, { index, of }) => ({
      Quantity: of > 1 ? 1 : Number(order.quantity.amount),
      Source: `${textAt(order.attributes, 'customer') ?? 'stock'} ${index}/${of}`,
    }),
    variants: ({ attributes }) => (attributes.side === 'Left' ? ['Left'] : []),
    accept: ({ attributes }) => attributes.customer !== 'nobody',
  },

  completions: {
    quantity: (completed) => inUnits(recorded(completed, 'Good quantity') ?? planned(completed)),
    scrap: (completed) => inUnits(recorded(completed, 'Scrap quantity')),
    lots: (completed) => recordedAll(completed, 'Serial number'),
    notes: ({ productOrder, recordings }) => [`${productOrder.number}: ${recordings.length} recordings`],
    links: ({ productOrder: { number, url } }) => (url === undefined ? [] : [{ name: number, url }]),
    final: () => true,
    erpOrderNumber: (productOrderNumber) => productOrderNumber.replace(/\/\d+$/, ''),
    unknownOrder: 'reject',
    unknownRecordings: 'reject',
    includeOperators: true,
  },

  schedule: {
    pull: { everyMinutes: 5, from: '2026-11-01T06:00:00+01:00' },
    reconcile: { everyHours: 24, most: 50, graceHours: 1 },
  },

  deployment: {
    account: '111122223333',
    region: 'eu-west-1',
    webhookConcurrency: 10,
    ledgerGeneration: 1,
    alarmEmails: ['it@plant.example'],
    dashboard: true,
    alerts: { emails: ['planning@plant.example'], webhooks: ['teams', 'slack', 'webhook'] },
    morningMail: { at: '06:30', workdays: ['monday', 'tuesday'], emails: ['foreman@plant.example'] },
    domain: {
      name: 'azumuta.plant.example',
      certificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/4f0c1d2e',
    },
    allowedSources: { webhook: ['203.0.113.0/24'], orders: ['198.51.100.7'] },
    // The production stack has all of its own; another takes what the plant has.
    network:
      stage === 'production'
        ? { fixedAddress: true }
        : { subnetIds: ['subnet-0a1b2c3d', 'subnet-4e5f6a7b'], securityGroupIds: ['sg-0a1b2c3d'] },
    secrets:
      stage === 'production'
        ? {}
        : {
            azumutaApiKey: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:azumuta-AbCdEf',
            erpCredentials: {
              arn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:erp/credentials-AbCdEf',
              keyArn: 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
            },
          },
  },
}));
