import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { claimedOrder } from '../../support/bookings.ts';
import { overriding } from '../../support/overriding.ts';
import { orderOf, refused, startAlertStage } from './stage.ts';

const changed = {
  kind: 'changed',
  content: 'other',
  note: 'Quantity is 5, wanted 6',
  cause: 'conflict',
} as const;

it('tells of a dead letter once, on every channel, with order, article, quantity, cause, next step and command', async () => {
  // Prepare
  const stage = await startAlertStage();
  const { ledger, received } = stage;
  await orderOf(ledger, { number: 'PO 1', amount: '12' });
  await ledger.deadLetters.record(refused('PO 1'));

  // Act
  await stage.run();
  await stage.runFor(60);

  // Assess
  expect(received.webhook).toEqual([
    {
      v: 1,
      id: '0000000001',
      stack: 'AzumutaErp-ghent-production',
      at: '2026-11-24T08:00:00.000Z',
      event: 'new',
      kind: 'dead-letter',
      partner: 'erp',
      cause: 'refused-by-erp',
      title: 'ghent-production: PO 1: completion cannot be booked in the ERP: refused by the ERP',
      summary: 'It needs a person.',
      who: 'ERP administrator',
      since: '2026-11-24T08:00:00.000Z',
      count: 1,
      troubles: [
        {
          order: 'PO 1',
          article: 'GEAR-01',
          quantity: '12 u',
          since: '2026-11-24T08:00:00.000Z',
          why: 'The ERP refuses it: period 11 is closed.',
          next: 'Correct in the ERP what its message names (a period, stock, a right of our user, a module), then replay.',
          command: 'npm run replay -- --stack AzumutaErp-ghent-production --order "PO 1"',
        },
      ],
      command: 'npm run replay -- --stack AzumutaErp-ghent-production',
    },
  ]);
  for (const messages of [received.mails, received.teams, received.slack]) {
    const told = JSON.stringify(messages);
    expect(messages).toHaveLength(1);
    expect(told).toContain('PO 1 · article GEAR-01 · 12 u · since 2026-11-24 09:00');
    expect(told).toContain('Why: The ERP refuses it: period 11 is closed.');
    expect(told).toContain('Next: Correct in the ERP what its message names');
    expect(told).toContain('Type: npm run replay -- --stack AzumutaErp-ghent-production --order \\"PO 1\\"');
  }
});

const readsLetter = (command: object): boolean =>
  command instanceof GetItemCommand && command.input.Key?.sk?.S?.startsWith('DEAD-LETTER') === true;

it('tells at the next run what could not be put into words, as the ledger did not answer', async () => {
  // Prepare: the letter is in the index of concerns, and its record cannot be read
  let isThrottled = true;
  const stage = await startAlertStage({
    dynamodb: (client) =>
      overriding(client, {
        send: (command: object) =>
          isThrottled && readsLetter(command)
            ? Promise.reject(new Error('Throttled.'))
            : Reflect.apply(client.send, client, [command]),
      }),
  });
  await stage.ledger.deadLetters.record(refused('PO-1'));

  // Act
  await expect(stage.run()).rejects.toThrow('Throttled.');
  const before = stage.received.webhook.length;
  isThrottled = false;
  await stage.runFor(10);

  // Assess
  expect(before).toBe(0);
  expect(stage.received.webhook).toMatchObject([{ event: 'new', troubles: [{ order: 'PO-1' }] }]);
});

it('reminds after a day, and says that it is over', async () => {
  // Prepare
  const stage = await startAlertStage();
  const { ledger, received } = stage;
  await ledger.deadLetters.record(refused('PO-1'));
  await ledger.deadLetters.record(refused('PO-2'));
  await stage.run();

  // Act: one of the two is replayed, the other a day later.
  stage.clock.advance(3600);
  await ledger.deadLetters.markReplayed({ messageId: 'message of PO-1', orderNumber: 'PO-1' }, 'by hand');
  await stage.runFor(24 * 60, 60);
  await ledger.deadLetters.markDiscarded(refused('PO-2'), 'booked by hand');
  await stage.runFor(24 * 60, 60);

  // Assess
  expect(received.webhook.map(({ event, title, troubles }) => [event, title, troubles.length])).toEqual([
    ['new', 'ghent-production: 2 completions cannot be booked in the ERP: refused by the ERP', 2],
    [
      'reminder',
      'ghent-production: Still open: PO-2: completion cannot be booked in the ERP: refused by the ERP',
      1,
    ],
    ['over', 'ghent-production: Over: 2 completions cannot be booked in the ERP: refused by the ERP', 0],
  ]);
});

