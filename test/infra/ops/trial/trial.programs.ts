import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startServer } from '../../../support/server.ts';
import { snippetFolder } from '../../../support/snippets.ts';
import { typed } from '../commands/typed.ts';

const configuration = (url: string, more = '') => `
import * as z from 'zod/mini';
import { defineIntegration, planned, rest, textAt } from '#azumuta-erp';

export default defineIntegration({
  plant: 'relayed',
  timeZone: 'Europe/Brussels',
  erp: rest({
    name: 'The relay',
    baseUrl: '${url}',
    auth: { kind: 'bearer' },
    orders: {
      path: '/orders',
      paging: { kind: 'none' },
      list: 'rows',
      row: z.object({}),
      order: () => ({ number: '1', article: 'A', quantity: '1', state: 'other', changedAt: null }),
    },
    book: {
      lookUp: [],
      steps: [
        {
          name: 'the quantity',
          once: 'byKey',${more}
          request: ({ key, built, completion }) => ({
            path: '/book',
            body: { key, good: built.good, order: completion.erpOrder.number },
          }),
          proof: ({ json }) => ({
            key: textAt(json, 'key'),
            reference: textAt(json, 'reference'),
            good: textAt(json, 'good'),
          }),
        },
      ],
    },
  }),
  completions: { quantity: planned },
});
`;

/** A relay, whose token is a marker, and the configuration of a plant that books by it. */
async function startRelay(more = '') {
  const server = await startServer(({ body, headers }) =>
    headers.authorization === 'Bearer canary-relay-token'
      ? { body: { ...JSON.parse(body), reference: 'B-7' } }
      : { status: 401, body: { message: headers.authorization } },
  );
  const folder = snippetFolder({ 'relayed.config.ts': configuration(server.url, more) });
  const words = ['4711', '-c', join(folder, 'relayed.config.ts')];
  const environment = { ERP_CREDENTIALS: '{"token":"canary-relay-token"}' };
  return { server, words, environment };
}

it('sends nothing before somebody says so, then the same key three times, and says what to write', async () => {
  // Prepare
  const { server, words, environment } = await startRelay();

  // Act
  const asked = await typed('trial', words, { environment });
  const callsBefore = server.calls.length;
  const tried = await typed('trial', [...words, '--go'], { environment });

  // Assess
  expect(asked).toMatchObject({ code: 0, output: expect.stringContaining('add --go') });
  expect(callsBefore).toBe(0);
  expect(tried).toMatchObject({ code: 0, complaint: '' });
  expect(tried.output).toContain('The same key twice at once and again: one reference, B-7.');
  expect(tried.output).toContain('erp.book.steps[0].tried');
  expect(new Set(server.calls.map(({ body }) => body)).size).toBe(1);
  expect(server.calls.length).toBe(3);
});

it('says what is missing, and shows no secret', async () => {
  const { words } = await startRelay();
  const already = await startRelay("\n          tried: 'today',");

  const unset = await typed('trial', [...words, '--go']);
  const wrong = await typed('trial', [...words, '--go'], {
    environment: { ERP_CREDENTIALS: '{"token":"canary-wrong-token"}' },
  });
  const tried = await typed('trial', already.words, { environment: already.environment });

  expect(unset).toMatchObject({ code: 2, complaint: expect.stringContaining('Set ERP_CREDENTIALS') });
  expect(wrong).toMatchObject({ code: 1, output: expect.stringContaining('The promise is not kept') });
  expect(wrong.output + wrong.complaint).not.toContain('canary');
  expect(tried).toMatchObject({ code: 2, complaint: expect.stringContaining('Take tried out') });
});
