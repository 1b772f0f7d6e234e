import { describe, expect, it } from 'vitest';
import {
  createRouteFinder,
  type HttpCall,
  httpAnswer,
  httpEvent,
} from '../../../../../infra/local/emulator/api-gateway/event.ts';

function call(fields: Partial<HttpCall>): HttpCall {
  return { method: 'GET', socket: { remoteAddress: '127.0.0.1' }, headersDistinct: {}, ...fields };
}

const match = { routeKey: 'GET /x', pathParameters: {} };

describe('the event of payload format 2.0', () => {
  it('has everything of a call', () => {
    const event = httpEvent(
      call({
        url: '/orders/PO%201?number=PO-1&number=PO-2&empty=&text=a%20b',
        headersDistinct: { host: ['127.0.0.1:8080'], 'x-thing': ['a', 'b'] },
      }),
      Buffer.of(),
      { routeKey: 'GET /orders/{number}', pathParameters: { number: 'PO 1' } },
      'a call',
    );

    expect(event).toEqual({
      routeKey: 'GET /orders/{number}',
      rawQueryString: 'number=PO-1&number=PO-2&empty=&text=a%20b',
      headers: { host: '127.0.0.1:8080', 'x-thing': 'a,b' },
      pathParameters: { number: 'PO 1' },
      requestContext: { http: { method: 'GET', sourceIp: '127.0.0.1' }, requestId: 'a call' },
      isBase64Encoded: false,
    });
  });

  it.each([
    ['application/json', false],
    ['application/json; charset=utf-8', false],
    ['text/plain', false],
    ['application/xml', false],
    ['application/javascript', false],
    ['application/vnd.api+json', true],
    ['application/x-www-form-urlencoded', true],
    ['application/octet-stream', true],
    [undefined, true],
  ])('gives a body of type %s as base64: %s', (contentType, binary) => {
    const headersDistinct = contentType === undefined ? {} : { 'content-type': [contentType] };
    const event = httpEvent(call({ headersDistinct }), Buffer.from('é'), match, 'a call');

    expect(event.isBase64Encoded).toBe(binary);
    expect(event.body).toBe(binary ? Buffer.from('é').toString('base64') : 'é');
  });
});

describe('the route of a request', () => {
  const routesBy = (...routeKeys: string[]) => createRouteFinder(routeKeys.map((routeKey) => ({ routeKey })));
  const find = routesBy('POST /orders', 'GET /orders/{number+}', 'GET /pages/{page}');

  it.each([
    ['POST', '/orders', 'POST /orders', {}],
    ['GET', '/pages/today', 'GET /pages/{page}', { page: 'today' }],
    ['GET', '/orders/PO-1/2', 'GET /orders/{number+}', { number: 'PO-1/2' }],
  ])('%s %s is %s', (method, path, routeKey, pathParameters) => {
    expect(find(method, path)).toEqual({ routeKey, pathParameters });
  });

  it('is undefined when no route matches', () => {
    expect(find('GET', '/orders/')).toBeUndefined();
    expect(routesBy('GET /orders')('POST', '/orders')).toBeUndefined();
    expect(routesBy('GET /orders')('GET', '/orders/')).toBeUndefined();
  });
});

describe('the answer of a function', () => {
  it('becomes the HTTP answer', () => {
    const answer = httpAnswer({
      statusCode: 201,
      headers: { 'Content-Type': 'application/json', 'X-Count': 2 },
      body: '{"é":1}',
    });

    expect(answer).toEqual({
      status: 201,
      headers: { 'content-type': 'application/json', 'x-count': '2' },
      body: '{"é":1}',
    });
  });

  it.each([
    { statusCode: 'many' },
    { statusCode: 200, body: { not: 'text' } },
    { statusCode: 42 },
    { statusCode: 200, cookies: ['a=1'] },
    { statusCode: 200, body: 'eA==', isBase64Encoded: true },
    { ok: true },
    'plain',
    null,
  ])('is refused when it is malformed: %j', (result) => {
    expect(httpAnswer(result)).toBeUndefined();
  });
});
