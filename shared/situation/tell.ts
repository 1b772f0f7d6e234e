import type { Ledger } from '../ledger/ledger.ts';
import { formatQuantity } from '../model/quantity.ts';
import { oneLine } from '../model/text.ts';
import type { SeenTrouble, Situation } from './read.ts';
import { toldOf } from './told.ts';
import { headlineOf, maxName, maxReason, nextOf } from './words.ts';

/** What people are told of one trouble, in every view: reads its item, and its order. */
export async function tellTrouble(
  { concerns, knownOrders, erpOrders }: Pick<Ledger, 'concerns' | 'knownOrders' | 'erpOrders'>,
  trouble: SeenTrouble,
  partners: Situation['partners'],
) {
  const facts = trouble.key && (await concerns.facts(trouble.key));
  const number = trouble.order ?? facts?.order ?? '';
  const known = number === '' ? undefined : await knownOrders.standing(number);
  const erpOrder = known?.entry?.erpOrder;
  const record = erpOrder && (await erpOrders.find(erpOrder));
  const isOverdue = trouble.kind === 'overdue';
  const dueDate = record?.dueDate;
  const unknown = trouble.key ? 'It has ended meanwhile.' : headlineOf(trouble, 1);
  // What is overdue may be completed by now, and wait for its booking, or wait for a person.
  const life = isOverdue && known ? toldOf({ ...known, partners, isOverdue, dueDate }) : undefined;
  const article = erpOrder?.article ?? facts?.about?.article;
  const quantity = record ? formatQuantity(record.erpOrder) : facts?.about?.quantity;
  return {
    /** Of its order, as it is; empty when it is unknown. */
    number,
    /** The same for a line of text. */
    order: oneLine(number, maxName),
    article: article && oneLine(article, maxName),
    quantity: quantity && oneLine(quantity, maxName),
    /** ISO date by which the ERP wants it. */
    dueDate,
    why: oneLine(life?.says ?? facts?.reason ?? unknown, maxReason),
    next: life ? (life.next ?? 'Nothing: it goes on by itself.') : nextOf(trouble),
  };
}
