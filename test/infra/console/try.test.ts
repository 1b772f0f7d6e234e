import { describe, expect, it, onTestFinished } from 'vitest';
import { samples } from '../../../infra/ops/map/read-sample.ts';
import { book, bookingPlan, plannedBooking, refuse } from '../../support/bookings.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { newOrder } from '../../support/orders.ts';
import { enter, hiddenFieldsOf } from './asking.ts';
import { rowsOf, startPartnersStage } from './partners-stage.ts';
import { startStoreStage } from './store-stage.ts';

const stage = await forAllTests(startPartnersStage());
const visitor = await enter(stage);
const { ledger, erpSide, azumutaSide } = stage;

/** What the page shows for a form that was sent. */
async function tried(filled: Readonly<Record<string, string>>) {
  const { status, text } = await visitor.send('/try', filled);
  const [field = ''] = /<textarea[\s\S]*<\/textarea>/.exec(text) ?? [];
  return { status, text: text.replace(field, ''), field, rows: rowsOf(text) };
}
const pasted = (json: unknown) => tried({ sample: JSON.stringify(json) });

/** An order that the ERP has released; the ledger has it as an earlier mapping made it. */
async function releasedAndSent() {
  const [order] = erpSide.release({ product: 'GEAR-01', quantity: 5, customer: 'De Smet Machines' });
  if (!order) throw new Error('Nothing was released.');
  const { number } = order;
  const draft = { number, article: 'GEAR-01', parameters: { Quantity: '5' }, variants: [] };
  await ledger.orders.create(
    newOrder({ number, draft, erpOrder: { number, article: 'GEAR-01', amount: '5' } }),
  );
  return { number, draft };
}

describe('an order', () => {
  it('that was pasted is shown as it would be sent, next to what was sent, with each difference in words', async () => {
    // Prepare
    const unknown = await pasted(samples.order);
    await ledger.orders.create(newOrder({ number: 'MO/0042', mappedBy: '1234abcd' }));

    // Act
    const { text, rows } = await pasted(samples.order);

    // Assess
    expect(rows).toContainEqual(['Field', 'The mapping makes', 'To be sent to Azumuta', 'Difference']);
    expect(rows).toContainEqual(['article', 'GEAR-01', 'GEAR-01', '']);
    expect(rows).toContainEqual(['parameter "Quantity"', '5', '"5"', 'differs']);
    expect(rows).toContainEqual([
      'parameter "Customer name"',
      expect.stringContaining('Söhne'),
      '',
      'differs',
    ]);
    expect(unknown.text).toContain('The ledger has nothing to compare it with.');
    expect(text).toContain('2 differences from what the ledger has');
    expect(text).toContain('made by version 1234abcd of the configuration');
    expect(text).toContain('<code>plants/ghent.config.ts</code> on this machine');
  });

  it('of the ERP is read live by its number, and nothing is written anywhere', async () => {
    // Prepare
    const { number } = await releasedAndSent();
    const before = await ledger.journeys.readJourney(number);

    // Act
    const { rows } = await tried({ from: 'erp', number: ` ${number} ` });

    // Assess
    expect(rows).toContainEqual(['parameter "Customer name"', '"De Smet Machines"', '', 'differs']);
    expect(rows).toContainEqual(['attributes.customer', '"De Smet Machines"']);
    expect(await ledger.journeys.readJourney(number)).toEqual(before);
    expect(azumutaSide.productOrders().filter((order) => order.number === number)).toEqual([]);
    expect(erpSide.orders().find((order) => order.number === number)).toMatchObject({ azumutaId: null });
  });

  it('of the ERP is read by its number where the ledger knows an earlier one of that number', async () => {
    const [order] = erpSide.release({ product: 'GEAR-01', quantity: 5, customer: 'De Smet Machines' });
    const number = order?.number ?? '';
    const earlier = { number, id: 'of an earlier order', article: 'GEAR-01', amount: '5' };
    await ledger.orders.create(newOrder({ number, erpOrder: earlier }));
    const { rows } = await tried({ from: 'erp', number });
    expect(rows).toContainEqual(['attributes.customer', '"De Smet Machines"']);
  });

  it('of the ERP is read by the number of its product order, where that has another one', async () => {
    const [order] = erpSide.release({ product: 'GEAR-01', quantity: 5, customer: 'De Smet Machines' });
    const erpOrder = { number: order?.number ?? '', article: 'GEAR-01', amount: '5' };
    await ledger.orders.create(newOrder({ number: 'GH-77', erpOrder }));
    const { rows } = await tried({ from: 'erp', number: 'GH-77' });
    expect(rows).toContainEqual(['attributes.customer', '"De Smet Machines"']);
  });

  it('that is cancelled is shown all the same, and it is said that nothing would be sent', async () => {
    const { number } = await releasedAndSent();
    erpSide.cancel(number);
    const { text, rows } = await tried({ from: 'erp', number });
    expect(rows).toContainEqual(['article', 'GEAR-01', 'GEAR-01', '']);
    expect(text).toContain(`The flows would send nothing of ${number}:`);
    expect(text).toContain('the ERP order is not released now');
  });

  it.each(['erp', 'azumuta'])('that %s does not have is a sentence', async (from) => {
    const { status, text } = await tried({ from, number: 'MO/9999' });
    expect(status).toBe(200);
    expect(text).toMatch(/role="alert">(The ERP has no order|Azumuta has no product order) MO\/9999/);
  });

  it('with mistakes shows each with its field, and a list is shown in part', async () => {
    // Prepare
    const wrong = { ...samples.order, article: 7, colour: 'red' };
    const list = [
      wrong,
      ...Array.from({ length: 30 }, (_, at) => ({ ...samples.order, number: `MO/${at}` })),
    ];

    // Act
    const { text } = await pasted(list);

    // Assess
    expect(text).toContain('$[0].article: found number, expected string');
    expect(text).toContain('$[0]: found object, expected none of the fields colour');
    expect(text).toContain('11 further samples not shown');
  });
});

