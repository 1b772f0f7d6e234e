import { marshall } from '@aws-sdk/util-dynamodb';
import { html } from 'hono/html';
import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { deadLetterKey } from '../../../shared/ledger/keys.ts';
import { concernFields } from '../../../shared/ledger/records/concerns.ts';
import { causes } from '../../../shared/model/causes.ts';
import { type Advice, adviceOnDeadLetters, adviceWithButtons } from '../../../shared/situation/advice.ts';
import { actorInWords } from '../../../shared/situation/words.ts';
import { plan, refuse } from '../../support/bookings.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { newOrder, splitOrder } from '../../support/orders.ts';
import { completion, nothing, webhookCall } from '../ops/replay/replay-run.ts';
import { enter, linksOf } from './asking.ts';
import { rowsOf } from './partners-stage.ts';
import { operator, persons, startStoreStage } from './store-stage.ts';

const stage = await forAllTests(startStoreStage());
const visitor = await enter(stage);
beforeEach(async () => {
  await stage.empty();
  stage.clock.advance(60);
});

const { dead, recorded } = stage;
/** A message that SQS itself or the webhook put there: the ledger does not know it. */
const unknown = (given: Partial<Parameters<typeof stage.store.put>[0]> = {}) =>
  stage.store.put({
    body: webhookCall({ query: 'number=PO-5' }),
    stage: 'receive-webhook',
    orderNumber: '',
    reason: 'No number.',
    cause: 'unreadable-message',
    messageId: 'm-unknown',
    ...given,
  });

/** Address of an action on the only group whose reason is on the page. */
async function action(name: 'replay' | 'discard', page = '/letters'): Promise<string> {
  return linksOf((await visitor.get(page)).text, `/letters/${name}?group=`)[0] ?? '';
}

describe('the page of dead letters', () => {
  it('groups them by reason without the order number, largest group first, with their orders', async () => {
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
    for (const number of ['PO-1', 'PO-2', 'PO-9'])
      expect(linksOf(text, '/order?')).toContain(`/order?number=${number}`);
  });

  it('takes no message: it comes from the ledger, also when somebody else holds the whole queue', async () => {
    await dead('PO-1', 'No article.');
    await stage.store.read('dead-letters');
    const { text } = await visitor.get('/letters');
    expect(text).toContain('No article.');
    expect(await stage.depths()).toMatchObject({ 'dead-letters': { visible: 0, hidden: 1 } });
  });

  it.each<[string, Advice]>(Object.entries(adviceOnDeadLetters))(
    'says who acts on %s and how, and suggests a replay only where nobody has to compare first',
    async (cause, { compareFirst = false, ...advice }) => {
      // Prepare
      await dead('PO-1', 'It is so.', { cause: z.parse(z.enum(causes), cause) });
      // Act
      const { text } = await visitor.get('/letters');
      const confirmation = (await visitor.get(await action('replay'))).text;
      // Assess
      expect(text).toContain(`<dd>${actorInWords(advice.who, persons)}</dd>`);
      expect(text).toContain(String(html`${adviceWithButtons(advice)}`));
      expect(text.includes('Compare before you replay')).toBe(compareFirst);
      expect(text.includes('class="button main" href="/letters/replay')).toBe(!compareFirst);
      expect(confirmation.includes('<button class="main">')).toBe(!compareFirst);
    },
  );

  it('lists a thousand in ten calls, the oldest of each cause, counts all of them, and says what it left out', async () => {
    // Prepare
    const letter = (n: number, cause: 'order-state' | 'conflict') => ({
      ...deadLetterKey(`MO/${n}`, `m-${n}`),
      messageId: `m-${n}`,
      orderNumber: `MO/${n}`,
      stage: 'book-completion',
      isDead: true,
      reason: `It is ${cause}.`,
      cause,
      v: 1,
      ...concernFields(
        { kind: 'dead-letter', partner: 'erp', cause },
        new Date(stage.clock.now().getTime() + n),
      ),
    });
    const many = Array.from({ length: 1100 }, (_, n) => letter(n, n < 3 ? 'conflict' : 'order-state'));
    await stage.writeAll(many.map((item) => ({ PutRequest: { Item: marshall(item) } })));
    const calls: string[] = [];
    stage.table.client.middlewareStack.add((next, { commandName = '' }) => (call) => {
      calls.push(commandName);
      return next(call);
    });
    // Act
    const { text } = await visitor.get('/letters');
    // Assess
    expect(text).toContain('1100 dead letters, of which 1000 are listed');
    expect(text).toContain('1097 completions cannot be booked in the ERP: order state');
    expect(text).toMatch(/997 dead letters · cause: order-state[\s\S]*3 dead letters · cause: conflict/);
    // Ten for the letters, and ten for their orders: one of those may be late.
    expect(calls.filter((name) => name === 'BatchGetItemCommand')).toHaveLength(20);
    const [some = ''] = linksOf(text, '/letters/some');
    expect((await visitor.get(some)).text).toContain('Choose some of the oldest 200');
  });
});

