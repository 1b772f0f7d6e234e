import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { vi } from 'vitest';
import { operatorClients } from '../../../infra/local/operator-clients.ts';
import { bookingKeyOf } from '../../../shared/ledger/keys.ts';
import { patient } from '../../support/patient.ts';
import { system } from './plant.ts';

/** For what is asked of the stack's own table and queues: each look costs three processes a few milliseconds. */
export const seldom = { ...patient, interval: 60 };

/**
 * An order that exists in Azumuta and is linked in the ERP, and of which the ledger knows both: its receipt comes last, and
 * before it the order is looked up by its number.
 */
export async function builtOrder(quantity = '5'): Promise<string> {
  const { order } = await system.erp.releaseAndSend(system.orderEndpoint, { product: 'GEAR-01', quantity });
  const { number } = order;
  await vi.waitUntil(() => system.sandboxes.erp.store.order(number)?.azumutaIds.length, patient);
  const isLinked = async () => (await system.ledger.orders.find(number))?.linkedAt !== undefined;
  await vi.waitUntil(isLinked, seldom);
  return number;
}

/** Read from the ERP's own books, as asking it over HTTP many times a second would slow everything down. */
export const bookingsOf = (number: string) => system.sandboxes.erp.store.bookings(number);

/** The bookings on an order once there are so many. */
export const booked = (number: string, times = 1) =>
  vi.waitUntil(() => {
    const bookings = bookingsOf(number);
    return bookings.length >= times && bookings;
  }, patient);

/** Waits until every booking of an order is in this state in the ledger. */
export const until = (number: string, state: 'waiting' | 'claimed' | 'done') =>
  vi.waitUntil(async () => {
    const bookings = await system.ledger.bookings.listOfOrder(number);
    return bookings.length > 0 && bookings.every((booking) => booking.state === state);
  }, seldom);

/** Moves the bookings of an order an hour back: Azumuta may be asked about it again, and the lease of a claim is over. */
export async function anHourPasses(number: string): Promise<void> {
  const { dynamodb } = operatorClients(system.emulator);
  const anHourAgo = Date.now() - 3_600_000;
  for (const { key, leaseUntil } of await system.ledger.bookings.listOfOrder(number)) {
    const { pk, sk } = bookingKeyOf(number, key);
    await dynamodb.send(
      new UpdateItemCommand({
        TableName: system.emulator.stack.tables[0]?.name,
        Key: { pk: { S: pk }, sk: { S: sk } },
        UpdateExpression: `SET readAt = :at${leaseUntil ? ', leaseUntil = :ms' : ''}`,
        ExpressionAttributeValues: {
          ':at': { S: new Date(anHourAgo).toISOString() },
          ...(leaseUntil ? { ':ms': { N: String(anHourAgo) } } : {}),
        },
      }),
    );
  }
  dynamodb.destroy();
}

/** How often each recording was read since the calls were forgotten. */
export async function readsOfRecordings(): Promise<readonly number[]> {
  const calls = Object.entries(await system.azumuta.calls('path'));
  return calls.filter(([path]) => path.includes('/recordings/')).map(([, times]) => times);
}
