import { defineIntegration, recorded, recordedAll, tryton } from '../../../shared/integration/index.ts';

/** A plant whose ERP is the Tryton of `npm run test:tryton`, and whose Azumuta is the sandbox. */
export default defineIntegration({
  plant: 'tryton',
  timeZone: 'Europe/Brussels',
  azumuta: { baseUrl: process.env.AZUMUTA_BASE_URL ?? 'https://app.azumuta.com/api/v1' },
  erp: tryton({
    url: process.env.TRYTON_URL ?? 'https://tryton.example.com',
    database: process.env.TRYTON_DATABASE ?? 'plant',
    orderFields: ['reference'],
  }),
  completions: {
    quantity: (completed) => recorded(completed, 'Good quantity'),
    lots: (completed) => recordedAll(completed, 'Serial number', { optional: true }),
  },
  schedule: { pull: { everyMinutes: 5, from: '2020-01-01T00:00:00Z' } },
  deployment: { mode: process.env.PLANT_MODE === 'shadow' ? 'shadow' : 'live' },
});
