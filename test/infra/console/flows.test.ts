import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { removedConcern } from '../../../shared/ledger/records/concerns.ts';
import { flowNames } from '../../../shared/ledger/records/pauses.ts';
import { PartnerDown } from '../../../shared/model/errors.ts';
import { capitalized } from '../../../shared/model/text.ts';
import { productOrderMessage } from '../../../shared/orders/messages.ts';
import { flows } from '../../../shared/situation/pauses.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { newOrder } from '../../support/orders.ts';
import { completion } from '../ops/replay/replay-run.ts';
import { enter, linksOf } from './asking.ts';
import { operator, startStoreStage } from './store-stage.ts';

const stage = await forAllTests(startStoreStage());
const visitor = await enter(stage);

it('reads the counts of each queue without taking a message', async () => {
  // Prepare
  const { store } = stage;
  const put = (queue: 'product-orders' | 'completions', MessageBody: string) =>
    store.sqs.send(new SendMessageCommand({ QueueUrl: store.url(queue), MessageBody }));
  await put('product-orders', productOrderMessage('PO-1'));
  await put('product-orders', productOrderMessage('PO-2'));
  await put('completions', completion('PO-3'));
  await store.read('completions');
  await store.put({ body: productOrderMessage('PO-4'), orderNumber: 'PO-4' });

  // Act
  const status = await stage.situation();

  // Assess
  expect(status.queues).toMatchObject({
    'product-orders': { waiting: 2, underWay: 0 },
    completions: { waiting: 0, underWay: 1 },
  });
  expect(status.deadLetters).toBe(1);
  expect(await stage.depths()).toMatchObject({ 'product-orders': { visible: 2, hidden: 0 } });
});

