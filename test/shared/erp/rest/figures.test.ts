import { describe, expect, it } from 'vitest';
import { textAt } from '../../../../shared/erp/rest/index.ts';
import type { Completion } from '../../../../shared/model/completions.ts';
import { startServer } from '../../../support/server.ts';
import { failureOf, firstAttempt, nextAttempt } from '../conformance/attempts.ts';
import { amendmentOf, completionOf } from '../conformance/completions.ts';
import { key, lookUp, order, smallConnector, step } from './small.ts';

/** An ERP that counts in `p`, is told figures, and keeps them. */
async function started(told: Partial<typeof lookUp> = {}) {
  let booked: unknown;
  const server = await startServer(({ method, body }) => {
    if (method === 'POST') booked = JSON.parse(body);
    return { body: { unit: 'p', ...(booked === undefined ? {} : { key }) } };
  });
  const connector = smallConnector(server.url, {
    book: {
      lookUp: [{ ...lookUp, unit: ({ json }) => textAt(json, 'unit'), ...told }],
      steps: [{ ...step, request: ({ built }) => ({ path: '/bookings', body: built }) }],
    },
  });
  return {
    calls: server.calls,
    booked: () => booked,
    book: (completion: Completion) => connector.book(completion, key, firstAttempt()),
  };
}

it('refuses another unit than the order is counted in, naming both', async () => {
  // Prepare
  const { calls, book } = await started();

  // Act
  const failure = await failureOf(book(completionOf(order, { quantity: { amount: '5', unit: 'kg' } })));

  // Assess
  expect(failure).toMatchObject({
    name: 'Rejected',
    code: 'quantity-or-lots',
    message:
      'Small ERP: order MO/0001 is counted in p, but what was built is in kg: let the mapping give it in p.',
  });
  expect(calls.map(({ method }) => method)).toEqual(['GET']);
});

/** An ERP that keeps three decimals of a quantity. */
async function startRounding(options: Parameters<typeof smallConnector>[1] = {}) {
  let booked: string | undefined;
  const server = await startServer(({ method, body }) => {
    if (method === 'POST') booked = String(Number(Number(JSON.parse(body)).toFixed(3)));
    return { body: booked === undefined ? {} : { key, quantity: booked } };
  });
  const connector = smallConnector(server.url, {
    book: {
      lookUp: [{ ...lookUp, good: ({ json }) => textAt(json, 'quantity') }],
      steps: [{ ...step, request: ({ built }) => ({ path: '/bookings', body: built.good }) }],
    },
    ...options,
  });
  const book = (amount: string, attempt = firstAttempt()) =>
    connector.book(completionOf(order, { quantity: { amount } }), key, attempt);
  return { calls: server.calls, book };
}

it('tells a person when the ERP made another figure of it, in each attempt, and books once', async () => {
  // Prepare
  const { calls, book } = await startRounding();

  // Act
  const failures = [await failureOf(book('1.23456')), await failureOf(book('1.23456', nextAttempt()))];

  // Assess
  const expected = {
    ...{ name: 'Rejected', code: 'booked-otherwise' },
    message:
      'Small ERP has booked 1.235 of order MO/0001, but 1.23456 was built: correct it there; if it rounds, let the mapping round, and say so in erp.decimals.',
  };
  expect(failures).toMatchObject([expected, expected]);
  expect(calls.filter(({ method }) => method === 'POST').length).toBe(1);
});

it('refuses more decimals than the ERP keeps before it asks anything, and takes as many', async () => {
  // Prepare
  const { calls, book } = await startRounding({ decimals: 3 });

  // Act
  const failure = await failureOf(book('1.23456'));
  const asked = calls.length;
  const receipt = await book('1.2340');

  // Assess
  expect(failure).toMatchObject({
    ...{ name: 'Rejected', code: 'quantity-or-lots' },
    message:
      'Small ERP: order MO/0001 cannot be booked, as 1.23456 has more decimals than Small ERP keeps (3): let the mapping round it.',
  });
  expect(asked).toBe(0);
  expect(receipt.alreadyBooked).toBe(false);
});

it('has no figures for an amendment, which books no quantity', async () => {
  const { booked, book } = await started();

  await book(amendmentOf(order, { notes: ['A late check'] }));

  expect(booked()).toEqual({
    good: '0',
    scrap: '0',
    produced: '0',
    scrapped: [],
    goodLots: [],
    scrapLots: [],
  });
});

describe('an order of which a look-up tells the quantity', () => {
  const madeFor = { amount: '5', unit: 'p' };

  it.each([
    ['99', [false]],
    ['5', [true, 'closed']],
    // All of it is built.
    ['4', [true, 'closed']],
  ])('is closed by no step while it is for %s and less was built', async (quantity, expected) => {
    // Prepare
    const told: unknown[] = [];
    const server = await startServer(({ method, url, body }) => {
      if (method === 'POST') told.push(url.pathname === '/close' ? 'closed' : JSON.parse(body));
      return { body: { quantity, ...(told.length === 0 ? {} : { key }) } };
    });
    const connector = smallConnector(server.url, {
      book: {
        lookUp: [{ ...lookUp, quantity: ({ json }) => textAt(json, 'quantity'), unit: () => 'p' }],
        steps: [
          {
            ...step,
            request: ({ completion }) => ({ path: '/book', body: JSON.stringify(completion.final) }),
          },
          {
            name: 'the closing',
            when: ({ completion }) => completion.final,
            done: () => told.includes('closed'),
            request: () => ({ path: '/close', body: {} }),
          },
        ],
      },
    });
    const completion = completionOf(order, { madeFor });

    // Act
    const receipts = [
      await connector.book(completion, key, firstAttempt()),
      await connector.book(completion, key, nextAttempt()),
    ];

    // Assess
    expect(told).toEqual(expected);
    expect(receipts.map(({ alreadyBooked }) => alreadyBooked)).toEqual([false, true]);
  });

  it('is not booked when that is no decimal', async () => {
    const { calls, book } = await started({ quantity: () => 'five' });

    const failure = await failureOf(book(completionOf(order)));

    expect(failure).toMatchObject({
      name: 'Rejected',
      code: 'configuration',
      message:
        'Small ERP tells "five" for the quantity of order MO/0001, which is no decimal: check erp.book.lookUp.',
    });
    expect(calls.map(({ method }) => method)).toEqual(['GET']);
  });
});
