import { defineIntegration, odoo, recorded, recordedAll } from '#azumuta-erp';

/**
 * A plant with Odoo 17 to 19 and the module Manufacturing. Copy it to `plants/<plant>.config.ts`.
 *
 * Its secret is the key of a user in the groups *Manufacturing / User* and *Inventory / User*:
 * `{ "apiKey": "…" }`, before Odoo 19 also `"username"`.
 */
export default defineIntegration(({ stage }) => ({
  // Part of the stack's name: small letters, digits and dashes.
  plant: 'ghent',
  // Days are counted there: posting dates, the morning mail.
  timeZone: 'Europe/Brussels',

  erp: odoo({
    url: 'https://plant.odoo.com',
    // What differs between the stages.
    database: stage === 'production' ? 'plant' : 'plant-test',
    version: 19,
    // What becomes of the rest when less than planned is built: another order for it, or a question to a person.
    backorder: 'keep',
    // Further fields of mrp.production, for the mapping below.
    orderFields: ['origin'],
  }),

  productOrders: {
    // How is the product order number determined? By default it is the number of the ERP order.
    number: (order) => order.number,
    // Based on which article is it created? By default that of the ERP order (its internal reference).
    article: (order) => order.article,
    // Which parameters and variants are sent along?
    parameters: (order, part) => ({
      Quantity: Number(part.quantity.amount),
      // Odoo says false where nothing is filled in.
      'Sales order': typeof order.attributes.origin === 'string' ? order.attributes.origin : undefined,
    }),
  },

  completions: {
    // What the operators recorded in the step of this name.
    quantity: (completed) => recorded(completed, 'Good quantity'),
    scrap: (completed) => recorded(completed, 'Scrap quantity', { optional: true }),
    // Not every product has one.
    lots: (completed) => recordedAll(completed, 'Serial number', { optional: true }),
  },

  // Orders that were released or changed before `from` stay out.
  schedule: {
    pull: stage === 'production' ? { everyMinutes: 5, from: '2027-01-04T05:00:00+01:00' } : 'off',
  },

  deployment: { alarmEmails: ['it@plant.example'] },
}));
