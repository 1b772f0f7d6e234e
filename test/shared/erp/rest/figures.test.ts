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

it('has no figures for an amendment, which books no quantity', async () => {
  const { booked, book } = await started();

  await book(amendmentOf(order, { notes: ['A late check'] }));

  expect(booked()).toEqual({ good: '0', scrap: '0', produced: '0', goodLots: [], scrapLots: [] });
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
