import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { loadIntegration } from '../../../../infra/build/load-configuration.ts';
import { previewsOf } from '../../../../infra/ops/map/preview.ts';
import type { Watermark } from '../../../../shared/model/orders.ts';
import { newSignal } from '../conformance/attempts.ts';
import { startPlant } from './plant.ts';

it('lists 5,000 lines in 11 calls, and loses none while 500 change and a transaction is open all the time', async () => {
  // Prepare
  const { books, faults, connect, numberOf, listed } = startPlant();
  const lines = Array.from({ length: 5000 }, () => books.plan({ itemNo: 'CHAIR', quantity: '5' }));
  await listed();
  const count = () => faults.calls().filter(({ url }) => url.includes('/orderLines')).length;
  faults.reset();
  await listed();
  const calls = count();
  const held = lines[17];
  if (!held) throw new Error('nothing was planned');

  // Act
  const commit = books.holdChange(held);
  const numbers: string[] = [];
  let watermark: Parameters<typeof listed>[0];
  let next = 0;
  for await (const page of connect().releasedOrders(undefined, newSignal())) {
    numbers.push(...page.orders.map(({ number }) => number));
    watermark = page.watermark;
    for (const line of lines.slice(next, next + 50)) books.stamp(line);
    next += 50;
  }
  commit();
  const further = await listed(watermark);

  // Assess
  expect(calls).toBe(11);
  const seen = new Set([...numbers, ...further.numbers]);
  expect(lines.filter((line) => !seen.has(numberOf(line)))).toEqual([]);
  expect(further.numbers).toContain(numberOf(held));
}, 60_000);

it('takes one call more than there are pages, however many orders there are and however short its pages', async () => {
  const few = fc.integer({ min: 1, max: 12 });
  const cases = fc.record({ orders: fc.nat(40), pageSize: few, largestPage: few, changed: fc.nat(40) });
  await fc.assert(
    fc.asyncProperty(cases, async ({ orders, pageSize, largestPage, changed }) => {
      // Prepare
      const { books, server, faults, line, numberOf, listed } = startPlant({ pageSize });
      server.largestPage = largestPage;
      const planned = Array.from({ length: orders }, () => line());
      const page = Math.min(pageSize, largestPage);
      const countListed = async (since?: Watermark) => {
        faults.reset();
        const { numbers, watermark } = await listed(since);
        const calls = faults.calls().filter(({ url }) => !url.includes('/oauth/')).length;
        return { calls, numbers, watermark: watermark ?? since };
      };

      // Act
      const all = await countListed();
      const again = await countListed(all.watermark);
      const touched = planned.slice(0, changed);
      for (const one of touched) books.stamp(one);
      const changes = await countListed(all.watermark);

      // Assess
      const pagesOf = (rows: readonly unknown[]) => Math.ceil(rows.length / page);
      expect(all).toMatchObject({ calls: 1 + pagesOf(planned), numbers: planned.map(numberOf) });
      expect(again).toMatchObject({ calls: 1, numbers: [] });
      expect(changes).toMatchObject({ calls: 1 + pagesOf(touched), numbers: touched.map(numberOf) });
    }),
  );
});

it('lists a change that was committed after a later one, once', async () => {
  // Prepare
  const { books, line, numberOf, listed } = startPlant();
  const [held, later] = [line(), line()];
  const { watermark: since } = await listed();
  const commit = books.holdChange(held);
  books.stamp(later);

  // Act
  const between = await listed(since);
  commit();
  const after = await listed(between.watermark ?? since);
  const again = await listed(after.watermark);

  // Assess
  expect(between.numbers).toEqual([]);
  expect(after.numbers).toEqual([numberOf(held), numberOf(later)]);
  expect(again.numbers).toEqual([]);
});

it('lists everything again, once, after a restore', async () => {
  const { books, line, numberOf, listed } = startPlant();
  const planned = [line(), line()];
  const { watermark } = await listed();
  books.restore(10);

  const restored = await listed(watermark);
  const next = await listed(restored.watermark);

  expect(restored.numbers).toEqual(planned.map(numberOf));
  expect(next.numbers).toEqual([]);
});

/** Row versions beyond 2^53, where a number of JSON loses its last digits. */
const farNumbers = (quote: '' | '"') => (body: string) =>
  body.replaceAll(
    /"(rowVersion|safeRowVersion)":(\d+)/g,
    (_, name, digits) => `"${name}":${quote}${2n ** 60n + BigInt(digits)}${quote}`,
  );

it('reads each digit of a row version that comes as a text', async () => {
  const { faults, line, numberOf, listed } = startPlant();
  const planned = line();
  faults.rewriteAnswers(farNumbers('"'));

  const { numbers, watermark } = await listed();

  expect(numbers).toEqual([numberOf(planned)]);
  expect(watermark?.id).toBe(`change ${2n ** 60n + BigInt(planned.rowVersion)}`);
});

it('lists nothing by a row version that may have lost digits', async () => {
  const { faults, line, listed } = startPlant();
  line();
  faults.rewriteAnswers(farNumbers(''));

  await expect(listed()).rejects.toMatchObject({
    scope: 'partner',
    message: expect.stringContaining('rowVersion'),
  });
});

