import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
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

const labels = (name: string) =>
  Buffer.concat([
    ...name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.from([0]),
  ]);

/** A DNS server that knows these entries, as far as questions for CNAME (5) and A (1) go. */
async function startDns(entries: Entries): Promise<Resolver> {
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const end = query.indexOf(0, 12) + 1;
    const question = query.subarray(12, end + 4);
    const name = [...question.subarray(0, end - 12)]
      .map((byte) => (byte < 32 ? '.' : String.fromCharCode(byte)))
      .join('')
      .replace(/^\.|\.$/g, '');
    const type = query.readUInt16BE(end);
    const entry = entries[name];
    const values =
      type === 5
        ? [entry?.cname].flatMap((cname) => (cname === undefined ? [] : [labels(cname)]))
        : (entry?.addresses ?? []).map((each) => Buffer.from(each.split('.').map(Number)));
    const records = values.map((value) =>
      Buffer.concat([Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, value.length]), value]),
    );
    // A response without an error, or NXDOMAIN.
    const header = Buffer.from([0x81, entry ? 0x80 : 0x83, 0, 1, 0, records.length, 0, 0, 0, 0]);
    socket.send(Buffer.concat([query.subarray(0, 2), header, question, ...records]), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return resolver;
}

/** What doctor finds of the way to this host. */
async function findings(host: string, entries: Entries, now = new Date()): Promise<readonly Finding[]> {
  const target = {
    ...onThisMachine({ OrderEndpoint: `https://${host}/product-orders`, DomainTarget: api }),
    local: false,
  };
  const found = [];
  for (const check of domainChecks(target, { resolver: await startDns(entries), now: () => now }))
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
