import { businessCentral, defineIntegration, recorded, recordedAll } from '#azumuta-erp';

/**
 * A plant with Business Central in the cloud, where the extension of `shared/erp/business-central/extension` is installed.
 * Copy it to `plants/<plant>.config.ts`.
 *
 * Its secret is the app registration: `{ "clientId": "…", "clientSecret": "…" }`.
 */
export default defineIntegration(({ stage }) => ({
  // Part of the stack's name: small letters, digits and dashes.
  plant: 'ghent',
  // Days are counted there: posting dates, the morning mail.
  timeZone: 'Europe/Brussels',

  erp: businessCentral({
    tenant: 'plant.onmicrosoft.com',
    environment: stage === 'production' ? 'Production' : 'Sandbox',
    // As GET …/api/v2.0/companies shows it. Where the sandbox has another one, doctor names those that there are.
    company: '5d115c9c-44e3-ea11-bb43-000d3a2feca1',
    // Who finishes an order: a planner, or the booking by which nothing remains.
    finish: 'planner',
  }),

  productOrders: {
    // How is the product order number determined? By default it is that of the order and of its line: RPO-1001/10000.
    number: (order) => order.number,
    // Based on which article is it created? By default the item.
    article: (order) => order.article,
    // Which parameters and variants are sent along?
    parameters: ({ attributes }, part) => ({
      Quantity: Number(part.quantity.amount),
      // An empty code is an empty text: then there is no such parameter.
      Location: String(attributes.locationCode ?? '') || undefined,
    }),
  },

  completions: {
    // What the operators recorded in the step of this name.
    quantity: (completed) => recorded(completed, 'Good quantity'),
    scrap: (completed) => recorded(completed, 'Scrap quantity', { optional: true }),
    lots: (completed) => recordedAll(completed, 'Batch', { optional: true }),
  },

  // Orders that were released or changed before `from` stay out.
  schedule: {
    pull: stage === 'production' ? { everyMinutes: 5, from: '2027-01-04T05:00:00+01:00' } : 'off',
  },

  deployment: { alarmEmails: ['it@plant.example'] },
}));
