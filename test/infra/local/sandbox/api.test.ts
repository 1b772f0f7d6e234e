import { expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { accepted, createApi, Refusal, type Reply, type Route } from '../../../../infra/local/sandbox/api.ts';

function requestOf(path: string, method = 'GET', body = '') {
  return { method, url: new URL(path, 'http://sandbox.test'), headers: {}, body };
}

/** Shows what it was called with. */
const shows = (method: Route['method'], pattern: string): Route => ({
  method,
  pattern,
  answer: ({ parameters, query, body, origin }): Reply => ({
    status: 200,
    body: { parameters, query: Object.fromEntries(query), body, origin },
  }),
});

it('answers with the route of method and path, and decodes the call', () => {
  // Prepare
  const api = createApi([shows('GET', '/orders'), shows('POST', '/orders/{number}/book')]);
  const request = requestOf('/orders/MO%2F1/book?by=me', 'POST', '{"quantity":5}');

  // Act
  const [name, answer] = [api.routeOf(request), api.answer(request)];

  // Assess
  expect(name).toBe('POST /orders/{number}/book');
  expect(answer.body).toEqual({
    parameters: { number: 'MO/1' },
    query: { by: 'me' },
    body: { quantity: 5 },
    origin: 'http://sandbox.test',
  });
});

it('answers 404 where there is no route', () => {
  // Prepare
  const api = createApi([shows('GET', '/orders')]);

  // Act
  const [name, answer] = [
    api.routeOf(requestOf('/orders', 'POST')),
    api.answer(requestOf('/orders', 'POST')),
  ];

  // Assess
  expect(name).toBeUndefined();
  expect(answer).toEqual({
    status: 404,
    body: { error: { code: 'not-found', message: 'There is no POST /orders.' } },
  });
});

it('refuses a caller whom the guard refuses, even with a malformed body', () => {
  // Prepare
  const answer = vi.fn(() => ({ status: 200 }));
  const guard = () => ({ status: 401 });
  const api = createApi([{ method: 'POST', pattern: '/orders', answer }], guard);

  // Act
  const answered = api.answer(requestOf('/orders', 'POST', 'no JSON'));

  // Assess
  expect(answered).toEqual({ status: 401 });
  expect(answer).not.toHaveBeenCalled();
});

it.each([
  ['is not JSON', '{'],
  ['has another shape', '{"quantity":"many"}'],
])('refuses a body that %s', (_, body) => {
  // Prepare
  const answer: Route['answer'] = (call) => ({
    status: 200,
    body: accepted(z.object({ quantity: z.number() }), call.body),
  });
  const api = createApi([{ method: 'POST', pattern: '/orders', answer }]);

  // Act
  const act = () => api.answer(requestOf('/orders', 'POST', body));

  // Assess
  expect(act).toThrow(Refusal);
  expect(act).toThrow(expect.objectContaining({ reply: expect.objectContaining({ status: 400 }) }));
});
