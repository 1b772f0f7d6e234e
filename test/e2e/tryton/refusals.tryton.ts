import { describe, expect, it } from 'vitest';
import type { ErpConnector } from '../../../shared/erp/connector.ts';
import type { Completion } from '../../../shared/model/completions.ts';
import { Rejected } from '../../../shared/model/errors.ts';
import { failureOf, firstAttempt, nextAttempt } from '../../shared/erp/conformance/attempts.ts';
import type { PlannedProduction } from './client.ts';
import { book, completed, openPlant, positionOf, undisturbed } from './plant.ts';

const system = await openPlant();

/** Expects that Tryton's books are unchanged, and that the error names the production. */
async function expectRefused(connector: ErpConnector, completion: Completion, says: string): Promise<void> {
  for (const attempt of [firstAttempt(), nextAttempt()]) {
    // Prepare
    const before = await system.database.everything();

    // Act
    const failure = await failureOf(book(connector, completion, attempt));

    // Assess
    expect(failure).toBeInstanceOf(Rejected);
    expect(String(failure)).toContain(completion.erpOrder.number);
    expect(String(failure)).toContain(says);
    expect(await system.database.everything()).toEqual(before);
  }
}

const scrapped = (production: PlannedProduction) =>
  completed(production, { quantity: { amount: '4' }, scrap: { amount: '1' } });

describe('a booking that Tryton would refuse halfway', () => {
  it('is refused before any write: scrap for a waste location that the warehouse does not have', async () => {
    const production = await system.plan();

    await expectRefused(system.connector({ scrapLocation: 'NOWHERE' }), scrapped(production), 'NOWHERE');
  });

  it('is refused before any write: works that nobody has finished', async () => {
    const production = await system.plan({ routing: 'Gearbox routing' });

    await expectRefused(system.connector(), completed(production), 'its works must be finished first');
  });

  it('is refused before any write: a user who may not create lots', async () => {
    const production = await system.plan({ article: 'GEAR-LOT' });
    const [lots, readers] = ['stock.lot', 'Reads lots'];
    const group = await system.admin.create('res.group', { name: readers });
    const model = await system.admin.idOf('ir.model', [['model', '=', lots]]);
    const only = { perm_read: true, perm_write: false, perm_create: false, perm_delete: false };
    await system.admin.create('ir.model.access', { model, group, ...only });
    const user = await userWith(['Production', readers]);

    await expectRefused(
      system.connector({}, user),
      completed(production, { lots: [{ number: 'NEW' }] }),
      'may not create stock.lot',
    );
  });

  it('is refused before any write: a number that several productions have', async () => {
    const [one, other] = [await system.plan(), await system.plan()];
    await system.admin.write('production', [other.id], { number: one.number });
    const completion = { ...completed(one), erpOrder: { number: one.number } };

    await expectRefused(system.connector(), completion, `production ${one.number} is there several times`);

    await system.admin.write('production', [other.id], { number: other.number });
  });
});

describe('a production that changes after it was looked at', () => {
  it('is refused with a list of what was written before', async () => {
    // Prepare: somebody removes the list price, so that Tryton asks a person at the completion.
    const methods = await undisturbed(system);
    const production = await system.plan();
    const template = await system.admin.idOf('product.template', [['products.code', '=', 'GEAR-01']]);
    const price = (decimal: string | null) =>
      system.admin.write('product.template', [template], {
        list_price: decimal === null ? null : { __class__: 'Decimal', decimal },
      });
    system.faults.beforeCall(positionOf(methods, 'model.production.done'), () => price(null));

    // Act
    const failure = await failureOf(book(system.connector(), completed(production)));
    await price('100');
    const receipt = await book(system.connector(), completed(production), nextAttempt());

    // Assess
    expect(failure).toMatchObject({ name: 'Rejected', causeCode: 'refused-by-erp' });
    expect(String(failure)).toContain(`Done before that: reserving the components of production`);
    expect(String(failure)).toContain(`starting production ${production.number}`);
    expect(receipt.alreadyBooked).toBe(false);
    expect(await system.admin.readProduction(production.id)).toMatchObject({ state: 'done', quantity: 5 });
  });
});

describe('units', () => {
  it('are those of the production when its bill of materials counts in another one', async () => {
    // Prepare: planned in grams, while the bill of materials gives kilograms.
    const production = await system.plan({ article: 'PASTE-01', quantity: 5000, unit: 'g' });

    // Act: half of it, and no more.
    await book(system.connector(), completed(production, { quantity: { amount: '2500' }, final: false }));

    // Assess
    const { outputs } = await system.admin.readProduction(production.id);
    expect(outputs.map(({ quantity, unit, state }) => `${quantity} ${unit} ${state}`)).toEqual([
      '2500 g done',
      '2500 g draft',
    ]);
  });
});

/** A new user with these groups. */
async function userWith(names: readonly string[]) {
  const { admin } = system;
  const company = await admin.idOf('company.company', []);
  const login = `user-${names.join('-')}`;
  const password = 'canary-of-a-user';
  const groups = await admin.find('res.group', [['name', 'in', names]]);
  const user = await admin.create('res.user', {
    name: login,
    login,
    password,
    companies: [['add', [company]]],
    groups: [['add', groups.map(({ id }) => id)]],
  });
  await admin.write('res.user', [user], { company });
  return { username: login, password };
}
