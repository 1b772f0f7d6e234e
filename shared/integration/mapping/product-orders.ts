import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { withinTime } from '../../model/configured.ts';
import { Rejected } from '../../model/errors.ts';
import {
  type ErpOrder,
  type MappedOrder,
  type MappedProductOrder,
  type ProductOrderDraft,
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
      const orderPart = { index, of: split.of, quantity: quantityOfPart(split, order.quantity) };
      const parameters = call('parameters', parametersSchema, () => {
        return mapping.parameters?.(order, orderPart) ?? { Quantity: orderPart.quantity.amount };
      });
      const draft = checkedDraft({ number: partNumber(split, index), article, variants, parameters }, order);
      const part = { index, first: partNumber(split, 1), book: split.book };
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
  const of = Number(order.quantity.amount);
  const most = split.most ?? mostPartsByDefault;
  if (!Number.isInteger(of) || of < 1) {
    throw new Rejected(
      `ERP order ${order.number} has quantity ${order.quantity.amount}, which cannot be split into units.`,
      { causeCode: 'order-data' },
    );
  }
  if (of > most) {
    throw new Rejected(
      `ERP order ${order.number} would become ${of} product orders; at most ${most} are allowed (productOrders.split.most).`,
      { causeCode: 'order-data' },
    );
  }
  // The times are those of the configuration when it is built: they are not stored.
  return { number, of, book: typeof split.book === 'string' ? split.book : 'when-all-done' };
}

function hashOf(draft: ProductOrderDraft): string {
  // Its fields and parameters in one order, whatever that of the mapping.
  const names = [...Object.keys(draft), ...Object.keys(draft.parameters)].sort();
  return createHash('sha256').update(JSON.stringify(draft, names)).digest('hex').slice(0, 32);
}
