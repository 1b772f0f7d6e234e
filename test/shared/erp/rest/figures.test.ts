import { expect, it } from 'vitest';
import { textAt } from '../../../../shared/erp/rest/index.ts';
import { startServer } from '../../../support/server.ts';
import { failureOf, firstAttempt, nextAttempt } from '../conformance/attempts.ts';
import { amendmentOf, completionOf } from '../conformance/completions.ts';
import { key, lookUp, order, smallConnector, startSmallErp, step } from './small.ts';

/** An ERP that keeps three decimals of a quantity. */
async function startRounding(decimals?: number) {
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
    decimals,
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
    name: 'Rejected',
    causeCode: 'booked-otherwise',
    message:
      'Small ERP has booked 1.235 of order MO/0001, but 1.23456 was built: correct it there; if it rounds, let the mapping round, and say so in erp.decimals.',
  };
  expect(failures).toMatchObject([expected, expected]);
  expect(calls.filter(({ method }) => method === 'POST').length).toBe(1);
});

it('refuses more decimals than the ERP keeps before it asks anything, and takes as many', async () => {
  // Prepare
  const { calls, book } = await startRounding(3);

  // Act
  const failure = await failureOf(book('1.23456'));
  const asked = calls.length;
  const receipt = await book('1.2340');

  // Assess
  expect(failure).toMatchObject({
    name: 'Rejected',
    causeCode: 'quantity-or-lots',
    message:
      'Small ERP: order MO/0001 cannot be booked, as 1.23456 has more decimals than Small ERP keeps (3): let the mapping round it.',
  });
  expect(asked).toBe(0);
  expect(receipt.alreadyBooked).toBe(false);
});

it('has no figures for an amendment, which books no quantity', async () => {
  const request: typeof step.request = ({ built, key }) => ({ path: '/', body: { built, key } });
  const { calls, book } = await startSmallErp(undefined, { step: { request } });

  await book(firstAttempt(), amendmentOf(order, { notes: ['A late check'] }));

  const nothing = { good: '0', scrap: '0', produced: '0', scrapped: [], goodLots: [] };
  expect(JSON.parse(calls[1]?.body ?? '')).toEqual({ built: nothing, key });
});

it.each(['five', '5,5', '1.250,5'])(
  'books nothing on an order whose quantity is no decimal: %s',
  async (quantity) => {
    const lookUps = [{ ...lookUp, quantity: () => quantity }];
    const { calls, book } = await startSmallErp(undefined, { book: { lookUp: lookUps } });

    const failure = await failureOf(book());

    expect(failure).toMatchObject({
      name: 'Rejected',
      causeCode: 'configuration',
      message: `Small ERP tells "${quantity}" for the quantity of order MO/0001, which is no decimal: check erp.book.lookUp.`,
    });
    expect(calls.map(({ method }) => method)).toEqual(['GET']);
  },
);

it('takes what the ERP shows with a comma for no proof of the figure, and books once', async () => {
  const lookUps = [{ ...lookUp, good: () => '5,000' }];
  const { calls, book } = await startSmallErp(undefined, { book: { lookUp: lookUps } });

  const failures = [await failureOf(book()), await failureOf(book(nextAttempt()))];

  const expected = {
    causeCode: 'booked-otherwise',
    message: expect.stringContaining('has booked 5,000 of order MO/0001, but 5 was built'),
  };
  expect(failures).toMatchObject([expected, expected]);
  expect(calls.filter(({ method }) => method === 'POST')).toHaveLength(1);
});
