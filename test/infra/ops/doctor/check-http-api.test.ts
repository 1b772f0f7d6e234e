import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { doorChecks } from '../../../../infra/ops/doctor/check-http-api.ts';
import type { Finding } from '../../../../infra/ops/doctor/finding.ts';
import { onThisMachine } from '../cli/targets.ts';

/** What doctor finds at doors that answer so. */
async function findings(door: RequestListener, key?: string): Promise<Record<string, Finding | undefined>> {
  const server = createServer(door);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // A TCP server's address is not a pipe's name.
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const target = onThisMachine({
    WebhookUrl: `${url}/webhooks/azumuta/product-order-completed/<token>`,
    OrderEndpoint: `${url}/product-orders`,
  });
  const keeper = {
    async current() {
      if (key === undefined) throw new Error('It is not set.');
      return key;
    },
  };
  const found = [];
  for (const check of doorChecks(target, keeper)) found.push(...(await check.look()));
  return Object.fromEntries(found.map((finding) => [finding.about, finding]));
}

const refuseAll: RequestListener = (_, response) => void response.writeHead(401).end('{}');

it('doors that refuse strangers are fine, without any other word said to them', async () => {
  // Prepare
  const asked: string[] = [];

  // Act
  const found = await findings((request, response) => {
    asked.push(`${request.method} ${request.url?.replace(/doctor-[\w-]{24}/, '<stranger>')}`);
    const known = request.headers['x-api-key'] === 'the-right-key';
    response.writeHead(known ? 404 : 401).end('{}');
  }, 'the-right-key');

  // Assess
  expect(Object.values(found).map((finding) => finding?.result)).toEqual(['fine', 'fine', 'fine']);
  expect(asked).toEqual([
    'GET /webhooks/azumuta/product-order-completed/<stranger>',
    'POST /product-orders',
    'GET /product-orders/<stranger>',
    'POST /product-orders',
  ]);
});

it.each([
  [
    'its secret is not set',
    503,
    '{"status":"unavailable","reason":"The webhook token is not set yet."}',
    'wrong',
    'npm run secrets -- set webhook-token --generate --local',
  ],
  ['there is nothing', 404, '{"message":"Not Found"}', 'wrong', 'deploy the stack again'],
  ['this machine is not let in', 403, '{}', 'notice', 'allow-list'],
  ['its function fails', 500, '{"message":"Internal Server Error"}', 'wrong', 'log group'],
])('a door where %s says what to do', async (_, status, body, result, next) => {
  const found = await findings((_request, response) => void response.writeHead(status).end(body));
  expect(found['Webhook door']).toMatchObject({ result, next: expect.stringContaining(next) });
});

it('a door that takes any token is wrong', async () => {
  const found = await findings((_, response) => void response.writeHead(202).end('{}'));
  expect(found['Webhook door']).toMatchObject({ result: 'wrong', says: 'it answered 202 instead of 401' });
});

it('an order endpoint that refuses the key that is set is wrong', async () => {
  const found = await findings(refuseAll, 'a-key');
  expect(found['Order endpoint']).toMatchObject({
    result: 'wrong',
    says: 'it refuses the key that is set',
  });
});

it.each([
  ['ahead of', -120],
  ['behind', 120],
])('a clock that is two minutes %s that of the API is wrong', async (words, seconds) => {
  // Act
  const found = await findings((_, response) => {
    const date = new Date(Date.now() + seconds * 1000).toUTCString();
    response.writeHead(401, { date }).end('{}');
  });

  // Assess
  expect(found.Clock?.result).toBe('wrong');
  expect(found.Clock?.says).toMatch(
    new RegExp(`this machine is 1(19|20|21) seconds ${words} the API's clock`),
  );
});

it('a door that nobody reaches is told by its host, without its path', async () => {
  const found = await findings((request) => void request.destroy());
  expect(found['Webhook door']?.says).toMatch(/^127\.0\.0\.1:\d+ does not answer from this machine/);
  expect(JSON.stringify(found)).not.toContain('doctor-');
});
