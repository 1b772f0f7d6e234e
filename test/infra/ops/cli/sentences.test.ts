import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { parseOrComplain, sentenceForOperator, UsageError } from '../../../../infra/ops/cli/command.ts';
import { jsonIn } from '../../../../infra/ops/cli/files.ts';
import { createHttp } from '../../../../shared/platform/http.ts';

const taken = createServer();
let port = 0;
/** On which nothing listens any more. */
let closed = 0;

async function listening(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return Number(Object(server.address()).port);
}

beforeAll(async () => {
  port = await listening(taken);
  const gone = createServer();
  closed = await listening(gone);
  gone.close();
});
afterAll(() => void taken.close());

const systemError = (message: string, fields: object) =>
  Promise.reject(Object.assign(new Error(message), fields));

it.each([
  [
    'an address where nothing listens',
    () => fetch(`http://127.0.0.1:${closed}`),
    () => `127.0.0.1:${closed}: nothing listens there (ECONNREFUSED). Start it, or correct the address.`,
  ],
  [
    'a partner that does not run',
    () =>
      createHttp({ mayWrite: () => true, partner: 'Odoo', baseUrl: `http://127.0.0.1:${closed}` }).send({
        path: '/api',
      }),
    () =>
      'Odoo did not answer GET /api: nothing listens there (ECONNREFUSED). Start it, or correct the address.',
  ],
  [
    'an unknown host',
    () => systemError('getaddrinfo ENOTFOUND erp.invalid', { code: 'ENOTFOUND', hostname: 'erp.invalid' }),
    () =>
      'erp.invalid: no host has this name (ENOTFOUND). Check the name, and whether this network knows it.',
  ],
  [
    'a file that is missing',
    () => readFile('/nowhere/order.json'),
    () => '/nowhere/order.json: there is no such file or folder (ENOENT). Check its path.',
  ],
  [
    'a sample that is missing',
    () => jsonIn('nowhere.json'),
    () => 'nowhere.json cannot be read: there is no such file or folder (ENOENT). Check its path.',
  ],
  [
    'a port that is taken',
    () => once(createServer().listen(port, '127.0.0.1'), 'listening'),
    () => `127.0.0.1:${port}: another program uses this port (EADDRINUSE). Choose another one.`,
  ],
  [
    'a connection that gets no answer',
    () => systemError('connect ETIMEDOUT', { code: 'ETIMEDOUT', address: '192.0.2.1', port: 443 }),
    () => '192.0.2.1:443: there was no answer in time (ETIMEDOUT). Nothing is lost: try it again.',
  ],
  [
    'a function that takes too long',
    () => Promise.reject(new Error('The function Pull failed: Task timed out after 60.00 seconds')),
    () => 'The function Pull failed: Task timed out after 60.00 seconds. Nothing is lost: try it again.',
  ],
])('says of %s what it means and what to do', async (_, fail, told) => {
  const failure = await Promise.resolve(fail()).catch((error: unknown) => error);
  expect(sentenceForOperator(failure)).toBe(told());
});

it('says of a deadline that is over that nothing is lost', () => {
  expect(sentenceForOperator(new DOMException('It took too long', 'TimeoutError'))).toBe(
    'It took too long. Nothing is lost: try it again.',
  );
});

it.each([
  [
    'text',
    z.string().check(z.maxLength(200)),
    'x'.repeat(8000),
    'string of 8000 characters, expected at most 200',
  ],
  ['number', z.coerce.number().check(z.maximum(65_535)), '99999', '99999, expected at most 65535'],
  [
    'list',
    z.array(z.string()).check(z.maxLength(1)),
    ['a', 'b'],
    'a list of 2 entries, expected at most 1 entries',
  ],
])('says of a %s beyond its limit how large it is', (_, schema: z.ZodMiniType<unknown>, given, told) => {
  expect(() => parseOrComplain(schema, given, (why) => new UsageError(why))).toThrow(told);
});
