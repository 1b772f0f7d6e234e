import { expect, it } from 'vitest';
import { type RestOptions, rest } from '../../../../shared/erp/rest/index.ts';
import type { Completion, Component } from '../../../../shared/model/completions.ts';
import { valueAt } from '../../../../shared/platform/places.ts';
import { startServer } from '../../../support/server.ts';
import { failureOf, firstAttempt, nextAttempt } from '../conformance/attempts.ts';
import { assemblyOf, completionOf, quantityKey } from '../conformance/completions.ts';
import { key, lookUp, order, type SmallRow, type Step, smallConnector, smallOptions, step } from './small.ts';
import { sandboxTarget } from './target.ts';

type LookUp = RestOptions<SmallRow>['book']['lookUp'][number];

const component = { article: 'MOT-1', planned: '10', used: '2', unit: 'u' };
const listing: Partial<LookUp> = {
  quantity: () => '10',
  components: () => [component, { article: 'BOLT', planned: 40 }],
  operations: () => [
    { names: ['0010', 'Saw'], id: 'a' },
    { names: ['0020', 'Drill'], id: 'b' },
    { names: ['0030', 'Drill'], id: 'c' },
  ],
  lots: () => [
    { article: 'MOT-1', number: 'B-17', open: '3' },
    { article: 'MOT-1', number: 'B-16', blocked: true },
    { article: 'BOLT', number: 'B-15' },
  ],
};

/** An ERP of which a look-up lists this; it keeps what the step sends. */
async function started(told: Partial<LookUp> = listing, takes: RestOptions['takes'] = ['components']) {
  let booked: unknown;
  const server = await startServer(({ method, body }) => {
    if (method === 'POST') booked = JSON.parse(body);
    return { body: booked === undefined ? {} : { key, booked } };
  });
  const connector = smallConnector(server.url, {
    takes,
    book: {
      lookUp: [{ ...lookUp, ...told }],
      steps: [
        {
          ...step,
          request: ({ uses, reports, completion: { notes } }) => ({
            path: '/bookings',
            body: { uses, reports, notes },
          }),
        },
      ],
    },
  });
  return {
    calls: server.calls,
    booked: () => booked,
    book: (differs: Partial<Completion>, attempt = firstAttempt()) =>
      connector.book(completionOf(order, differs), key, attempt),
  };
}

const usedOf = (used: Partial<Component>, beyondPlan = false): Partial<Completion> => ({
  components: {
    all: false,
    beyondPlan,
    used: [{ article: 'MOT-1', lots: [], recording: 'r1', step: 'Scan', ...used }],
  },
});

it.each<[string, Partial<Completion>, string]>([
  [
    'a lot of another article',
    usedOf({ lots: [{ number: 'B-15' }] }),
    'lot B-15 of component MOT-1 (step "Scan" of recording r1) is none that',
  ],
  [
    'a blocked lot',
    usedOf({ lots: [{ number: 'B-16' }] }),
    'lot B-16 of component MOT-1 (step "Scan" of recording r1) is blocked in Small ERP',
  ],
  ['a lot with less', usedOf({ lots: [{ number: 'B-17' }] }), 'has only 3 left, and 5 were used'],
  ['more than is left of the plan', usedOf({ quantity: { amount: '9' } }), 'and only 8 are planned'],
  [
    'another unit',
    usedOf({ quantity: { amount: '1', unit: 'kg' } }),
    'is counted in u, and was recorded in kg',
  ],
  [
    'an operation of which two have the name',
    { operations: [{ operation: 'Drill', finished: true }] },
    'operation Drill is in its routing several times',
  ],
])('refuses %s before the first step, in a sentence that says where', async (_, differs, says) => {
  const { calls, book } = await started();

  const failure = await failureOf(book(differs));

  expect(failure).toMatchObject({ name: 'Rejected', causeCode: 'quantity-or-lots', wrote: 'nothing' });
  expect(failure).toMatchObject({ message: expect.stringContaining(says) });
  expect(calls.map(({ method }) => method)).toEqual(['GET']);
});

it('refuses a component that a look-up lists in two lines, of which one would be booked, and books the others', async () => {
  const twice = { ...listing, components: () => [component, component, { article: 'BOLT', planned: 40 }] };
  const { calls, book } = await started(twice);

  const failure = await failureOf(book(usedOf({ quantity: { amount: '5' } })));
  const refused = calls.map(({ method }) => method);
  await book(usedOf({ article: 'BOLT', quantity: { amount: '30' } }));

  const says = 'order MO/0001 has component MOT-1 in 2 lines';
  expect(failure).toMatchObject({ name: 'Rejected', causeCode: 'configuration', wrote: 'nothing' });
  expect(failure).toMatchObject({ message: expect.stringContaining(says) });
  expect(refused).toEqual(['GET']);
});

it('names the list of a look-up that cannot be read, and what a step needs and no look-up lists', async () => {
  const wrong = await started({ ...listing, components: () => [{ ...component, planned: 'many' }] });
  const none = await started({});

  const failures = [
    await failureOf(wrong.book(usedOf({}))),
    await failureOf(none.book({ operations: [{ operation: 'Saw', finished: true }] })),
  ];

  expect(failures.map((failure) => Object(failure).message)).toEqual([
    expect.stringMatching(
      /^erp\.book\.lookUp\[0\]\.components failed for order MO\/0001: .*\$\[0\]\.planned: found string, expected a decimal/,
    ),
    'erp.book.steps[0].request failed for order MO/0001: no look-up lists the `operations` of the order',
  ]);
});

