import type { AddressInfo } from 'node:net';
import { createServer, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { expect, it, onTestFinished } from 'vitest';
import { domainChecks } from '../../../../infra/ops/doctor/check-domain.ts';
import type { Finding } from '../../../../infra/ops/doctor/finding.ts';
import { onThisMachine } from '../cli/targets.ts';

/** Made for this test: of localhost, signed by itself, from 2020 to 2120. */
const cert = `-----BEGIN CERTIFICATE-----
MIIBlDCCATugAwIBAgIUXnTaLX/jaJLLY9UdyeNWWnjbe5AwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAx
MDAwMDAwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQlInN2FHBtEUhyLr/5l6rd8U70kSHMCGhvh2uv9eUQEsft5iYPwq93
uoQcuz5d6aaGcF0lqkVSvUIsuRXuFPt/o2kwZzAdBgNVHQ4EFgQUqS0EDhGjapxk
DZKFE4/tsm5IOUcwHwYDVR0jBBgwFoAUqS0EDhGjapxkDZKFE4/tsm5IOUcwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
RwAwRAIgM/QxwZE9j7ZADZPc3sBGBcMMod4ayhtxuU0mDAyIdSUCIERZ9aGzBlv+
fUbkEG1IKGB8pxm5mNe05PqkMC1JL0Ss
-----END CERTIFICATE-----`;
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgvzXXBuQOOj1n0pRt
2eDQY0D9HQld7XGaplmGGJ1MchahRANCAAQlInN2FHBtEUhyLr/5l6rd8U70kSHM
CGhvh2uv9eUQEsft5iYPwq93uoQcuz5d6aaGcF0lqkVSvUIsuRXuFPt/
-----END PRIVATE KEY-----`;

const api = 'd-0abc.execute-api.eu-west-1.amazonaws.com';

type Entries = Readonly<Record<string, { readonly cname?: string; readonly addresses?: readonly string[] }>>;

/** Answers as Node's resolver, which has an error of its own where there is no entry. */
function resolverOf(entries: Entries) {
  const known = async (name: string, values: readonly string[]) => {
    if (values.length > 0) return [...values];
    throw Object.assign(new Error(), { code: name in entries ? 'ENODATA' : 'ENOTFOUND' });
  };
  return {
    resolveCname: (name: string) => known(name, [entries[name]?.cname ?? []].flat()),
    resolve4: (name: string) => known(name, entries[name]?.addresses ?? []),
  };
}

/** What doctor finds of the way to this host. */
async function findings(host: string, entries: Entries, now = new Date()): Promise<readonly Finding[]> {
  const target = {
    ...onThisMachine({ OrderEndpoint: `https://${host}/product-orders`, DomainTarget: api }),
    local: false,
  };
  const found = [];
  for (const check of domainChecks(target, { resolver: resolverOf(entries), now: () => now }))
    found.push(...(await check.look()));
  return found;
}

const nameIn = async (entries: Entries) => (await findings('azumuta.plant.invalid', entries))[0];

const own = 'azumuta.plant.invalid';
const at = (...addresses: string[]) => ({ addresses });

it.each<[string, Entries]>([
  ['as a CNAME', { [own]: { cname: api } }],
  ['as an alias', { [own]: at('192.0.2.7'), [api]: at('192.0.2.6', '192.0.2.7') }],
])('accepts an own domain that points to the API %s', async (_, entries) => {
  expect(await nameIn(entries)).toMatchObject({ about: 'DNS entry', result: 'fine' });
});

const elsewhere = { [own]: at('192.0.2.1'), [api]: at('192.0.2.7') };
it.each<[string, Entries, string]>([
  ['to nothing', {}, 'there is no entry of azumuta.plant.invalid'],
  ['elsewhere', elsewhere, 'azumuta.plant.invalid points to 192.0.2.1, and not to the API'],
])('says which DNS entry is needed for an own domain that points %s', async (_, entries, says) => {
  const next = `in the DNS of the domain, make azumuta.plant.invalid a CNAME of ${api} (in Route 53 also an alias)`;
  expect(await nameIn(entries)).toEqual({ about: 'DNS entry', result: 'wrong', says, next });
});

/** What doctor finds of the certificate of a server that is made with it, at this time. */
async function certificateAt(time: string) {
  const server = createServer({ cert, key });
  await new Promise<void>((listening) => server.listen(0, 'localhost', listening));
  onTestFinished(() => void server.close());
  // A TCP server's address is not a pipe's name.
  const { port } = server.address() as AddressInfo;
  return (await findings(`localhost:${port}`, {}, new Date(time)))[1];
}

function trustIt(): void {
  const trusted = getCACertificates();
  setDefaultCACertificates([...trusted, cert]);
  onTestFinished(() => setDefaultCACertificates(trusted));
}

it.each([
  ['for years', '2026-11-26T08:00:00Z', 'fine', 'is that of localhost until 2120-01-01'],
  ['for days only', '2119-12-20T00:00:00Z', 'notice', 'is that of localhost until 2120-01-01, 12 more days'],
])('says when a certificate ends that lasts %s', async (_, time, result, says) => {
  trustIt();
  expect(await certificateAt(time)).toMatchObject({ about: 'Certificate', result, says });
});

it('reports a certificate that nobody trusts, and where the right one is configured', async () => {
  expect(await certificateAt('2026-11-26T08:00:00Z')).toMatchObject({
    result: 'wrong',
    says: expect.stringMatching(/^this machine cannot connect to localhost \(self-signed certificate/),
    next: expect.stringContaining('deployment.domain.certificateArn'),
  });
});

it('checks neither API Gateway’s own name nor the platform on this machine', async () => {
  const url = 'https://0abc.execute-api.eu-west-1.amazonaws.com/product-orders';
  expect(domainChecks({ ...onThisMachine({ OrderEndpoint: url }), local: false })).toEqual([]);
  expect(domainChecks(onThisMachine({ OrderEndpoint: 'http://127.0.0.1:4566/product-orders' }))).toEqual([]);
});
