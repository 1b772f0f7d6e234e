import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { withinTime } from '../../model/configured.ts';
import { Rejected } from '../../model/errors.ts';
import {
  type ErpOrder,
  type MappedOrder,
  type MappedProductOrder,
  orderPart,
  type ProductOrderDraft,
  partFrom,
  partIndexes,
  partNumber,
  quantityOfPart,
  type Split,
} from '../../model/orders.ts';
import type { ProductOrderMapping } from '../define.ts';
import { callMapping, checkedDraft, codeSchema, parametersSchema, variantsSchema } from './validate.ts';

const mostPartsByDefault = 200;

/** What an ERP order becomes. @param mappedBy Version of the configuration. @throws Rejected when the mapping fails. */
export function mapProductOrders(
  mapping: ProductOrderMapping,
  order: ErpOrder,
  mappedBy?: string,
): MappedOrder {
  return withinTime(() => {
    const call = <T>(field: string, schema: z.ZodMiniType<T>, map: () => unknown) =>
      callMapping(`productOrders.${field}`, schema, map, order);
    const number = call('number', codeSchema, () => mapping.number?.(order) ?? order.number);
    const article = call('article', codeSchema, () => mapping.article?.(order) ?? order.article);
    const variants = call('variants', variantsSchema, () => mapping.variants?.(order) ?? []);
    const split = splitOf(mapping, order, number);
    const productOrders = partIndexes(split.of).map((index): MappedProductOrder => {
      const part = partFrom(split, index);
      const ofOrder = orderPart(part, split.of, quantityOfPart(part, order.quantity));
      const parameters = call('parameters', parametersSchema, () => {
        return mapping.parameters?.(order, ofOrder) ?? { Quantity: ofOrder.quantity.amount };
      });
      const draft = checkedDraft({ number: partNumber(split, index), article, variants, parameters }, order);
      return { draft, part, contentHash: hashOf(draft), mappedBy };
    });
    return { split, productOrders };
  });
}

/** Whether the configuration wants an ERP order at all. @throws Rejected when its function fails. */
export function isWanted({ accept }: ProductOrderMapping, order: ErpOrder): boolean {
  if (!accept) return true;
  const answer = z.boolean('true or false');
  return withinTime(() => callMapping('productOrders.accept', answer, () => accept(order), order));
}

function splitOf({ split = 'one' }: ProductOrderMapping, order: ErpOrder, number: string): Split {
  if (split === 'one') return { number, of: 1, book: 'alone' };
  const pieces = Number(order.quantity.amount);
  const most = split.most ?? mostPartsByDefault;
  if (!Number.isInteger(pieces) || pieces < 1) {
    throw new Rejected(
      `ERP order ${order.number} has quantity ${order.quantity.amount}, which cannot be split into units.`,
      { causeCode: 'order-data' },
    );
  }
  const per = split.per === 'unit' ? 1 : split.per;
  const of = Math.ceil(pieces / per);
  if (of > most) {
    throw new Rejected(
      `ERP order ${order.number} would become ${of} product orders; at most ${most} are allowed (productOrders.split.most).`,
      { causeCode: 'order-data' },
    );
  }
  // The times are those of the configuration when it is built: they are not stored.
  const book = typeof split.book === 'string' ? split.book : 'when-all-done';
  // One of single units is stored as 0.3.0 stores it.
  return per === 1 ? { number, of, book } : { number, of, book, per };
}

function hashOf(draft: ProductOrderDraft): string {
  // Its fields and parameters in one order, whatever that of the mapping.
  const names = [...Object.keys(draft), ...Object.keys(draft.parameters)].sort();
  return createHash('sha256').update(JSON.stringify(draft, names)).digest('hex').slice(0, 32);
}