it('tells of a letter again that was replayed and has failed again', async () => {
  const stage = await startAlertStage();
  const { ledger, received } = stage;
  await ledger.deadLetters.record(refused('PO-1'));
  await stage.run();
  await ledger.deadLetters.markReplayed({ messageId: 'message of PO-1', orderNumber: 'PO-1' }, 'by hand');
  await stage.runFor(5);
  await ledger.deadLetters.record(refused('PO-1'));
  await stage.runFor(5);
  expect(received.webhook.map(({ event }) => event)).toEqual(['new', 'over', 'new']);
});

it('gathers what comes to a group within the hour into one message', async () => {
  const stage = await startAlertStage();
  for (let at = 0; at < 40; at += 1) {
    await stage.ledger.deadLetters.record(refused(`PO-${at}`));
    await stage.runFor(5);
  }
  // The first one at once, and when there are ten; then 12 an hour.
  expect(stage.received.webhook.map(({ count }) => count)).toEqual([1, 9, 12, 12]);
});

it('does not say that a group is over while a further trouble of it waits to be told', async () => {
  // Prepare
  const stage = await startAlertStage();
  const { ledger, received } = stage;
  const events = () => received.webhook.map(({ event }) => event);
  await ledger.deadLetters.record(refused('PO-1'));
  await stage.run();

  // Act: within the hour another one comes, and the first is replayed
  await ledger.deadLetters.record(refused('PO-2'));
  await ledger.deadLetters.markReplayed({ messageId: 'message of PO-1', orderNumber: 'PO-1' }, 'by hand');
  await stage.runFor(55);
  const withinTheHour = events();
  await stage.runFor(5);
  await ledger.deadLetters.markReplayed({ messageId: 'message of PO-2', orderNumber: 'PO-2' }, 'by hand');
  await stage.runFor(5);

  // Assess
  expect(withinTheHour).toEqual(['new']);
  expect(events()).toEqual(['new', 'new', 'over']);
});

it('keeps groups of other causes and partners apart', async () => {
  const stage = await startAlertStage();
  const { ledger, received } = stage;
  await ledger.deadLetters.record(refused('PO-1'));
  await ledger.deadLetters.record({ ...refused('PO-2'), cause: 'order-state' });
  await ledger.deadLetters.record({ ...refused('PO-3'), partner: 'azumuta' });
  await stage.run();
  expect(received.webhook.map(({ partner, cause, count }) => [partner, cause, count]).sort()).toEqual([
    ['azumuta', 'refused-by-erp', 1],
    ['erp', 'order-state', 1],
    ['erp', 'refused-by-erp', 1],
  ]);
});

it('tells of an order that was changed, cancelled or cannot be accepted, until its owner ends that', async () => {
  // Prepare
  const stage = await startAlertStage();
  const { ledger, received } = stage;
  await ledger.concerns.begin('PO-1', changed);
  await ledger.concerns.begin('PO-2', {
    kind: 'unwanted',
    content: 'cancelled',
    note: 'It was cancelled in the ERP.',
    cause: 'order-state',
  });
  await ledger.concerns.begin('MO-3', {
    kind: 'refused',
    content: 'no article',
    note: 'It has no article.',
    cause: 'configuration',
    about: { article: 'GEAR-7', quantity: '3 u' },
  });

  // Act
  await stage.run();
  await ledger.concerns.end('PO-1', changed, 'Azumuta has it as the ERP wants it.');
  await stage.runFor(5);

  // Assess
  const told = received.webhook.map(({ event, kind, troubles: [only] }) => [
    event,
    kind,
    only?.order,
    only?.article,
    only?.quantity,
    only?.why,
  ]);
  expect(told).toEqual([
    ['new', 'changed', 'PO-1', undefined, undefined, 'Quantity is 5, wanted 6'],
    ['new', 'refused', 'MO-3', 'GEAR-7', '3 u', 'It has no article.'],
    ['new', 'unwanted', 'PO-2', undefined, undefined, 'It was cancelled in the ERP.'],
    ['over', 'changed', undefined, undefined, undefined, undefined],
  ]);
});

