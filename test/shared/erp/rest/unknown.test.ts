import { expect, it } from 'vitest';
import { type RestOptions, rest } from '../../../../shared/erp/rest/index.ts';
import { UnknownOrder } from '../../../../shared/model/errors.ts';
import { type Answer, startServer } from '../../../support/server.ts';
import { failureOf, firstAttempt } from '../conformance/attempts.ts';
import { completionOf } from '../conformance/completions.ts';
import { connected } from './sandbox.ts';
import { type SmallRow, smallOptions } from './small.ts';

const order = { number: 'MO/0001' };
const key = 'SarLiLeyuNWgw3Tai#quantity';

function connectorOf(url: string, differs: Partial<RestOptions<SmallRow>['book']> = {}) {
  const options = smallOptions(url);
  const book = { ...options.book, ...differs };
  return connected(rest({ ...options, book }), { apiKey: 'canary-5f1c' });
}

it('says that the ERP does not know the order, by a 404 or by the configuration', async () => {
  // Prepare
  const [lookUp] = smallOptions('http://127.0.0.1').book.lookUp;
  if (!lookUp) throw new Error('no look-up');
  const empty = await startServer(() => ({ body: {} }));
  const byConfiguration = connectorOf(empty.url, { lookUp: [{ ...lookUp, unknown: () => true }] });
  const nowhere = await startServer(() => ({ status: 404, body: { message: 'no such order' } }));
  const connector = connectorOf(nowhere.url);

  // Act
  const failures = [
    await failureOf(byConfiguration.book(completionOf(order), key, firstAttempt())),
    await failureOf(connector.book(completionOf(order), key, firstAttempt())),
  ];

  // Assess
  for (const failure of failures) {
    expect(failure).toBeInstanceOf(UnknownOrder);
    expect(failure).toMatchObject({ message: expect.stringContaining('MO/0001') });
  }
});

const page = { body: '<html>default backend</html>', headers: { 'content-type': 'text/html' } };

it.each<[string, Answer, readonly number[]]>([
  ['a web page', page, []],
  ['a line of text', { body: 'default backend - 404', headers: { 'content-type': 'text/plain' } }, []],
  ['a web page, even where a 404 means that nothing is booked yet', page, [404]],
])('does not take a 404 with %s for an answer of the ERP', async (_, answer, accepts) => {
  // Prepare
  const [lookUp] = smallOptions('http://127.0.0.1').book.lookUp;
  if (!lookUp) throw new Error('no look-up');
  const server = await startServer(() => ({ status: 404, ...answer }));
  const connector = connectorOf(server.url, { lookUp: [{ ...lookUp, accepts }] });

  // Act
  const failure = await failureOf(connector.book(completionOf(order), key, firstAttempt()));

  // Assess
  expect(failure).toMatchObject({ name: 'RetryLater', scope: 'partner', wrote: 'nothing' });
  expect(server.calls.map(({ method }) => method)).toEqual(['GET']);
});

it("does not take a proxy's 404 page for a refusal of what was written", async () => {
  const server = await startServer(({ method }) =>
    method === 'GET' ? { body: {} } : { status: 404, ...page },
  );

  const failure = await failureOf(connectorOf(server.url).book(completionOf(order), key, firstAttempt()));

  expect(failure).toMatchObject({ name: 'RetryLater', scope: 'partner', wrote: 'perhaps' });
});

it('takes an empty 404 for an order that the ERP does not know', async () => {
  const server = await startServer(() => ({ status: 404 }));
  const connector = connectorOf(server.url);

  const failure = await failureOf(connector.book(completionOf(order), key, firstAttempt()));

  expect(failure).toBeInstanceOf(UnknownOrder);
});
