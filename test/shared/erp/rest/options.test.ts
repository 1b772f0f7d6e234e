import { expect, it } from 'vitest';
import { path, rest, textAt } from '../../../../shared/erp/rest/index.ts';
import { Rejected } from '../../../../shared/model/errors.ts';
import { systemClock } from '../../../../shared/platform/clock.ts';
import { parse } from '../../../../shared/platform/validation.ts';
import { smallOptions } from './small.ts';

const options = smallOptions('https://erp.example.com');
const linked = { paging: { kind: 'nextLink', next: '@odata.nextLink' } };
const topOfLater = (since?: string) => (since === undefined ? {} : { $top: '7' });

it.each([
  ['$.baseUrl', { ...options, baseUrl: 'erp' }],
  ['$.book.lookUp', { ...options, book: { ...options.book, lookUp: [] } }],
  ['$.book.steps[0].request', { ...options, book: { ...options.book, steps: [{ name: 'x' }] } }],
  ['$.orders.row', { ...options, orders: { ...options.orders, row: {} } }],
  ['$.orders.paging', { ...options, orders: { ...options.orders, paging: { kind: 'pages' } } }],
  ['$.orders.paging.parameter', { ...options, orders: { ...options.orders, paging: { kind: 'offset' } } }],
  ['$.orders.one.request', { ...options, orders: { ...options.orders, one: {} } }],
  ['$.orders.since.timeZone', { ...options, orders: { ...options.orders, since: { timeZone: '+01:00' } } }],
  ['$.orders.query', { ...options, orders: { ...options.orders, ...linked, query: () => ({ $top: 50 }) } }],
  ['$.orders.query', { ...options, orders: { ...options.orders, ...linked, query: topOfLater } }],
  ['$.orders.query', { ...options, orders: { ...options.orders, ...linked, path: '/orders?$top=50' } }],
  ['$.auth', { ...options, auth: { kind: 'oauth2ClientCredentials' } }],
  ['$', { ...options, authentication: 'basic' }],
])('refuses options that do not fit, naming %s', (place, wrong) => {
  // The types would not let a TypeScript author write this; a configuration may still hold it.
  const make = () => Reflect.apply(rest, undefined, [wrong]);

  expect(make).toThrow(Rejected);
  expect(make).toThrow(place);
});

it.each([
  [{ kind: 'apiKey' }, { apiKey: 'k' }],
  [{ kind: 'basic' }, { username: 'u', password: 'p' }],
  [{ kind: 'bearer' }, { token: 't' }],
  [
    { kind: 'oauth2ClientCredentials', tokenUrl: 'https://login.example.com/token' },
    { clientId: 'c', clientSecret: 's' },
  ],
] as const)('asks for the secret that %o needs, and shows how it looks', (auth, secret) => {
  const definition = rest({ ...options, auth });

  expect(parse(definition.secret.schema, secret).ok).toBe(true);
  expect(parse(definition.secret.schema, { other: 'x' }).ok).toBe(false);
  expect(Object.keys(definition.secret.example)).toEqual(Object.keys(secret));
});

it('offers neither a link nor an order without a description of it', () => {
  const connector = rest(options).connect({
    credentials: async () => ({}),
    clock: systemClock,
    mayWrite: () => true,
  });

  expect(connector.linkProductOrder).toBeUndefined();
  expect(connector.readOrder).toBeUndefined();
});

it('encodes the values of a path', () => {
  expect(path`/orders/${'MO/0001 ü'}/lines/${7}`).toBe('/orders/MO%2F0001%20%C3%BC/lines/7');
});

it.each(['', '.', '..'])('refuses "%s" in a path, as it would name another resource', (value) => {
  expect(() => path`/orders/${value}`).toThrow(Rejected);
});

it('refuses a number that has lost digits, as it would name another order', () => {
  const largest = Number.MAX_SAFE_INTEGER;

  expect(() => textAt({ id: largest + 1 }, 'id')).toThrow(Rejected);
  expect(() => textAt({ id: largest + 1 }, 'id')).toThrow('$.id');
  expect(textAt({ id: largest }, 'id')).toBe('9007199254740991');
});

it.each([
  [
    'a page that is asked for by its number',
    { paging: { kind: 'page', parameter: 'p' }, query: () => ({ $top: 50 }) },
  ],
  ['another parameter', { ...linked, query: () => ({ $topics: 'all' }) }],
  [
    'a query that fails without a time',
    {
      ...linked,
      query: () => {
        throw new Error('no time');
      },
    },
  ],
])('takes a listing with %s', (_, orders) => {
  const make = () =>
    Reflect.apply(rest, undefined, [{ ...options, orders: { ...options.orders, ...orders } }]);

  expect(make).not.toThrow();
});
