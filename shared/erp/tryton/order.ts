import * as z from 'zod/mini';
import { Rejected, UnknownOrder } from '../../model/errors.ts';
import type { ErpOrderRef } from '../../model/orders.ts';
import { type Demands, demandFields, demandsOf, demandsSchema } from './booking/demands.ts';
import type { Reader } from './desk.ts';
import { type Production, productionFields, productionOf, productionSchema } from './production.ts';

const foundSchema = z.intersection(productionSchema, demandsSchema);

/** A production, and what Tryton asks of it. */
export interface FoundProduction {
  readonly production: Production;
  readonly demands: Demands;
}

/**
 * The production that an order reference means: by id where it is known, else by number.
 * @throws UnknownOrder when there is none; Rejected when the number is not unique, or the id has another number.
 */
export async function findProduction(desk: Reader, order: ErpOrderRef): Promise<FoundProduction> {
  const { company } = desk.preferences;
  const id = Number(order.id);
  const domain = order.id === undefined ? [['number', '=', order.number]] : [['id', '=', id]];
  if (order.id !== undefined && !Number.isSafeInteger(id)) throw unknown(order);
  const scoped = [...domain, ...(company === undefined ? [] : [['company', '=', company]])];
  const fields = [...productionFields(desk.abilities), ...demandFields(desk.abilities)];
  const found = await read(desk, order.number, scoped, foundSchema, fields);
  const [first, second] = found;
  if (!first) throw unknown(order);
  if (second) {
    throw new Rejected(
      `Tryton has several productions with number ${order.number} (ids ${found.map((one) => one.id).join(', ')}): give them numbers of their own.`,
      { code: 'order-data' },
    );
  }
  const production = productionOf(first);
  if (production.number !== order.number) {
    throw new Rejected(
      `Tryton's production with id ${id} is number ${production.number}, not ${order.number}: check which order product orders were made from.`,
      { code: 'order-data' },
    );
  }
  return { production, demands: demandsOf(first) };
}

/** The same production as it is now. */
export async function readAgain(desk: Reader, { id, number }: Production): Promise<Production> {
  const fields = productionFields(desk.abilities);
  const [found] = await read(desk, number, [['id', '=', id]], productionSchema, fields);
  if (!found) throw unknown({ number });
  return productionOf(found);
}

function read<Row>(
  desk: Reader,
  number: string,
  domain: readonly unknown[],
  row: z.ZodMiniType<Row>,
  fields: readonly string[],
): Promise<Row[]> {
  return desk.read('production', 'search_read', [domain, 0, 3, [['id', 'ASC']], fields], {
    what: `reading production ${number}`,
    answer: z.array(row),
  });
}

function unknown({ number }: ErpOrderRef): UnknownOrder {
  return new UnknownOrder(
    `Tryton knows no production ${number}: check its number, the company of our user, and whether it was deleted.`,
  );
}
