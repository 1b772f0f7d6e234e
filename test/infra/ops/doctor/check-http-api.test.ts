import { expect, it } from 'vitest';
import { httpApiChecks } from '../../../../infra/ops/doctor/check-http-api.ts';
import type { DoctorFinding } from '../../../../infra/ops/doctor/finding.ts';
import { startServer } from '../../../support/server.ts';
import { onThisMachine } from '../cli/targets.ts';

type Door = Parameters<typeof startServer>[0];

/** What doctor finds at endpoints that answer so. */
async function findings(
  door: Door,
  key?: string,
  domain = {},
): Promise<Record<string, DoctorFinding | undefined>> {
  const { url } = await startServer(door);
  const target = onThisMachine({
    WebhookUrl: `${url}/webhooks/azumuta/product-order-completed/<token>`,
    OrderEndpoint: `${url}/product-orders`,
    ...domain,
  });
  const keeper = {
    async current() {
      if (key === undefined) throw new Error('It is not set.');
      return key;
    },
  };
  const found = [];
  for (const check of httpApiChecks(target, keeper)) found.push(...(await check.look()));
  return Object.fromEntries(found.map((finding) => [finding.about, finding]));
}

it('accepts endpoints that refuse unknown callers, and makes no other calls to them', async () => {
  // Prepare
  const asked: string[] = [];

  // Act
  const found = await findings(({ method, url, headers }) => {
    asked.push(`${method} ${url.pathname.replace(/doctor-[\w-]{24}/, '<stranger>')}`);
    return { status: headers['x-api-key'] === 'the-right-key' ? 404 : 401 };
  }, 'the-right-key');

  // Assess
  expect(Object.values(found).map((finding) => finding?.result)).toEqual(['fine', 'fine']);
  expect(asked).toEqual([
    'GET /webhooks/azumuta/product-order-completed/<stranger>',
    'POST /product-orders',
    'GET /product-orders/<stranger>',
  ]);
});

it.each([
  [
    'its secret is not set',
    503,
    '{"reason":"The webhook token is not set yet."}',
    'wrong',
    'set webhook-token',
  ],
  ['there is nothing', 404, '{"message":"Not Found"}', 'wrong', 'deploy the stack again'],
  ['this machine is not let in', 403, '{}', 'notice', 'allow-list'],
  ['its function fails', 500, '{"message":"Internal Server Error"}', 'wrong', 'log group'],
])('says what to do about an endpoint where %s', async (_, status, body, result, next) => {
  const found = await findings(() => ({ status, body }));
  const door = found['Webhook endpoint'];
  expect(door?.result).toBe(result);
  expect(`${door?.next}: ${door?.command}`).toContain(next);
});

it.each([
  ['an endpoint that accepts any token', 'Webhook endpoint', 202, 'it answered 202 instead of 401'],
  [
    'an order endpoint that refuses the key that is set',
    'Order endpoint',
    401,
    'it refuses the key that is set',
  ],
])('reports %s', async (_, about, status, says) => {
  const found = await findings(() => ({ status }), 'a-key');
  expect(found[about]).toMatchObject({ result: 'wrong', says });
});

it('names an endpoint that does not answer by its host, without its path', async () => {
  const found = await findings(() => undefined);
  expect(found['Webhook endpoint']?.says).toMatch(/^127\.0\.0\.1:\d+ does not answer from this machine/);
  expect(JSON.stringify(found)).not.toContain('doctor-');
});

it('names where the DNS entry of an own domain must point to when nothing answers there', async () => {
  const found = await findings(() => undefined, undefined, { DomainTarget: 'd-1.execute-api.example' });
  expect(found['Order endpoint']?.says).toMatch(
    /: its DNS entry must be a CNAME of d-1\.execute-api\.example$/,
  );
});
