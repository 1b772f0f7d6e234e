import { UnknownOrder } from '../../model/errors.ts';
import type { ErpOrderRef } from '../../model/orders.ts';
import { rejected } from '../failures.ts';
import type { Reader } from './client.ts';
import { type Production, productionFields, productionOf, productionSchema } from './production.ts';

/**
 * Finds the production of an order reference, by id if it has one, else by number.
 * @throws UnknownOrder when there is none; Rejected when the number is not unique, or the id has another number.
 */
export async function findProduction(reader: Reader, order: ErpOrderRef): Promise<Production> {
  const domain = domainOf(order, await reader.readCompany());
  const found = domain ? await readProductions(reader, domain, order) : [];
  const [production, ...others] = found;
  if (!production) throw unknown(order);
  if (others.length > 0) {
    throw rejected(
      'order-data',
      `Tryton has several productions with number ${order.number} (ids ${found.map((one) => one.id).join(', ')}): give them numbers of their own.`,
    );
  }
  if (production.number !== order.number) {
    throw rejected(
      'order-data',
      `Tryton's production with id ${order.id} is number ${production.number}, not ${order.number}: check which order product orders were made from.`,
    );
  }
  return production;
}

/** Tryton's domain of one order, in our company alone; undefined for an id that no production has. */
export function domainOf({ id, number }: ErpOrderRef, company: number | undefined): unknown[] | undefined {
  if (id !== undefined && !Number.isSafeInteger(Number(id))) return undefined;
  return [
    id === undefined ? ['number', '=', number] : ['id', '=', Number(id)],
    ...(company === undefined ? [] : [['company', '=', company]]),
  ];
}

export async function readAgain(reader: Reader, production: Production): Promise<Production> {
  const [found] = await readProductions(reader, [['id', '=', production.id]], production);
  if (!found) throw unknown(production);
  return found;
}

async function readProductions(
  { search, abilities }: Reader,
  domain: readonly unknown[],
  { number }: Pick<ErpOrderRef, 'number'>,
): Promise<Production[]> {
  const found = await search('production', {
    ...{ domain, fields: productionFields(abilities), limit: 3, row: productionSchema },
    what: `reading production ${number}`,
  });
  return found.map(productionOf);
}

function unknown({ number }: Pick<ErpOrderRef, 'number'>): UnknownOrder {
  return new UnknownOrder(
    `Tryton has no production ${number}: check its number, the company of our user, and whether it was deleted.`,
  );
}