it('tells a dead letter of an order for as long as it is open, and one of no order until SQS has dropped it', async () => {
  // Prepare
  const stage = await startAlertStage();
  const { ledger, received } = stage;
  await ledger.deadLetters.record(refused('PO-1'));
  await ledger.deadLetters.record({ ...refused('unknown'), cause: 'unreadable-message', partner: 'azumuta' });
  await stage.run();

  // Act
  await stage.runFor(20 * 24 * 60, 24 * 60);

  // Assess
  const over = received.webhook.filter(({ event }) => event === 'over');
  expect(over).toMatchObject([{ kind: 'dead-letter', cause: 'unreadable-message' }]);
  expect(received.webhook.at(-1)).toMatchObject({
    event: 'reminder',
    cause: 'refused-by-erp',
    at: stage.clock.now().toISOString(),
    troubles: [{ order: 'PO-1' }],
  });
});

it('tells an order once, however many of its messages have failed for one reason', async () => {
  // Prepare: a message of each day waits until it is a dead letter.
  const stage = await startAlertStage();
  const { ledger, received } = stage;
  const waited = (messageId: string) =>
    ledger.deadLetters.record({
      ...refused('PO-1', 'Bookings are paused.'),
      messageId,
      cause: 'waited-too-long',
    });
  await waited('first');
  await stage.run();

  // Act
  for (const messageId of ['second', 'third']) {
    await stage.runFor(2 * 60, 60);
    await waited(messageId);
  }
  await stage.runFor(2 * 60, 60);
  const told = received.webhook.map(({ title }) => title);
  await stage.runFor(24 * 60, 60);
  for (const messageId of ['first', 'second', 'third'])
    await ledger.deadLetters.markSettled({ messageId, orderNumber: 'PO-1' });
  await stage.runFor(60, 60);

  // Assess
  const title = 'PO-1: completion cannot be booked in the ERP: waited too long';
  expect(told).toEqual([`ghent-production: ${title}`]);
  expect(received.webhook.slice(1)).toMatchObject([
    { event: 'reminder', count: 1, troubles: [{ order: 'PO-1', why: 'Bookings are paused.' }] },
    { event: 'over', count: 1 },
  ]);
});

it('tells of an order from the end of its due day on where it stands and when it was due, until it is completed', async () => {
  // Prepare
  const stage = await startAlertStage();
  const { ledger, clock, received } = stage;
  await orderOf(ledger, { number: 'PO-1', dueDate: '2026-11-24' });
  const claim = await claimedOrder(ledger, 'PO-1');
  await ledger.claims.complete(claim, { awaiting: 'completion' }, { event: 'created' });

  // Act: on its due day, the day after, once the reconciliation has asked about it, and once it is completed
  await stage.runFor(10);
  const onDueDay = received.webhook.length;
  await stage.runFor(17 * 60);
  const known = await ledger.knownOrders.readStanding('PO-1');
  await ledger.due.postponeAfterAsking(known, new Date(clock.now().getTime() - 2 * 3_600_000));
  await stage.runFor(60);
  const entry = await ledger.orders.find('PO-1');
  if (!entry) throw new Error('The order is there.');
  await ledger.orders.markCompleted(entry);
  await stage.runFor(5);

  // Assess
  expect(onDueDay).toBe(0);
  expect(received.webhook.map(({ event, title, troubles: [only] }) => [event, title, only?.why])).toEqual([
    [
      'new',
      'ghent-production: PO-1: product order is late',
      'It is not completed in Azumuta. It is late: it was due 2026-11-24.',
    ],
    ['over', 'ghent-production: Over: 1 product order is late', undefined],
  ]);
});

it('says a reason of ten orders once, although it names each order by its number or its id', async () => {
  // Prepare
  const stage = await startAlertStage();
  const { ledger, received } = stage;
  for (let at = 1; at <= 10; at += 1) {
    const number = `MO/${String(at).padStart(4, '0')}`;
    await orderOf(ledger, { number });
    const reason = `Sandbox ERP, order ${number}: The posting period is closed.`;
    await ledger.deadLetters.record(refused(number, reason));
  }

  // Act
  await stage.run();

  // Assess
  const once = 'Why: Sandbox ERP, order ‹order›: The posting period is closed.';
  for (const channel of [received.mails, received.teams, received.slack]) {
    const text = JSON.stringify(channel);
    expect(text.match(/Why: /g)).toHaveLength(1);
    expect(text.match(/Next: /g)).toHaveLength(1);
    expect(text).toContain(once);
    expect(text).toContain('MO/0010 · article GEAR-01');
  }
  const troubles = received.webhook[0]?.troubles ?? [];
  expect(troubles[9]?.why).toBe('Sandbox ERP, order MO/0010: The posting period is closed.');
  expect(new Set(troubles.map(({ reason }) => `Why: ${reason}`))).toEqual(new Set([once]));
});