it.each([
  ['as it was used', '5', false, undefined],
  ['otherwise', '4', false, 'Small ERP has booked 4 of component MOT-1 for order MO/0001, but 5 were used'],
  [
    'with a component that was not used',
    '5',
    true,
    'has booked 20 of component BOLT for order MO/0001, but 0',
  ],
])('looks at what the ERP has booked %s, in each attempt', async (_, booked, all, says) => {
  // Prepare
  const used = () => [
    { article: 'MOT-1', quantity: booked },
    { article: 'BOLT', quantity: 20 },
  ];
  const { calls, book } = await started({ ...listing, used });
  const { components } = usedOf({ quantity: { amount: '5' } });
  const completion = { ...(components && { components: { ...components, all } }) };

  // Act
  const results = [await failureOf(book(completion)), await failureOf(book(completion, nextAttempt()))];

  // Assess
  for (const result of results)
    if (says === undefined) expect(result).toBeUndefined();
    else
      expect(result).toMatchObject({ causeCode: 'booked-otherwise', message: expect.stringContaining(says) });
  expect(calls.filter(({ method }) => method === 'POST').length).toBe(1);
});

it('goes on with a booking whose own share is not left of the plan any more', async () => {
  // Prepare: the first of two steps was taken, and with it all that was planned.
  const taken = ['/consume'];
  const server = await startServer(({ method, url }) => {
    if (method === 'POST') taken.push(url.pathname);
    return {};
  });
  const stepOf = (path: string): Step => ({
    name: path,
    done: () => taken.includes(path),
    request: ({ uses }) => ({ path, body: { used: uses.map(({ amount }) => amount) } }),
  });
  const connector = smallConnector(server.url, {
    takes: ['components'],
    book: {
      lookUp: [
        {
          ...lookUp,
          quantity: () => '10',
          components: () => [{ ...component, used: '10' }],
          done: () => (taken.includes('/close') ? 'closed' : undefined),
        },
      ],
      steps: [stepOf('/consume'), stepOf('/close')],
    },
  });
  const completion = completionOf(order, usedOf({ quantity: { amount: '10' } }));

  // Act
  await connector.book(completion, key, nextAttempt());

  // Assess
  expect(taken).toEqual(['/consume', '/close']);
  expect(server.calls[1]?.body).toBe('{"used":["10"]}');
});

it('tells the reasons of scrap in the notes where no step takes them', async () => {
  const scrapped: Partial<Completion> = {
    scrap: { amount: '3', unit: 'u' },
    notes: ['As agreed'],
    scrapReasons: [{ reason: 'Scratch', quantity: { amount: '2', unit: 'u' } }],
  };
  const [without, with_] = [await started(), await started(listing, ['reasons'])];

  await without.book(scrapped);
  await with_.book(scrapped);

  expect(without.booked()).toMatchObject({ notes: ['As agreed', 'Scrap: 2 u, Scratch'] });
  expect(with_.booked()).toMatchObject({ notes: ['As agreed'] });
});

it('has no place for what its steps do not take', () => {
  const options = smallOptions('https://erp.example.com');

  const lacks = [undefined, ['checks'] as const].map((takes) => rest({ ...options, takes }).lacks);

  const why = (name: string) => `erp.takes does not name ${name}, so no step sends them`;
  expect(lacks).toEqual([
    { components: why('components'), operations: why('operations'), checks: why('checks') },
    { components: why('components'), operations: why('operations'), checks: false },
  ]);
});

it('takes 500 components with lots, and 2,000 checks', async () => {
  const many = Array.from({ length: 500 }, (_, at) => `PART-${at}`);
  const { booked, book } = await started({
    ...listing,
    components: () => many.map((article) => ({ article, planned: '10' })),
    lots: () => many.map((article) => ({ article, number: `L-${article}` })),
  });

  await book({
    components: {
      all: true,
      beyondPlan: false,
      used: many.map((article) => ({ article, lots: [{ number: `L-${article}` }] })),
    },
    checks: Array.from({ length: 2000 }, (_, at) => ({
      name: `Torque ${at}`,
      value: at,
      unit: 'Nm',
      passed: true,
    })),
  });

  expect(valueAt(booked(), 'uses.499.lots.0')).toEqual({ number: 'L-PART-499', amount: '5' });
});

it('calls the sandbox four times for a booking without any of it, and once more for lots', async () => {
  const target = await sandboxTarget();
  const { assembly } = target;
  if (!assembly) throw new Error('no assembly');

  const calls = [];
  for (const make of [completionOf, (of: typeof order) => assemblyOf(of, assembly, {})]) {
    const planned = await target.planOrder({ article: assembly.article, quantity: '5' });
    target.faults.reset();
    const completion = make(planned);
    await target.connector().book(completion, quantityKey(completion.productOrder), firstAttempt());
    calls.push(target.faults.callCount());
  }

  expect(calls).toEqual([4, 5]);
});