it('lists by time behind a watermark that has no number of ours', async () => {
  const { books, line, numberOf, listed } = startPlant();
  const [old, recent] = [line(), line()];
  Object.assign(old, { modifiedAt: '2025-01-01T00:00:00.000Z' });
  books.stamp(recent);

  const { numbers } = await listed({ changedAt: '2025-06-01T00:00:00.000Z' });

  expect(numbers).toEqual([numberOf(recent)]);
});

it('follows no link to a further page, which may name another host', async () => {
  const { server, faults, line, numberOf, listed } = startPlant();
  server.largestPage = 1;
  const planned = [line(), line(), line()];

  const { numbers } = await listed();

  expect(numbers).toEqual(planned.map(numberOf));
  expect(faults.calls().filter(({ url }) => url.includes('skiptoken'))).toEqual([]);
});

it.each([
  ['its locations', { locations: ['MAIN', "O'HARE"] }, ['MAIN', "O'HARE"]],
  ['the top level', { planningLevels: 'top' as const }, ['MAIN', "O'HARE", 'OTHER']],
])('lists orders of %s only, and reads another one as not released', async (_, options, locations) => {
  // Prepare
  const { books, numberOf, connect, listed } = startPlant(options);
  const lines = ['MAIN', "O'HARE", 'OTHER'].map((location) =>
    books.plan({ itemNo: 'CHAIR', quantity: '5', location }),
  );
  const deep = books.plan({ itemNo: 'CHAIR', quantity: '5', location: 'OTHER', planningLevel: 1 });

  // Act
  const { numbers } = await listed();
  const read = await connect().readOrder?.({ number: numberOf(deep) }, newSignal());

  // Assess
  const expected = lines.filter(({ location }) => locations.includes(location)).map(numberOf);
  expect(numbers).toEqual(expected);
  expect(read?.state).toBe('other');
});

it('takes an empty date for none, and lists each line of an order', async () => {
  const { books, listed } = startPlant();
  const first = books.plan({ itemNo: 'CHAIR', quantity: '5', dueDate: '0001-01-01' });
  books.plan({ itemNo: 'CHAIR', quantity: '5', orderNo: first.orderNo });

  const { orders } = await listed();

  expect(orders.map(({ number }) => number)).toEqual(['RPO-1001/10000', 'RPO-1001/20000']);
  expect(orders[0]?.dueDate).toBeUndefined();
});

it.each(['0.9.0.0', '2.1.0.0'])('lists nothing of version %s of the extension', async (version) => {
  const { server, line, listed } = startPlant();
  line();
  server.extension = version;

  await expect(listed()).rejects.toMatchObject({
    scope: 'partner',
    message: expect.stringContaining(version),
  });
});

it('gives a mapping the values of an enum as people see them', async () => {
  const { faults, plan, connect } = startPlant();
  faults.rewriteAnswers((body) => body.replace('"sourceType":"Item"', '"sourceType":"Sales_x0020_Header"'));

  const order = await connect().readOrder?.(plan(), newSignal());

  expect(order?.attributes.sourceType).toBe('Sales Header');
});

/** What an order says of itself, besides its attributes. */
const ownFields = ['number', 'itemNo', 'quantity', 'unit', 'dueDate', 'status'];

it('names on its page, and has in its example, all that a mapping may read of an order, and nothing else', async () => {
  // Prepare
  const { plan, connect } = startPlant();
  const page = readFileSync('shared/erp/business-central/README.md', 'utf8');
  const [, paragraph = ''] = /\*\*What a mapping may read\*\*.*?`attributes`:(.*?)\n\n/s.exec(page) ?? [];

  // Act
  const order = await connect().readOrder?.(plan(), newSignal());

  // Assess
  const named = Array.from(paragraph.matchAll(/`(\w+)`/g), ([, name]) => name);
  const readable = Object.keys(order?.attributes ?? {}).filter((name) => !ownFields.includes(name));
  expect(named.sort()).toEqual(readable.sort());
  const sample = JSON.parse(readFileSync('plants/examples/business-central.order.json', 'utf8'));
  expect(Object.keys(sample.attributes).sort()).toEqual(readable.sort());
});

it.each([
  ['MAIN', [['parameter "Location"', '"MAIN"']]],
  // As an empty code comes.
  ['', []],
])('is mapped by the example, as npm run map shows it, at location %j', async (location, ofLocation) => {
  // Prepare
  const { line, numberOf, connect } = startPlant();
  const planned = line();
  Object.assign(planned, { location });
  const order = await connect().readOrder?.({ number: numberOf(planned) }, newSignal());
  const { integration } = await loadIntegration('plants/examples/business-central.config.ts', 'production');
  const { number, article, quantity, dueDate, attributes } = order ?? {};
  const saved = { number, article, quantity: quantity?.amount, unit: quantity?.unit, dueDate, attributes };

  // Act
  const [preview] = previewsOf(JSON.parse(JSON.stringify(saved)), integration);

  // Assess
  expect(preview?.mistakes).toEqual([]);
  expect(preview?.becomes[0]?.rows).toEqual([
    ['number', 'RPO-1001/10000'],
    ['article', 'CHAIR'],
    ['parameter "Quantity"', '5'],
    ...ofLocation,
    ['variants', '–'],
  ]);
});
