import { defineIntegration, recorded } from '#azumuta-erp';
import { dolibarr } from './dolibarr.ts';

/**
 * A plant whose ERP has an HTTP API of its own, described by `rest({ … })`: here Dolibarr 22, in `dolibarr.ts`. The
 * demo's `integration.config.ts` describes another. Copy all three files into `plants/`.
 *
 * Its secret is the key of a user who may read and produce manufacturing orders: `{ "apiKey": "…" }`.
 */
export default defineIntegration(({ stage }) => ({
  // Part of the stack's name: small letters, digits and dashes.
  plant: 'ghent',
  // Days are counted there: posting dates, the morning mail.
  timeZone: 'Europe/Brussels',

  erp: dolibarr({
    baseUrl: 'https://erp.plant.example',
    // Of PHP. Where the database has another clock, often UTC: databaseTimeZone, too.
    timeZone: 'Europe/Brussels',
    unit: 'p',
  }),

  productOrders: {
    // How is the product order number determined? By default it is the number of the ERP order.
    number: (order) => order.number,
    // Based on which article is it created? By default that of the ERP order.
    article: (order) => order.article,
    // Which parameters and variants are sent along?
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