describe('an order of which several messages have failed for one reason', () => {
  const letters = () => stage.ledger.deadLetters.listOfOrder('PO-LATE');
  beforeEach(async () => {
    for (const messageId of ['m-1', 'm-2', 'm-3']) {
      await dead('PO-LATE', 'Waited too long.', {
        messageId,
        body: completion('PO-LATE'),
        stage: 'book-completion',
        cause: 'waited-too-long',
      });
      stage.clock.advance(60);
    }
  });

  it('is listed and counted once', async () => {
    const { text } = await visitor.get('/letters');
    expect(text).toContain('<p class="meta">1 dead letter · cause: waited-too-long');
    expect(text).not.toMatch(/belongs? to no order/);
    expect((await stage.situation()).deadLetters).toBe(1);
  });

  it('is replayed with all of them', async () => {
    const { text } = await visitor.send(await action('replay'));
    expect(text).toContain('Replayed 3 dead letters.');
    expect((await letters()).filter(({ isDead }) => isDead)).toEqual([]);
  });

  it('is discarded with all of them', async () => {
    const { text } = await visitor.send(await action('discard'), { note: 'Booked by hand' });
    expect(text).toContain('Discarded 3 dead letters.');
    expect((await letters()).filter(({ isDead }) => isDead)).toEqual([]);
  });
});

