import { describe, expect, it } from 'vitest';
import { RetryLater } from '../../../shared/model/errors.ts';
import { failureOf } from '../../shared/erp/conformance/attempts.ts';
import { firstPage, listOf } from '../../shared/erp/conformance/listing.ts';
import { literal } from './database.ts';
import { type LocalSystem, openPlant } from './plant.ts';

const system = await openPlant();

it('lists due date, reference and fields of related records for the mapping', async () => {
  // Prepare
  const { id } = await system.plan({ reference: 'SO-17', quantity: 3, plannedDate: '2026-11-30' });

  // Act
  const orderFields = ['warehouse.name', 'cost', 'company.currency.code'];
  const order = (await list({ orderFields })).find((one) => one.id === String(id));

  // Assess
  expect(order).toMatchObject({
    article: 'GEAR-01',
    quantity: { amount: '3', unit: 'u' },
    dueDate: '2026-11-30',
    state: 'released',
    attributes: {
      reference: 'SO-17',
      plannedStartDate: '2026-11-30',
      'warehouse.name': 'Warehouse',
      cost: '270.0000',
      'company.currency.code': 'EUR',
    },
  });
});

it('lists written and never written productions of one moment once each, with any page size', async () => {
  // Prepare: the same moment is the write date of some, and the create date of the never written ones.
  const moment = '2020-02-02 02:02:02.000123';
  const ids: number[] = [];
  for (let n = 0; n < 6; n += 1) ids.push((await system.plan({ state: 'draft' })).id);
  for (const [n, id] of ids.entries()) {
    const [created, written] = n % 2 === 0 ? [moment, null] : ['2019-01-01 00:00:00', moment];
    await setTimes(id, created, written);
  }

  for (const pageSize of [1, 2, 3, 4, 100]) {
    // Act
    const listed = await list({ pageSize, states: ['draft'] });

    // Assess
    const found = listed.map(({ id }) => Number(id)).filter((id) => ids.includes(id));
    expect(found, `pages of ${pageSize}`).toEqual(ids);
  }
});

describe('logging in to a real Tryton', () => {
  it('distinguishes a locked user from a wrong password', async () => {
    // Prepare: each wrong login slows Tryton down further, so they are written into its tables.
    await bookWrongLogins('locked', 6);
    const connector = system.connector({}, { username: 'locked', password: 'canary-locked' });

    // Act
    const failure = await failureOf(firstPage(connector));

    // Assess
    expect(failure).toMatchObject({ scope: 'partner', unauthorized: true, afterSeconds: 300 });
    expect(String(failure)).toContain('locked our user');
    expect(system.faults.callCount()).toBe(1);
  });

  it('says to check the database name when there is no such database', async () => {
    // Prepare
    const connector = system.connector({ database: 'nowhere' });

    // Act
    const failure = await failureOf(firstPage(connector));

    // Assess
    expect(failure).toBeInstanceOf(RetryLater);
    expect(String(failure)).toContain('database name');
  });
});

const list = async (options: Parameters<LocalSystem['connector']>[0]) =>
  (await listOf(system.connector(options))).orders;

function setTimes(id: number, created: string, written: string | null): Promise<void> {
  return system.database.change(
    `UPDATE production SET create_date = ${literal(created)}, write_date = ${literal(written)} WHERE id = ${id}`,
  );
}

function bookWrongLogins(login: string, times: number): Promise<void> {
  const now = literal(new Date().toISOString().replace('T', ' ').replace('Z', '000'));
  const row = `(${literal(login)}, ${now}, '127.0.0.1', '127.0.0.1/32')`;
  return system.database.change(
    `INSERT INTO res_user_login_attempt (login, create_date, ip_address, ip_network) VALUES ${Array(times).fill(row).join(', ')}`,
  );
}
