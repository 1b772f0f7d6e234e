import * as api from '#azumuta-erp';

const auth = { tokenUrl: 'https://login.example/token', scope: 'orders' };
/** Their options are checked when this file is loaded. */
export const otherConnectors = [
  api.odoo({ url: 'https://odoo.example', database: 'p', version: 17, backorder: 'skip' }),
  api.sapS4Hana({ url: 'https://sap.example', auth, plant: '1010', goodsMovements: 'receipt' }),
];
const one = { amount: '1', unit: 'u' };

/** What a plant may write. In production the order counts, at other stages its operations do, and units are apart. */
export default api.defineIntegration(({ stage }) => ({
  plant: 'recorded',
  timeZone: 'Europe/Brussels',
  azumuta: { contract: { language: 'nl' }, atOnce: 3 },
  erp: api.tryton({ url: 'https://tryton.example', database: stage, orderFields: ['origin'] }),
  productOrders: {
    number: ({ number, attributes }) => `${number}-${attributes.line ?? 1}`,
    article: ({ article }) => article.replace(/-(RED|BLUE)$/, ''),
    parameters: ({ quantity, dueDate }, { index, of }) => ({
      Quantity: of > 1 ? 1 : Number(quantity.amount),
      Part: `${index}/${of}`,
      'Due on': dueDate && api.dayIn('Europe/Brussels', dueDate),
    }),
    variants: ({ attributes }) => (attributes.side === 'Left' ? ['Left'] : []),
    accept: ({ attributes }) => attributes.customer !== 'nobody',
    split: stage === 'production' ? 'one' : { per: 'unit', book: 'when-all-done', most: 50 },
  },
  completions: {
    ...(stage === 'production' && {
      quantity: (completed) => ({ amount: api.recorded(completed, 'Goed') ?? '0', unit: 'u' }),
      scrap: (completed) => [
        ...api.recordedScrap(completed, { quantity: 'Afgekeurd', reason: 'Reden' }),
        { quantity: '0', reason: 'none' },
      ],
      lots: (completed) => [
        ...api.recordedAll(completed, 'Serienummer', { optional: true }),
        { number: 'L-1', quantity: one, scrapped: true, reason: 'Kras' },
      ],
    }),
    components: {
      listed: 'all',
      beyondPlan: 'book',
      of: (completed) => [
        ...api.recordedComponents(completed),
        ...api.recordedComponents(completed, { OIL: { quantity: 'Olie', unit: 'l', lot: 'Partij' } }),
      ],
    },
    operations: {
      count: stage !== 'production',
      of: (completed) =>
        api.recordedOperations(completed, {
          Monteren: { operation: '10', setup: 'Insteltijd' },
          Keuren: {
            operation: '20',
            optional: true,
            ...(stage !== 'production' && { good: 'Goed', scrap: 'Afgekeurd' }),
          },
        }),
    },
    checks: (completed) =>
      api
        .recordedChecks(completed, { units: { Etiketten: 'pcs' } })
        .map((check) => (check.passed ? check : { ...check, problem: 'Te vast', step: check.name })),
    erpOrderNumber: (number) => number.replace(/-\d+$/, ''),
    includeOperators: true,
  },
  schedule: { pull: { everyMinutes: 5, from: '2026-12-01T06:00:00+01:00' }, reconcile: { everyHours: 24 } },
  deployment: {
    account: '111122223333',
    region: 'eu-west-1',
    alarmEmails: ['it@plant.example'],
    alerts: { emails: ['planning@plant.example'], webhooks: ['teams', 'slack', 'webhook'] },
    morningMail: { at: '06:30', emails: ['foreman@plant.example'] },
    pages: { validHours: 48 },
    domain: {
      name: 'azumuta.plant.example',
      certificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/4f',
    },
    network: { fixedAddress: true },
  },
}));