describe('dead letters that the ledger does not know', () => {
  it('are a count with a link that says what it does; the page takes none of them', async () => {
    // Prepare
    await dead('PO-1', 'No article.');
    await unknown();
    // Act
    const { text } = await visitor.get('/letters');
    // Assess
    expect(text).toContain('The queue has 1 message more: second copies, or calls that nobody could read.');
    expect(text).toContain('for a moment nobody else can replay');
    expect(text).not.toContain('No number.');
    expect(await stage.depths()).toMatchObject({ 'dead-letters': { visible: 2, hidden: 0 } });
  });

  it('are read from the queue when they are looked at, without those that the ledger knows, and given back', async () => {
    // Prepare
    await dead('PO-1', 'No article.');
    await dead('PO-2', 'It is over.');
    await stage.ledger.deadLetters.markSettled({ orderNumber: 'PO-2', messageId: 'm-PO-2' });
    await unknown();
    // Act
    const { text } = await visitor.get('/letters/unfiled');
    // Assess
    expect([...text.matchAll(/<h2 id="reason[^>]*>([^<]*)/g)].map(([, words]) => words)).toEqual([
      'No number.',
    ]);
    expect(await stage.depths()).toMatchObject({ 'dead-letters': { visible: 3, hidden: 0 } });
  });

  it('show their content without secrets and names of persons', async () => {
    // Prepare
    const body = JSON.stringify({ token: 'abc123', operator: 'An Peeters', productOrderNumber: 'PO-5' });
    await unknown({ body: webhookCall({ query: 'api_key=s3cret&number=PO-5', body }) });
    // Act
    const [page = ''] = linksOf((await visitor.get('/letters/unfiled')).text, '/letters/one');
    const { text } = await visitor.get(page);
    // Assess
    expect(text).toContain('PO-5');
    for (const secret of ['abc123', 's3cret', 'An Peeters']) expect(text).not.toContain(secret);
  });

  it('can be shown, too, where the ledger has one under no order', async () => {
    await dead('unknown', 'It cannot be read.', {
      body: '{"kind":"completion"}',
      messageId: 'm-0',
      cause: 'unreadable-message',
    });
    const [page = ''] = linksOf((await visitor.get('/letters')).text, '/letters/one');
    expect((await visitor.get(page)).text).toContain('&quot;kind&quot;: &quot;completion&quot;');
  });

  it('are counted where they are second copies, and removed with what is replayed', async () => {
    // Prepare: SQS has delivered one call twice
    const body = webhookCall({ query: 'number=PO-5' });
    for (let copy = 0; copy < 2; copy += 1) await unknown({ body, messageId: 'm-1' });
    // Act
    const { text } = await visitor.get('/letters/unfiled');
    const moved = await visitor.send(await action('replay', '/letters/unfiled'));
    // Assess
    expect(text).toContain('1 second copy of dead letters was read as well');
    expect(moved.text).toContain('Replayed 1 dead letter. 1 second copy removed with it.');
    expect(await stage.depths()).toMatchObject({ 'dead-letters': nothing, completions: { visible: 1 } });
  });

  it('can be replayed and discarded, with the reason kept', async () => {
    // Prepare: a call that is understood by now, and one that is not
    await unknown({ body: webhookCall({ query: 'number=PO-5' }), messageId: 'm-1' });
    await unknown({ body: webhookCall({ query: '' }), messageId: 'm-2' });
    // Act
    const moved = await visitor.send(await action('replay', '/letters/unfiled'));
    const gone = await visitor.send(await action('discard', '/letters/unfiled'), { note: 'Nobody knows it' });
    // Assess
    expect(moved.text).toContain('Replayed 1 dead letter.');
    expect(gone.text).toContain('Discarded 1 dead letter.');
    expect(await stage.depths()).toMatchObject({ 'dead-letters': nothing, completions: { visible: 1 } });
    const kept = (await stage.ledger.journeys.readJourney('unknown')).findLast(
      ({ event }) => event === 'discarded',
    );
    expect(kept?.note).toContain('Nobody knows it');
  });
});

it('shows booking, figures and who was called last of a completion that was refused, and the journey shows its lots and no texts', async () => {
  // Prepare
  const refusal = { reason: 'The period is closed.', cause: 'refused-by-erp' } as const;
  await refuse(stage.ledger, 'PO-F', await plan(stage.ledger, 'PO-F'), refusal);
  await dead('PO-F', refusal.reason, {
    body: completion('PO-F'),
    stage: 'book-completion',
    about: { booking: 'id of PO-F#quantity', figures: '5 u good, lots L-1, L-2' },
    partner: 'erp',
  });
  // Act
  const letter = (await visitor.get('/letters/one?letter=m-PO-F')).text;
  const journey = (await visitor.get('/order?number=PO-F')).text;
  // Assess
  expect(letter).toContain('<dd><code>id of PO-F#quantity</code></dd>');
  expect(letter).toContain('<dd>5 u good, lots L-1, L-2</dd>');
  expect(letter).toContain('<dt>Called last</dt><dd>The ERP</dd>');
  expect(journey).toContain('<dt>Refused</dt><dd>5 u good, 1 u scrap, lots L-1, L-2, 1 note, 1 link</dd>');
  expect(journey).not.toMatch(/Peeters|photo/);
});

describe('some of a group', () => {
  /** Address of the page on which some of the only group are chosen. */
  const choosing = async () => linksOf((await visitor.get('/letters')).text, '/letters/some')[0] ?? '';
  const choose = async (...fields: [name: string, value: string][]) =>
    visitor.post('/letters/choose', (await visitor.get(await choosing())).text, fields);

  it('are chosen by checkboxes: nothing is done before the confirmation, and the others stay', async () => {
    // Prepare
    for (const number of ['PO-1', 'PO-2', 'PO-3']) await dead(number, 'No article.');
    // Act
    const asked = await choose(['action', 'replay'], ['letter', 'm-PO-1'], ['letter', 'm-PO-3']);
    const before = await stage.depths();
    const { text } = await visitor.post('/letters/replay', asked.text, []);
    // Assess
    expect(asked.text).toMatch(/Replay 2 dead letters[\s\S]*>PO-1<[\s\S]*>PO-3</);
    expect(before).toMatchObject({ 'dead-letters': { visible: 3 }, 'product-orders': nothing });
    expect(text).toContain('Replayed 2 dead letters.');
    expect((await stage.depths())['product-orders'].visible).toBe(2);
    expect(await stage.ledger.deadLetters.listOfOrder('PO-2')).toMatchObject([{ isDead: true }]);
  });

  it('can be discarded, with a reason', async () => {
    for (const number of ['PO-1', 'PO-2']) await dead(number, 'No article.');
    const asked = await choose(['action', 'discard'], ['letter', 'm-PO-2']);
    const { text } = await visitor.post('/letters/discard', asked.text, [['note', 'Typed by hand']]);
    expect(text).toContain('Discarded 1 dead letter.');
    expect(await stage.ledger.deadLetters.listOfOrder('PO-1')).toMatchObject([{ isDead: true }]);
  });

  it('are compared by article, ordered and built figures, and links to their order and to both partners', async () => {
    // Prepare
    const number = 'MO/77';
    const refusal = { reason: 'The ERP has 3 u, and 5 u were built.', cause: 'booked-otherwise' } as const;
    await stage.ledger.orders.create(
      newOrder({ number, erpOrder: { number, article: 'GEAR-07', amount: '6', unit: 'u' } }),
    );
    await stage.ledger.erpOrders.writeVersion(
      splitOrder(number, 1, {
        book: 'each',
        erpOrder: { number, article: 'GEAR-07', amount: '6', unit: 'u' },
      }),
    );
    await refuse(stage.ledger, number, await plan(stage.ledger, number, `m-${number}`), refusal);
    await dead(number, refusal.reason, {
      body: completion(number),
      stage: 'book-completion',
      cause: refusal.cause,
    });
    // Act
    const { text } = await visitor.get(await choosing());
    const row = rowsOf(text).find(([first]) => first === number) ?? [];
    // Assess
    expect(text).toContain('<h2>The ERP has 3 u, and 5 u were built.</h2>');
    expect(row.slice(0, 5).map((cell) => cell.replace(/\s+/g, ' '))).toEqual([
      'MO/77',
      'GEAR-07',
      '6 u',
      expect.stringMatching(/^\d\d:\d\d$/),
      expect.stringMatching(/^5 u good, 1 u scrap/),
    ]);
    for (const page of ['/order?', '/order/now?'])
      expect(linksOf(text, page)).toEqual([`${page}number=MO%2F77`]);
  });

  it('are asked for when none is ticked', async () => {
    for (const number of ['PO-1', 'PO-2']) await dead(number, 'No article.');
    expect((await choose(['action', 'replay'])).text).toContain('tick at least one dead letter');
  });
});

describe('replay', () => {
  it('sends the chosen group of one function after the confirmation, leaves the others, and is signed', async () => {
    // Prepare
    await stage.ledger.orders.create(newOrder({ number: 'PO-S' }));
    for (const number of ['PO-S', 'PO-2']) await dead(number, 'No article.');
    await dead('PO-3', 'Something else.');
    await dead('PO-4', 'No article.', { body: completion('PO-4'), stage: 'book-completion' });
    const page = await action('replay');
    // Act
    const asked = (await visitor.get(page)).text;
    const before = await stage.depths();
    const { text } = await visitor.send(page);
    // Assess
    expect(asked).toMatch(/Replay 2 dead letters[\s\S]*product-orders/);
    expect(before).toMatchObject({ 'dead-letters': { visible: 4, hidden: 0 }, 'product-orders': nothing });
    expect(text).toContain('Replayed 2 dead letters.');
    expect(await stage.depths()).toMatchObject({
      'dead-letters': { visible: 2, hidden: 0 },
      'product-orders': { visible: 2 },
    });
    const replayed = (await stage.ledger.journeys.readJourney('PO-S')).find(
      ({ event }) => event === 'replayed',
    );
    expect(replayed?.note).toContain(`(signed by ${operator})`);
  });

  it('says that there is nothing to replay when somebody else was faster', async () => {
    await dead('PO-1', 'No article.');
    const page = await action('replay');
    await stage.empty();
    expect((await visitor.get(page)).text).toContain('There is nothing to replay');
  });

  it('says which letters the queue does not have any more, and what to do', async () => {
    await dead('PO-1', 'No article.');
    await recorded('PO-2');
    const { text } = await visitor.send(await action('replay'));
    expect(text).toMatch(
      /Replayed 1 dead letter\. The queue does not have 1 more dead letter[\s\S]*npm run replay -- --order &lt;number&gt; --local/,
    );
    expect(await stage.ledger.deadLetters.listOfOrder('PO-2')).toMatchObject([{ isDead: true }]);
  });
});
