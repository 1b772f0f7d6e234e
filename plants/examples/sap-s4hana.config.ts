import { defineIntegration, recorded, recordedAll, sapS4Hana } from '#azumuta-erp';

/**
 * A plant with SAP S/4HANA, whose communication arrangements for production orders and their confirmations
 * (API_PRODUCTION_ORDER_2_SRV, API_PROD_ORDER_CONFIRMATION_2_SRV) are active. Copy it to
 * `plants/<plant>.config.ts`.
 *
 * Its secret is the communication user: `{ "username": "…", "password": "…" }`.
 */
export default defineIntegration(({ stage }) => ({
  // Part of the stack's name: small letters, digits and dashes.
  plant: 'ghent',
  // Days are counted there: posting dates, the morning mail.
  timeZone: 'Europe/Brussels',

  erp: sapS4Hana({
    url: 'https://my300000-api.s4hana.cloud.sap',
    auth: 'basic',
    // Only orders of this production plant; another for trying out.
    plant: stage === 'production' ? '1010' : '1011',
    // The operation that is confirmed: the last one, or a milestone.
    operation: '0010',
    // The movements that SAP plans: backflush of the components, automatic goods receipt.
    goodsMovements: 'backflush',
    // Where notes, links and the product order are written.
    notesField: 'OrderLongText',
    // Further fields of A_ProductionOrder_2, for the mapping below.
    orderFields: ['SalesOrder', 'SalesOrderItem'],
  }),

  productOrders: {
    // How is the product order number determined? By default it is the number of the order, with its leading zeros.
    number: (order) => order.number.replace(/^0+/, ''),
    // Based on which article is it created? By default the material.
    article: (order) => order.article,
    // Which parameters and variants are sent along?
    parameters: ({ attributes }, part) => ({
      Quantity: Number(part.quantity.amount),
      'Sales order':
        typeof attributes.SalesOrder === 'string' && attributes.SalesOrder !== ''
          ? `${attributes.SalesOrder}/${String(attributes.SalesOrderItem)}`
          : undefined,
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