describe('a completion', () => {
  /** Completed in Azumuta with 4 good and 1 scrapped, by somebody; booked otherwise, from the same recordings. */
  async function completedAndPlanned(parts = [1]) {
    const { number, draft } = await releasedAndSent();
    const { id } = await stage.createInAzumuta(draft);
    const done = azumutaSide.complete(number, { quantity: 4, scrap: 1, operator: 'An Peeters' });
    const planned = plannedBooking({
      key: `${id}#quantity`,
      productOrder: { id, number },
      erpOrder: { number },
      parts,
      recordingIds: done.recordings.map((one) => one.id),
    });
    const figures = { good: { amount: '5' }, lots: 0, notes: done.recordings.length, links: 0 };
    const { content: _, ...plan } = bookingPlan({ planned, figures, configuration: 'abcd1234' });
    await ledger.bookings.planOnly(number, plan, {});
    return { number, plan, recordings: String(done.recordings.length) };
  }

  it('is read live with its recordings, and compared with the figures that were booked', async () => {
    // Prepare
    const { number, plan, recordings } = await completedAndPlanned();
    await book(ledger, number, plan);

    // Act
    const { text, rows } = await tried({ from: 'azumuta', number });

    // Assess
    expect(rows).toContainEqual(['Field', 'The mapping makes', 'Booked', 'Difference']);
    const [makes, booked] = [/^4 good, 1 scrap/, /^5 good/].map((figures) => expect.stringMatching(figures));
    expect(rows).toContainEqual(['figures', makes, booked, 'differs']);
    expect(rows).toContainEqual(['recordings', recordings, recordings, '']);
    expect(text).toContain('made by version abcd1234 of the configuration');
  });

  it('that was refused is compared with what was to be booked', async () => {
    const { number, plan } = await completedAndPlanned();
    await refuse(ledger, number, plan, { reason: 'The period is closed', cause: 'refused-by-erp' });
    const { rows } = await tried({ from: 'azumuta', number });
    expect(rows).toContainEqual(['Field', 'The mapping makes', 'Refused', 'Difference']);
    expect(rows).toContainEqual([
      'figures',
      expect.stringMatching(/^4 good/),
      expect.stringMatching(/^5 good/),
      'differs',
    ]);
  });

  it('of one part of several that were booked as one is shown with the figures of all', async () => {
    const { number, plan } = await completedAndPlanned([1, 2]);
    await book(ledger, number, plan);
    const { text, rows } = await tried({ from: 'azumuta', number });
    expect(rows).toContainEqual(['good quantity', '4']);
    expect(text).toMatch(/Booked together with 1 other part, as one: 5 good, \d notes?\./);
  });

  it('has no names of operators, read live or pasted, although the mapping asks for them, and says so', async () => {
    const { number } = await completedAndPlanned();
    const [first, ...others] = samples.completion.recordings;
    const signed = {
      ...first,
      steps: [...(first?.steps ?? []), { name: 'Signed off', value: 'An Peeters' }],
    };
    const sample = { ...samples.completion, recordings: [signed, ...others] };
    for (const { text } of [await tried({ from: 'azumuta', number }), await pasted(sample)]) {
      expect(text).toContain('Built by nobody');
      expect(text).not.toContain('An Peeters');
      expect(text).toContain('they are left out here');
    }
  });

  it('that is not completed yet is shown, and it is said that nothing would be sent', async () => {
    const { number, draft } = await releasedAndSent();
    await stage.createInAzumuta(draft);
    const { text } = await tried({ from: 'azumuta', number });
    expect(text).toContain('no step');
    expect(text).toContain('Azumuta says that it is not completed');
  });
});

