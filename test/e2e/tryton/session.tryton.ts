import { describe, expect, it } from 'vitest';
import { RetryLater } from '../../../shared/model/errors.ts';
import { failureOf } from '../../shared/erp/conformance/attempts.ts';
import { firstPage } from '../../shared/erp/conformance/listing.ts';
import { literal } from './database.ts';
import { openPlant } from './plant.ts';

const system = await openPlant();

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

function bookWrongLogins(login: string, times: number): Promise<void> {
  const now = literal(new Date().toISOString().replace('T', ' ').replace('Z', '000'));
  const row = `(${literal(login)}, ${now}, '127.0.0.1', '127.0.0.1/32')`;
  return system.database.change(
    `INSERT INTO res_user_login_attempt (login, create_date, ip_address, ip_network) VALUES ${Array(times).fill(row).join(', ')}`,
  );
}