it('shows one box for what is to be booked, and that bookings are paused', async () => {
  await stage.ledger.pauses.pauseFlow('bookings');
  const { text } = await visitor.get('/flows');
  await stage.ledger.pauses.resumeFlow('bookings');
  expect(
    [...text.matchAll(/class="node queue[^>]*>\s*<p class="name"><a [^>]*>([^<]*)/g)].map(([, name]) => name),
  ).toEqual(['To be created', 'To be booked']);
  expect(text).toContain('<strong>bookings paused</strong>: book-completion');
  expect(text).toMatch(/id="trouble-paused-bookings"[\s\S]*name="flow" value="bookings"><button>Resume</);
});

it('says that everything works only while nothing is open about any order', async () => {
  // Prepare
  const { concerns } = stage.ledger;
  await stage.empty();
  await stage.ledger.orders.create(newOrder({ number: 'PO-7' }));

  // Act
  await concerns.begin('PO-7', removedConcern);
  const flows = (await visitor.get('/flows')).text;
  const today = (await visitor.get('/')).text;
  const order = (await visitor.get('/order?number=PO-7')).text;
  await concerns.end('PO-7', removedConcern, 'It is there again.');
  const { troubles } = await stage.situation();

  // Assess
  expect(flows).not.toContain('Everything works.');
  expect(flows).toContain('<a href="/#needs">1 thing for a person</a>');
  expect(today).not.toContain('Everything works.');
  expect(linksOf(today, '/orders?list=concerns&')).toEqual(['/orders?list=concerns&kind=removed']);
  expect(order).toContain('If it was built, book it in the ERP by hand.');
  expect(order).toMatch(/badge needs-a-person[\s\S]*badge removed/);
  expect(troubles.filter(({ kind }) => kind === 'removed')).toEqual([]);
});

it('shows since when a partner is down in the time zone of the plant, why, and what to do', async () => {
  // Prepare
  const refused = new PartnerDown('The ERP <refused> the credentials (401)', { unauthorized: true });
  await stage.ledger.breaker.recordFailure('erp', refused, 'call', 'owner');
  stage.clock.advance(90);
  // Act
  const { text } = await visitor.get('/flows');
  // Assess
  expect(text).toContain('The ERP refuses our login (for 90 s)');
  expect(text).toContain('The ERP &lt;refused&gt; the credentials (401).');
  expect(text).toContain('npm run secrets -- set erp-credentials --local');
  expect(text).toContain('Set the right credentials first');
  expect(text).toMatch(/down since <time datetime="2026-11-24T08:00:00.000Z"[^>]*>09:00:00<\/time>/);
  expect(text).toContain('times in Europe/Brussels');
});

describe('what a person can do', () => {
  it.each(flowNames)(
    'pauses and resumes by button, after a confirmation that does nothing: %s',
    async (flow) => {
      // Prepare
      const does = capitalized(flows[flow].does);

      // Act
      const page = `/flows/pause?flow=${flow}`;
      const asked = await visitor.get(page);
      const before = await stage.ledger.pauses.readPaused();
      const paused = await visitor.send(page, { because: 'stock-taking', hours: '4' });
      const during = await stage.ledger.pauses.readPaused();
      const resumed = await visitor.post('/flows/resume', asked.text, []);
      const after = await stage.ledger.pauses.readPaused();

      // Assess
      expect(linksOf(paused.text, '/flows/pause')).not.toContain(page);
      expect(before).toEqual({});
      const note = `stock-taking (signed by ${operator})`;
      expect(paused.text).toMatch(new RegExp(`${does} is paused\\.[\\s\\S]*${does}: <strong>paused`));
      expect(paused.text).toMatch(
        /planned until <time[^>]*>[\d:]+<\/time>: stock-taking \(signed by an\.peeters\)/,
      );
      const since = stage.clock.now();
      expect(during).toEqual({ [flow]: { since, note, until: new Date(since.getTime() + 4 * 3_600_000) } });
      expect(resumed.text).toContain(`${does} is resumed.`);
      expect(after).toEqual({});
    },
  );

  it('pauses until a day begins at the plant, by the date of the form', async () => {
    // Act
    const paused = await visitor.send('/flows/pause?flow=orders', {
      because: 'closed for Christmas',
      until: '2026-12-21',
    });
    const during = await stage.ledger.pauses.readPaused();
    await stage.ledger.pauses.resumeFlow('orders');

    // Assess
    const until = new Date('2026-12-20T23:00:00.000Z');
    expect(during.orders).toMatchObject({ until, ends: 'by itself' });
    expect(paused.text).toMatch(/, ends by itself <time datetime="2026-12-20T23:00:00.000Z"/);
    expect(paused.text).toContain('It ends by itself on 2026-12-21 00:00.');
  });

  it.each([
    ['has passed', '2026-11-01', '&quot;2026-11-01&quot; has passed: say a date or a time to come'],
    ['is years away', '2029-08-16', 'is more than a year away'],
  ])('pauses nothing until a date that %s, and says so', async (_, until, says) => {
    const { text } = await visitor.send('/flows/pause?flow=orders', { because: 'closed for long', until });
    expect(text).toContain(says);
    expect(await stage.ledger.pauses.readPaused()).toEqual({});
  });

  it('pauses nothing without a reason, and says so', async () => {
    const { text } = await visitor.send('/flows/pause?flow=orders', { because: ' no ' });
    expect(text).toContain('Nothing was done. Say in 5 to 500 characters why');
    expect(await stage.ledger.pauses.readPaused()).toEqual({});
  });

  it('has the next message try a partner that is down, once, and says that SQS keeps others hidden', async () => {
    // Prepare
    const { breaker } = stage.ledger;
    const down = new PartnerDown('The ERP is away (503)', { unauthorized: true });
    await breaker.recordFailure('erp', down, 'call', 'one');
    const { text } = await visitor.get('/flows');

    // Act
    const tried = await visitor.post('/flows/try', text, [['partner', 'erp']]);
    const permits = [await breaker.permit('erp', 'two'), await breaker.permit('erp', 'three')];
    const again = await visitor.post('/flows/try', text, [['partner', 'erp']]);
    await breaker.recordSuccess('erp', 'probe', 'two');
    const over = (await visitor.get('/flows')).text;

    // Assess
    expect(text).toContain('SQS keeps messages hidden that wait for their own next attempt');
    expect(text).not.toContain('Set the right credentials first');
    expect(tried.text).toContain('The next message tries the ERP at once.');
    expect(permits).toMatchObject(['probe', { seconds: expect.any(Number) }]);
    expect(again.text).toContain('is being tried at this moment');
    expect(over).not.toContain('action="/flows/try"');
  });
});

// This is the last test, because it stops the stores.
it('shows a sentence without a stack trace when the stack does not answer', async () => {
  // Prepare
  await stage.store.stop();
  // Act
  const { status, text } = await visitor.get('/flows');
  // Assess
  expect(status).toBe(502);
  expect(text).toContain('The platform on this machine does not answer.');
  expect(text).not.toMatch(/\bat \w+ \(|node_modules|ECONNREFUSED/);
});
