import {
  businessCentral,
  defineIntegration,
  recorded,
  recordedAll,
} from '../../../shared/integration/index.ts';

/** A plant whose ERP is the Business Central of `serve.ts`, and whose Azumuta is the sandbox. */
export default defineIntegration({
  plant: 'business-central',
  timeZone: 'Europe/Brussels',
  azumuta: { baseUrl: process.env.AZUMUTA_BASE_URL ?? 'https://app.azumuta.com/api/v1' },
  erp: businessCentral({
    url: process.env.BC_URL ?? 'https://bc.example.com:7048/BC',
    auth: { tokenUrl: `${process.env.BC_URL ?? 'https://login.example.com'}/oauth/token` },
    company: '5d115c9c-44e3-ea11-bb43-000d3a2feca1',
    // Four times what Microsoft allows a user: the test server takes it, and more happens in a run of chaos.
    perSecond: 60,
  }),
  completions: {
    quantity: (completed) => recorded(completed, 'Good quantity'),
    scrap: (completed) => recorded(completed, 'Scrap quantity', { optional: true }),
    lots: (completed) => recordedAll(completed, 'Serial number', { optional: true }),
  },
  schedule: { pull: { everyMinutes: 5, from: '2020-01-01T00:00:00Z' } },
});
