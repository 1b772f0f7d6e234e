import { defineIntegration, recorded, recordedAll, tryton } from '#azumuta-erp';

/**
 * A plant with Tryton 7.0 and the module `production`. Copy it to `plants/<plant>.config.ts`.
 *
 * Its secret is `{ "username": "…", "password": "…" }` of a user in the groups Production and Stock.
 */
export default defineIntegration(({ stage }) => ({
  // Part of the stack's name: small letters, digits and dashes.
  plant: 'ghent',
  // Days are counted there: posting dates, the morning mail.
  timeZone: 'Europe/Brussels',

  erp: tryton({
    url: 'https://tryton.plant.example',
    // What differs between the stages.
    database: stage === 'production' ? 'plant' : 'plant_test',
    // Components that nobody reserved: reserve them, and wait while there are too few in stock.
    assign: 'try',
    // Further fields of production, for the mapping below; names may be dotted.
    orderFields: ['reference', 'warehouse.code'],
  }),

  productOrders: {
    // How is the product order number determined? By default it is the number of the production.
    number: (order) => order.number,
    // Based on which article is it created? By default the code of its product.
    article: (order) => order.article,
    // Which parameters and variants are sent along?
    parameters: (order, part) => ({
      Quantity: Number(part.quantity.amount),
      Reference: typeof order.attributes.reference === 'string' ? order.attributes.reference : undefined,
    }),
    // Each unit is built and recorded by itself, and the production is booked when the last one is completed.
    split: { per: 'unit', book: 'when-all-done', most: 50 },
  },

  completions: {
    // What the operators recorded in the step of this name.
    quantity: (completed) => recorded(completed, 'Good quantity'),
    // Not every product has one.
    lots: (completed) => recordedAll(completed, 'Serial number', { optional: true }),
  },

  // Productions that were released or changed before `from` stay out.
  schedule: {
    pull: stage === 'production' ? { everyMinutes: 5, from: '2027-01-04T05:00:00+01:00' } : 'off',
  },

  deployment: { alarmEmails: ['it@plant.example'] },
}));
