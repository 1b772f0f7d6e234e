import { beforeEach, describe, expect, it } from 'vitest';
import { discard } from '../../../infra/ops/dead-letters/discard.ts';
import { DeadLetterQueue } from '../../../infra/ops/dead-letters/queue.ts';
import { productOrderMessage } from '../../../shared/orders/messages.ts';
import { plan, refuse } from '../../support/bookings.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { newOrder } from '../../support/orders.ts';
import { comingBack, completion, nothing, webhookCall } from '../ops/replay/replay-run.ts';
import { enter, linksOf } from './asking.ts';
import { operator, startStoreStage } from './store-stage.ts';

const stage = await forAllTests(startStoreStage());
const visitor = await enter(stage);
beforeEach(async () => {
  await stage.empty();
  // What was looked at a minute ago is looked at again.
  stage.clock.advance(60);
});

const dead = (number: string, reason: string, messageId = `m-${number}`) =>
  stage.store.put({ body: productOrderMessage(number), orderNumber: number, reason, messageId });

/** Address of an action on the only group whose reason is on the page. */
async function action(name: 'replay' | 'discard', at = 0): Promise<string> {
  const { text } = await visitor.get('/letters');
  return linksOf(text, `/letters/${name}?group=`)[at] ?? '';
}

describe('the page of dead letters', () => {
  it('groups them by reason without the order number, largest group first', async () => {
    // Prepare
    await dead('PO-9', 'Azumuta is closed to PO-9.');
    for (const number of ['PO-1', 'PO-2']) await dead(number, `Azumuta has no article for ${number}.`);
    // Act
    const { text } = await visitor.get('/letters');
    // Assess
    const [first = '', second = ''] = [...text.matchAll(/<h2 id="reason[^>]*>([^<]*)/g)].map(
      ([, words]) => words,
    );
    expect(first).toBe('Azumuta has no article for ‹order›.');
    expect(second).toBe('Azumuta is closed to PO-9.');
    expect(text).toContain('2 dead letters · cause: unknown-article');
  });

  it('holds none of them: others can take all at once', async () => {
    await dead('PO-1', 'No article.');
    await visitor.get('/letters');
    expect(await stage.depths()).toMatchObject({ 'dead-letters': { visible: 1, hidden: 0 } });
  });

  it('shows the content of a dead letter without secrets and names of persons', async () => {
    // Prepare
    const body = JSON.stringify({ token: 'abc123', operator: 'An Peeters', productOrderNumber: 'PO-5' });
    await stage.store.put({
      body: webhookCall({ query: 'api_key=s3cret&number=PO-5', body }),
      stage: 'receive-webhook',
      orderNumber: '',
      reason: 'No number.',
    });
    // Act
    const [page = ''] = linksOf((await visitor.get('/letters')).text, '/letters/one');
    const { text } = await visitor.get(page);
    // Assess
    expect(text).toContain('PO-5');
    for (const secret of ['abc123', 's3cret', 'An Peeters']) expect(text).not.toContain(secret);
  });
});

it('shows booking and figures of a completion that was refused, and the journey shows its lots and no texts', async () => {
  // Prepare
  const refusal = { reason: 'The period is closed.', cause: 'refused-by-erp' } as const;
  await refuse(stage.ledger, 'PO-F', await plan(stage.ledger, 'PO-F'), refusal);
  await stage.store.put({
    ...{ body: completion('PO-F'), stage: 'book-completion', orderNumber: 'PO-F', ...refusal },
    about: { booking: 'id of PO-F#quantity', figures: '5 u good, lots L-1, L-2' },
  });
  // Act
  const [page = ''] = linksOf((await visitor.get('/letters')).text, '/letters/one');
  const letter = (await visitor.get(page)).text;
  const journey = (await visitor.get('/order?number=PO-F')).text;
  // Assess
  expect(letter).toContain('<dd><code>id of PO-F#quantity</code></dd>');
  expect(letter).toContain('<dd>5 u good, lots L-1, L-2</dd>');
  expect(journey).toContain('<dt>Refused</dt><dd>5 u good, 1 u scrap, lots L-1, L-2, 1 note, 1 link</dd>');
  expect(journey).not.toMatch(/Peeters|photo/);
});

describe('replay', () => {
  it('shows what would happen, and moves nothing before the confirmation', async () => {
    await dead('PO-1', 'No article.');
    const { text } = await visitor.get(await action('replay'));
    expect(text).toContain('Replay 1 dead letter');
    expect(text).toContain('product-orders');
    expect(await stage.depths()).toMatchObject({
      'dead-letters': { visible: 1, hidden: 0 },
      'product-orders': nothing,
    });
  });

  it('sends the chosen group, and leaves the others', async () => {
    await dead('PO-1', 'No article.');
    await dead('PO-2', 'No article.');
    await dead('PO-3', 'Something else.');
    const { text } = await visitor.send(await action('replay'));
    expect(text).toContain('Replayed 2 dead letters.');
    expect(await stage.depths()).toMatchObject({
      'dead-letters': { visible: 1, hidden: 0 },
      'product-orders': { visible: 2 },
    });
  });

  it('sends the letters of one function only, whatever another gives as its reason', async () => {
    // Prepare
    const reason = 'No article.';
    await dead('PO-1', reason);
    await stage.store.put({
      body: completion('PO-2'),
      stage: 'book-completion',
      orderNumber: 'PO-2',
      reason,
    });

    // Act
    const { text } = await visitor.send(await action('replay'));

    // Assess
    expect(text).toContain('Replayed 1 dead letter.');
    expect((await stage.depths())['dead-letters']).toEqual({ visible: 1, hidden: 0 });
  });

  it('says that there is nothing to replay when somebody else was faster', async () => {
    await dead('PO-1', 'No article.');
    const page = await action('replay');
    await stage.empty();
    expect((await visitor.get(page)).text).toContain('There is nothing to replay');
  });
});

describe('discard', () => {
  it('removes the dead letter, and keeps the note and the operator’s name in the journey of its order', async () => {
    // Prepare
    await stage.ledger.orders.put(newOrder({ number: 'PO-7' }));
    await stage.ledger.deadLetters.record({
      messageId: 'm-PO-7',
      orderNumber: 'PO-7',
      stage: 'create-product-orders',
      reason: 'No article.',
    });
    await dead('PO-7', 'No article.');
    stage.clock.advance(60);
    // Act
    const { text } = await visitor.send(await action('discard'), { note: 'Typed by hand <today>' });
    // Assess
    expect(text).toContain('Discarded 1 dead letter.');
    expect(await stage.depths()).toMatchObject({ 'dead-letters': nothing, 'product-orders': nothing });
    expect((await stage.ledger.journeys.of('PO-7')).at(-1)).toMatchObject({
      event: 'discarded',
      note: `Typed by hand <today> (signed by ${operator})`,
    });
    expect(await stage.ledger.deadLetters.of('PO-7')).toMatchObject([
      { cause: 'unknown-article', isDead: false },
    ]);
    const journey = (await visitor.get('/order?number=PO-7')).text;
    expect(journey).toContain('Typed by hand &lt;today&gt;');
    expect(journey).toContain('Discarded by a person');
    expect(journey).toContain('A person discarded its dead letter.');
  });

  it('writes the discard into the booking: only a person opens it again', async () => {
    // Prepare
    const refusal = { reason: 'The period is closed.', cause: 'refused-by-erp' } as const;
    await refuse(stage.ledger, 'PO-D', await plan(stage.ledger, 'PO-D', 'm-PO-D'), refusal);
    const letter = { orderNumber: 'PO-D', messageId: 'm-PO-D', stage: 'book-completion', ...refusal };
    await stage.store.put({ ...letter, body: completion('PO-D') });
    // Act
    await visitor.send(await action('discard'), { note: 'Booked in the ERP by hand' });
    // Assess
    const [booking] = await stage.ledger.bookings.of('PO-D');
    expect(booking).toMatchObject({ state: 'rejected', discarded: true });
    expect(booking?.content).toBeUndefined();
    expect((await visitor.get('/order?number=PO-D')).text).toContain('<dt>Discarded</dt>');
  });

  it('keeps the note for a dead letter that the ledger never knew', async () => {
    await stage.store.putBare(completion('PO-8'));
    await visitor.send(await action('discard'), { note: 'Booked in the ERP by hand' });
    const kept = (await stage.ledger.journeys.of('unknown')).filter(({ event }) => event === 'discarded');
    expect(kept.at(-1)?.note).toContain('Booked in the ERP by hand');
    expect(await stage.depths()).toMatchObject({ 'dead-letters': nothing });
  });

  it.each(['', '   ', 'ok'])(
    'asks again when the note is too short (%j), and discards nothing',
    async (note) => {
      await dead('PO-1', 'No article.');
      const { status, text } = await visitor.send(await action('discard'), { note });
      expect(status).toBe(200);
      expect(text).toContain('Say in 5 to 500 characters');
      expect(await stage.depths()).toMatchObject({ 'dead-letters': { visible: 1, hidden: 0 } });
    },
  );
});

describe('discard, when something fails', () => {
  const request = {
    wanted: () => true,
    note: 'Typed by hand',
    by: operator,
    signal: new AbortController().signal,
  };
  const queue = () =>
    new DeadLetterQueue(stage.store.sqs, stage.store.url('dead-letters'), { waitSeconds: 0 });

  it('removes nothing and returns all letters when the ledger cannot be written', async () => {
    // Prepare
    for (const number of ['PO-1', 'PO-2']) await dead(number, 'No article.');
    const deadLetters = { markDiscarded: () => Promise.reject(new Error('The table is being restored.')) };
    const ledger = { ...stage.ledger, deadLetters };
    // Act
    const report = await discard(request, { deadLetters: queue(), ledger });
    // Assess
    expect(report).toEqual({
      selected: 2,
      discarded: 0,
      failure: 'The table is being restored.',
    });
    expect(await stage.depths()).toMatchObject({ 'dead-letters': { visible: 2, hidden: 0 } });
  });

  it('says that there may be more when the first letter became visible before the last was taken', async () => {
    await dead('PO-1', 'No article.');
    const deadLetters = comingBack(queue());
    const report = await discard(request, { deadLetters, ledger: stage.ledger });
    expect(report).toMatchObject({
      discarded: 1,
      failure: expect.stringContaining('There are more letters'),
    });
  });

  it('says that letters remain when SQS does not remove them', async () => {
    // Prepare
    for (const number of ['PO-1', 'PO-2']) await dead(number, 'No article.');
    const stubborn = queue();
    const remove = stubborn.remove.bind(stubborn);
    stubborn.remove = async ([first, ...others]) => {
      await remove(others);
      return first ? [first] : [];
    };
    // Act
    const report = await discard(request, { deadLetters: stubborn, ledger: stage.ledger });
    // Assess
    expect(report).toMatchObject({ selected: 2, discarded: 1, failure: expect.stringContaining('again') });
    expect(await stage.depths()).toMatchObject({ 'dead-letters': { visible: 1, hidden: 0 } });
  });
});

describe('the search', () => {
  it.each([
    ['the product order’s number', 'PO-1/1'],
    ['the ERP order’s number', 'MO-PO-1/1'],
  ])('finds an order by %s', async (_, asked) => {
    await stage.ledger.orders.put(newOrder({ number: 'PO-1/1' }));
    const found = await visitor.get(`/search?${new URLSearchParams({ q: asked })}`);
    expect(found.headers.location).toBe('/order?number=PO-1%2F1');
  });

  it('finds the order of a recording', async () => {
    await plan(stage.ledger, 'PO-REC');
    const found = await visitor.get('/search?q=5KKoy7m6ms89mvrTg');
    expect(found.headers.location).toBe('/order?number=PO-REC');
  });

  it('offers the parts of a split order', async () => {
    for (const index of [1, 2]) {
      const number = `S-1/${index}`;
      const part = { index, of: 2, first: 'S-1/1', book: 'each' } as const;
      await stage.ledger.orders.put(
        newOrder({ number, erpOrder: { number: 'S-1', article: 'GEAR-01', amount: '5' }, part }),
      );
    }
    const { text } = await visitor.get('/search?q=S-1');
    expect(text).toContain('2 product orders of S-1');
  });

  it('says where to look for an order which the ledger does not know', async () => {
    const { text } = await visitor.get('/search?q=PO-GONE');
    expect(text).toContain('The ledger has no order');
    expect(linksOf(text, '/orders?list=day&q=PO-GONE')).toHaveLength(1);
    expect(linksOf(text, '/letters')).not.toEqual([]);
  });
});
