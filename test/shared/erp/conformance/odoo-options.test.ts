import { describe, expect, it } from 'vitest';
import { failureOf } from './attempts.ts';
import { completionOf } from './completions.ts';
import { startPlant } from './odoo-plant.ts';
import { rejection } from './rejection.ts';
import type { OdooVersion } from './servers/odoo-models.ts';

describe.each<OdooVersion>([17, 18, 19])('odoo %i', (version) => {
  it('lists the fields that the mapping asks for', async () => {
    const { plan, listed, connect, row } = startPlant(version);
    const [whole, manual] = [plan(), plan()];
    Object.assign(row(whole), { origin: 'SO0042', date_deadline: '2031-05-06 07:00:00' });

    const orders = await listed(connect({ orderFields: ['x_drawing'] }));

    expect(orders).toMatchObject([
      {
        number: whole.number,
        attributes: { x_drawing: 'D-0007', origin: 'SO0042' },
        dueDate: '2031-05-06T07:00:00Z',
        quantity: { amount: '5', unit: 'Units' },
      },
      { number: manual.number, quantity: { amount: '5', unit: 'Units' } },
    ]);
    expect(orders[1]).not.toHaveProperty('dueDate');
    expect(orders[1]?.attributes).not.toHaveProperty('origin');
  });

  it('does not list an order that is only to be closed, unless the options ask for it', async () => {
    const { plan, listed, connect, row } = startPlant(version);
    const [begun, built] = [plan(), plan()];
    row(begun).state = 'progress';
    row(built).state = 'to_close';

    const orders = await listed();
    const asked = await listed(connect({ states: ['to_close'] }));

    expect(orders.map(({ number }) => number)).toEqual([begun.number]);
    expect(asked.map(({ number }) => number)).toEqual([built.number]);
  });

  it('rejects a field that Odoo does not have, naming it', async () => {
    const { listed, connect } = startPlant(version);

    const failure = await failureOf(listed(connect({ orderFields: ['x_missing'] })));

    expect(failure).toMatchObject(rejection('x_missing'));
  });
});

describe('odoo', () => {
  it('stops the flow without giving up an order when the secret has no username, which JSON-RPC needs', async () => {
    // Prepare
    const { plan, book, connect } = startPlant(17);
    const connector = connect({}, async () => ({ apiKey: 'k' }));

    // Act
    const failure = await failureOf(book(completionOf({ number: plan().number }), connector));

    // Assess
    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'partner', unauthorized: true });
    expect(failure).toHaveProperty('message', expect.stringContaining('username'));
  });
});
