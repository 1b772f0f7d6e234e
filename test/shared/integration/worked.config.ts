import * as z from 'zod/mini';
import {
  dayIn,
  defineIntegration,
  type ErpOrder,
  recorded,
  recordedAll,
  recordedChecks,
  recordedComponents,
  recordedOperations,
  recordedScrap,
  textIn,
} from '../../../shared/integration/index.ts';
import { noErp } from '../../support/no-erp.ts';

/** The examples of shared/integration/MAPPING.md: each stands there word for word. */

/** Text of an ERP field, whatever it is: attributes come as the ERP sent them. */
const text = (value: unknown) => (typeof value === 'string' ? value.trim() : '');

/** `{ nl: 'Tandwielkast', en: 'Gearbox' }`, of which the shop floor reads Dutch. */
const namesSchema = z.union([z.string(), z.record(z.string(), z.string())]);
const nameOf = ({ attributes }: ErpOrder) => textIn(z.parse(namesSchema, attributes.names), 'nl');

export default defineIntegration({
  plant: 'worked',
  timeZone: 'Europe/Brussels',
  erp: noErp,
  azumuta: { contract: { language: 'nl' } },
  productOrders: {
    number: (order) => `${order.number}-${text(order.attributes.line) || '1'}`,
    article: (order) => order.article.replace(/-(RED|BLUE)$/, ''),
    parameters: (order, part) => ({
      Quantity: Number(part.quantity.amount),
      'Serial number': `${order.number}.${part.index}`,
      'Customer order': text(order.attributes.customerOrder) || undefined,
      'Test pressure (bar)': Number(order.attributes.pressure ?? 6),
      Name: nameOf(order),
      'Due on': order.dueDate && dayIn('Europe/Brussels', order.dueDate),
    }),
    variants: (order) => {
      const colour = text(order.attributes.colour);
      const options = Array.isArray(order.attributes.options) ? order.attributes.options : [];
      return [...(colour ? [colour] : []), ...options.map(String)];
    },
    split: { per: 'unit', book: 'when-all-done', most: 50 },
  },
  completions: {
    quantity: (completed) => recorded(completed, 'Goedgekeurd'),
    lots: (completed) => recordedAll(completed, 'Serienummer', { optional: true }),
    beyondOrder: { good: 1.25, scrap: 1 },
    scrap: (completed) => recordedScrap(completed, { quantity: 'Afgekeurd', reason: 'Reden' }),
    components: {
      of: (completed) =>
        recordedComponents(completed, {
          'MOT-1': { lot: 'Motor' },
          OIL: { quantity: 'Olie', unit: 'l', optional: true },
        }),
    },
    operations: {
      of: (completed) =>
        recordedOperations(completed, {
          Zagen: '10',
          Monteren: { operation: '20', setup: 'Insteltijd' },
        }),
    },
    checks: (completed) => recordedChecks(completed, { units: { Etiketten: 'pcs' } }),
    erpOrderNumber: (productOrderNumber) => productOrderNumber.replace(/-\d+$/, ''),
  },
});

/** A plant that books at the end of each shift. */
export const perShift = defineIntegration({
  plant: 'worked',
  timeZone: 'Europe/Brussels',
  erp: noErp,
  productOrders: {
    split: { per: 'unit', book: { at: ['06:00', '14:00', '22:00'] } },
  },
  completions: { quantity: (completed) => recorded(completed, 'Good quantity') },
});

/** A plant whose product orders are boxes. */
export const perBox = defineIntegration({
  plant: 'worked',
  timeZone: 'Europe/Brussels',
  erp: noErp,
  productOrders: {
    split: { per: 25, book: 'each' },
  },
  completions: { quantity: (completed) => recorded(completed, 'Good quantity') },
});
