import { describe, expect, it } from 'vitest';
import { previewLines, previewsOf } from '../../../../infra/ops/map/preview.ts';
import { samples } from '../../../../infra/ops/map/read-sample.ts';
import { defineIntegration, type Integration } from '../../../../shared/integration/define.ts';
import { planned, recorded, recordedAll } from '../../../../shared/integration/mapping/recorded.ts';
import { noErp } from '../../../support/no-erp.ts';

const learnedAt = '2026-12-17T15:00:00.000Z';

function previews(json: unknown, given: Partial<Integration> = {}) {
  const completions = { quantity: planned, ...given.completions };
  const plant = { plant: 'test', timeZone: 'Europe/Brussels', erp: noErp };
  const integration = defineIntegration({ ...plant, ...given, completions });
  return previewsOf(json, integration, learnedAt);
}

describe('previewing an order', () => {
  it('shows it, and the product order that it becomes', () => {
    // Act
    const [preview] = previews(samples.order, {
      productOrders: {
        parameters: (order) => ({ 'Customer name': String(order.attributes.customer) }),
        variants: (order) => [String(order.attributes.side)],
      },
    });

    // Assess
    expect(preview && previewLines(preview)).toEqual([
      'ERP order',
      'number               MO/0042',
      'article              GEAR-01',
      'id                   42',
      'dueDate              2026-12-18',
      'quantity             5 u',
      'attributes.customer  "Müller & Söhne"',
      'attributes.side      "Left"',
      'attributes.atex      true',
      '',
      '→ Product order in Azumuta',
      'number                      MO/0042',
      'article                     GEAR-01',
      'parameter "Customer name"   "Müller & Söhne"',
      'variants                    Left',
      '',
    ]);
  });

  it('shows the first parts of a split order, and how many more there are', () => {
    const [preview] = previews(samples.order, { productOrders: { split: { per: 'unit', book: 'each' } } });
    expect(preview?.becomes.map(({ title }) => title)).toEqual(
      [1, 2, 3, 4, 5].map((part) => `Product order in Azumuta (${part} of 5)`),
    );
    expect(preview && previewLines(preview)).toContain('… and 2 more');
  });

  it('names every mistake of the mapping at once, each with its field', () => {
    // Act
    const [preview] = previews(samples.order, {
      productOrders: {
        number: () => '',
        article: () => {
          throw new Error('no such table');
        },
        // A configuration in JavaScript, or a value from outside, can do what types forbid.
        parameters: () => ({ Quantity: JSON.parse('[5]') }),
        // This order has no colour.
        variants: ({ attributes }) => [String(attributes.colour)],
      },
    });

    // Assess
    expect(preview?.mistakes).toEqual([
      'Mapping productOrders.number gave something wrong for MO/0042: found empty text, expected another text: it is empty.',
      'Mapping productOrders.article failed for MO/0042: no such table',
      'Mapping productOrders.parameters gave something wrong for MO/0042: $.Quantity: found a list, expected a text or a number of at most 9007199254740991 or true or false.',
      'Mapping productOrders.variants gave something wrong for MO/0042: $[0]: found string, expected another text: it reads "undefined", as a field without a value does when it is made text: leave it out, or say what stands in its place.',
    ]);
    expect(preview && previewLines(preview).join('\n')).toContain('4 mistakes: nothing would be sent.');
  });

  it('names each invalid field of an order, in a list with valid orders', () => {
    const [good, bad] = previews([
      samples.order,
      { ...samples.order, article: 7, quantity: '-1', colour: 'red' },
    ]);
    expect(good?.mistakes).toEqual([]);
    expect(bad?.mistakes).toEqual([
      '$[1].article: found number, expected string',
      '$[1].quantity: found string, expected a decimal above 0, as text ("12.5") or a number',
      '$[1]: found object, expected none of the fields colour',
    ]);
  });

  it('leaves out an order that the configuration does not accept', () => {
    const [preview] = previews(samples.order, { productOrders: { accept: () => false } });
    expect(preview).toMatchObject({ becomes: [], mistakes: [], leftOut: expect.stringContaining('accept') });
  });
});

describe('previewing a completion', () => {
  const completions: Integration['completions'] = {
    quantity: (completed) => recorded(completed, 'Good quantity') ?? 1,
    scrap: (completed) => recorded(completed, 'Scrap quantity'),
    lots: (completed) => recordedAll(completed, 'Serial number'),
  };

  it('shows the booking: quantity, scrap, lots, notes and links', () => {
    const [preview] = previews(samples.completion, { completions });
    expect(preview?.becomes[0]).toMatchObject({ title: 'Booking in the ERP (none)' });
    expect(preview?.becomes[0]?.rows).toEqual(
      expect.arrayContaining([
        ['ERP order', 'MO/0042'],
        ['good quantity', '4'],
        ['scrap', '1'],
        ['finishes the order', 'yes'],
        ['lot or serial', 'SN-000042'],
      ]),
    );
  });

  it('says that a booking does not finish its order, where the configuration says so', () => {
    const [preview] = previews(samples.completion, { completions: { ...completions, final: () => false } });
    expect(preview?.becomes[0]?.rows).toContainEqual(['finishes the order', 'no, more is to come']);
  });

  it('shows an amendment without a quantity', () => {
    const [preview] = previews({ ...samples.completion, kind: 'amendment' }, { completions });
    const fields = preview?.becomes[0]?.rows.map(([field]) => field);
    expect(preview?.becomes[0]?.title).toMatch(/^Amendment/);
    expect(fields).not.toContain('good quantity');
    expect(fields).toContain('note');
  });

  it("shows operators' names only where the configuration asks for them", () => {
    const shown = (includeOperators: boolean) =>
      JSON.stringify(previews(samples.completion, { completions: { includeOperators } }));
    expect(shown(false)).not.toContain('An Peeters');
    expect(shown(true)).toContain('An Peeters');
  });

  it('shows the booking of one without a planned quantity, and why a parameter that it does not need cannot be understood', () => {
    // Prepare
    const { productOrder, recordings } = samples.completion;
    const photo = { key: 'Photo', value: { href: 'photo.jpg' } };
    const sample = { productOrder: { ...productOrder, parameters: [photo] }, recordings };

    // Act
    const [preview] = previews(sample, { completions });

    // Assess
    expect(preview?.mistakes).toEqual([]);
    expect(preview?.becomes[0]?.rows).toContainEqual(['good quantity', '4']);
    const [, shown] = preview?.from.rows.find(([field]) => field === 'parameters.Photo') ?? [];
    expect(shown).toContain('azumuta.contract');
  });

  it('names every mistake of the mapping, and the path of each invalid field', () => {
    const [mapped] = previews(samples.completion, {
      completions: { quantity: () => 'four', scrap: () => -1 },
    });
    const [misshapen] = previews({ productOrder: { number: 'MO/1' }, recordings: [{ steps: 'none' }] });
    expect(mapped?.mistakes).toEqual([
      expect.stringContaining('found "four", expected a decimal of 0 or more'),
      expect.stringContaining('found -1, expected a decimal of 0 or more'),
    ]);
    const beginnings = misshapen?.mistakes.map((mistake) => mistake.split(', ')[0]);
    expect(beginnings).toEqual([
      '$.productOrder.id: found missing',
      '$.productOrder.status: found missing',
      '$.recordings[0].id: found missing',
      '$.recordings[0].steps: found string',
    ]);
    expect(misshapen?.mistakes[0]).toContain(' set azumuta.contract.productOrder.id ');
  });
});