describe('a paste', () => {
  const order = (bytes: number) => ({ ...samples.order, attributes: { text: 'ä'.repeat(bytes / 2) } });

  it('of 250,000 characters works, as the page sends it and coded as other forms', async () => {
    // Prepare
    const sample = JSON.stringify({ ...samples.order, attributes: { text: '"'.repeat(124_000) } });
    const { formKey = '' } = hiddenFieldsOf((await visitor.get('/try')).text);
    const body = new FormData();
    for (const [name, value] of Object.entries({ formKey, sample })) body.set(name, value);
    const headers = { cookie: visitor.cookie, origin: stage.origin };

    // Act
    const coded = await tried({ sample });
    const whole = await fetch(`${stage.origin}/try`, { method: 'POST', headers, body });

    // Assess
    for (const rows of [coded.rows, rowsOf(await whole.text())])
      expect(rows).toContainEqual(['attributes.text', expect.stringMatching(/^"+…$/)]);
  });

  it('that is larger, or no JSON, is a sentence, and the text stays in its field', async () => {
    const large = await pasted(order(600_000));
    const broken = await tried({ sample: '{ "number": "MO/1", <b> }' });
    expect(large.text).toContain('at most 262144 are possible');
    expect(broken.text).toContain('What was pasted is not JSON:');
    expect(broken.field).toMatch(/>\n\{ &quot;number&quot;: &quot;MO\/1&quot;, &lt;b&gt; \}/);
  });

  it('shows no secret of an attribute, and no character that nobody sees', async () => {
    const attributes = { customer: 'A\u202eB', erp: { apiKey: 'pa55', url: 'https://an:pa55@erp.example' } };
    const { text } = await pasted({ ...samples.order, attributes });
    expect(text).not.toContain('pa55');
    expect(text).toContain('A[U+202E]B');
  });

  it('may begin with a sample', async () => {
    const { text } = await visitor.get('/try?sample=completion');
    expect(text).toContain('&quot;Assemble bevel gear&quot;');
  });
});

it('says in a sentence why the configuration does not load', async () => {
  const other = await startStoreStage();
  onTestFinished(other.stop);
  const { status, text } = await (await enter(other)).get('/try');
  expect(status).toBe(200);
  expect(text).toContain('plants/none.config.ts: there is no such file.');
});
