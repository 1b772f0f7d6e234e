import { defineIntegration, recorded } from '#azumuta-erp';
import { businessOne } from './business-one.ts';

/**
 * A plant with SAP Business One, described in `business-one.ts`. Copy both files into `plants/`, and read `README.md` first: it was
 * not tried on a real one.
 *
 * Its secret is a user of the company: `{ "username": "…", "password": "…" }`.
 */
export default defineIntegration(({ stage }) => ({
  // Part of the stack's name: small letters, digits and dashes.
  plant: 'ghent',
  // Days are counted there: posting dates, the morning mail.
  timeZone: 'Europe/Brussels',

  erp: businessOne({
    // Of the Service Layer; its certificate is signed by itself, if nobody has changed it: caCertificate.
    baseUrl: 'https://sap.plant.example:50000',
    company: stage === 'production' ? 'PLANT' : 'PLANT_TEST',
    unit: 'pcs',
    decimals: 3,
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

  // Orders that were released or changed before `from` stay out. Its orders show a day at best, so `from` is before the oldest
  // open one: then all that are released come.
  schedule: {
    pull: stage === 'production' ? { everyMinutes: 15, from: '2026-01-01T00:00:00+01:00' } : 'off',
  },

  deployment: { alarmEmails: ['it@plant.example'] },
}));
