import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createHttp } from '../../../shared/platform/http.ts';

/** Made for this test: of 127.0.0.1, signed by itself, from 2020 to 2120. */
const cert = `-----BEGIN CERTIFICATE-----
MIIBmjCCAUCgAwIBAgIUfSZY7vJjRAyIEFNIaVI1wGMuURcwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOVGVzdCBhdXRob3JpdHkwIBcNMjAwMTAxMDAwMDAwWhgPMjEy
MDAxMDEwMDAwMDBaMBkxFzAVBgNVBAMMDlRlc3QgYXV0aG9yaXR5MFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEkE6hw0f/jeGlZvH0DVHNPSlJhR4kqK7dW2TAiGKB
7EVAL4BvDPATAhf5nRpvB9MUb+cX1qR6HQH00YrLxtybjKNkMGIwHQYDVR0OBBYE
FDTc1X8vc/HqQLlnehlMfq5HPmuGMB8GA1UdIwQYMBaAFDTc1X8vc/HqQLlnehlM
fq5HPmuGMA8GA1UdEwEB/wQFMAMBAf8wDwYDVR0RBAgwBocEfwAAATAKBggqhkjO
PQQDAgNIADBFAiA1W0AXKpeu5/obOL/7yD7Tr6U35zjjCr6YL/BOhKTDMAIhAORi
BVi5XaQthMKZwFn+lqbMQcs2PNw3u5b7p2EmrTbi
-----END CERTIFICATE-----`;
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgvSokMCGCnl3IHUfJ
zeELXDyclEu9sPyGXzbuULLgOOChRANCAASQTqHDR/+N4aVm8fQNUc09KUmFHiSo
rt1bZMCIYoHsRUAvgG8M8BMCF/mdGm8H0xRv5xfWpHodAfTRisvG3JuM
-----END PRIVATE KEY-----`;

it('does not call a partner whose certificate has no known authority, until the configuration names it', async () => {
  // Prepare
  let asked = 0;
  const server = createServer({ cert, key }, (_request, response) => {
    asked += 1;
    response.end('{}');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // A TCP server's address is not a pipe's name.
  const { port } = server.address() as AddressInfo;
  const baseUrl = `https://127.0.0.1:${port}`;

  // Act and assess
  const strange = createHttp({ mayWrite: () => true, partner: 'ERP', baseUrl });
  await expect(strange.send({ path: '/', method: 'POST' })).rejects.toMatchObject({
    scope: 'partner',
    wrote: 'nothing',
    message: expect.stringContaining('DEPTH_ZERO_SELF_SIGNED_CERT'),
  });
  expect(asked).toBe(0);
  const known = createHttp({ mayWrite: () => true, partner: 'ERP', baseUrl, caCertificate: cert });
  await expect(known.send({ path: '/' })).resolves.toMatchObject({ status: 200 });
});
