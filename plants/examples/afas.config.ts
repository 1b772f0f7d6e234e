import { defineIntegration, recorded } from '#azumuta-erp';
import { afas } from './afas.ts';

/**
 * A plant with AFAS Profit, described in `afas.ts`. Copy both files into `plants/`, and read `README.md` first: it was not tried on
 * a real one.
 *
 * Its secret is the token of an app connector, in Base64: `{ "apiKey": "…" }`.
 */
export default defineIntegration(({ stage }) => ({
  // Part of the stack's name: small letters, digits and dashes.
  plant: 'ghent',
  // Days are counted there: posting dates, the morning mail.
  timeZone: 'Europe/Brussels',

  erp: afas({
    baseUrl: `https://12345.${stage === 'production' ? 'rest' : 'resttest'}.afas.online/ProfitRestServices`,
    states: { released: ['Open'], cancelled: ['Vervallen'] },
  }),

  productOrders: {
    number: (order) => order.number,
    article: (order) => order.article,
    parameters: (_, part) => ({ Quantity: Number(part.quantity.amount) }),
  },

  completions: {
    // What the operators recorded in the step of this name.
    quantity: (completed) => recorded(completed, 'Good quantity'),
  },

  // Orders that were released or changed before `from` stay out.
  schedule: {
    pull: stage === 'production' ? { everyMinutes: 15, from: '2027-01-04T05:00:00+01:00' } : 'off',
  },

  deployment: { alarmEmails: ['it@plant.example'] },
}));
