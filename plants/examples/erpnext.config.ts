import { defineIntegration, recorded } from '#azumuta-erp';
import { erpNext } from './erpnext.ts';

/**
 * A plant with ERPNext, described in `erpnext.ts`. Copy both files into `plants/`, and read `README.md` first: it was not tried on
 * a real one.
 *
 * Its secret is the API key and secret of a user, with a colon between: `{ "apiKey": "…:…" }`.
 */
export default defineIntegration(({ stage }) => ({
  // Part of the stack's name: small letters, digits and dashes.
  plant: 'ghent',
  // Days are counted there: posting dates, the morning mail.
  timeZone: 'Europe/Brussels',

  erp: erpNext({
    baseUrl: 'https://erp.plant.example',
    // Of the site: System Settings.
    timeZone: 'Europe/Brussels',
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
