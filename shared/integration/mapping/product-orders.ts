import { createHash } from 'node:crypto';
import { Rejected } from '../../model/errors.ts';
import type { ErpOrder, MappedProductOrder, ParameterValue, Part } from '../../model/orders.ts';
import type { ProductOrderMapping } from '../define.ts';
import { run } from './call-mapping.ts';
import { checkedDraft } from './validate-draft.ts';

const maxParts = 200;

/**
 * The product orders that an ERP order becomes.
 * @throws Rejected when the mapping's functions fail or answer something that cannot be an order.
 */
export function mapProductOrders(mapping: ProductOrderMapping, order: ErpOrder): MappedProductOrder[] {
  const number = textOf('productOrders.number', () => mapping.number?.(order) ?? order.number, order);
  const article = textOf('productOrders.article', () => mapping.article?.(order) ?? order.article, order);
  const variants = run('productOrders.variants', () => mapping.variants?.(order) ?? [], order);
  const parts = partsOf(mapping, order, number);
  return parts.map(({ part, number: partNumber }) => {
    const parameters = run(
      'productOrders.parameters',
      () => mapping.parameters?.(order, { index: part.index, of: part.of }) ?? defaultParameters(order, part),
      order,
    );
    const draft = checkedDraft({ number: partNumber, article, variants, parameters }, order);
    // Parts know how many they are: an ERP order that is split otherwise now is a changed one.
    const content = part.of === 1 ? draft : { ...draft, of: part.of, book: part.book };
    return { draft, part, contentHash: hashOf(content) };
  });
}

/**
 * Whether the configuration wants an ERP order at all.
 * @throws Rejected when its function fails.
 */
export function isWanted({ accept }: ProductOrderMapping, order: ErpOrder): boolean {
  return run('productOrders.accept', () => accept?.(order) ?? true, order);
}

function partsOf(
  { split = 'one' }: ProductOrderMapping,
  order: ErpOrder,
  number: string,
): { part: Part; number: string }[] {
  if (split === 'one') return [{ number, part: { index: 1, of: 1, first: number, book: 'each' } }];
  const of = Number(order.quantity.amount);
  const most = split.most ?? maxParts;
  if (!Number.isInteger(of) || of < 1) {
    throw new Rejected(
      `ERP order ${order.number} has quantity ${order.quantity.amount}, which cannot be split into units.`,
    );
  }
  if (of > most) {
    throw new Rejected(
      `ERP order ${order.number} would become ${of} product orders; at most ${most} are allowed (productOrders.split.most).`,
    );
  }
  const first = `${number}/1`;
  return Array.from({ length: of }, (_, i) => ({
    number: `${number}/${i + 1}`,
    part: { index: i + 1, of, first, book: split.book },
  }));
}

function defaultParameters(order: ErpOrder, part: Part): Record<string, ParameterValue> {
  return { Quantity: part.of === 1 ? order.quantity.amount : '1' };
}

function textOf(field: string, map: () => unknown, order: ErpOrder): string {
  const value = run(field, map, order);
  if (typeof value === 'string' && value.trim() !== '') return value.trim();
  throw new Rejected(
    `Mapping ${field} gave ${value === '' ? 'an empty text' : String(value)} for ERP order ${order.number}: a text is needed.`,
  );
}

function hashOf(content: object): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(content)))
    .digest('hex')
    .slice(0, 32);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
