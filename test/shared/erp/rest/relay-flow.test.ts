import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ErpDefinition } from '../../../../shared/erp/connector.ts';
import { startServer } from '../../../support/server.ts';
import { complaintsAbout, snippetFolder } from '../../../support/snippets.ts';
import { attemptAfter, failureOf, firstAttempt, nextAttempt } from '../conformance/attempts.ts';
import { completionOf } from '../conformance/completions.ts';
import { type Outside, parseFlow } from './n8n-flow.ts';
import { connected } from './sandbox.ts';
import { key, order } from './small.ts';

const folder = 'plants/examples/relay';
const flow = parseFlow(readFileSync(`${folder}/n8n.json`, 'utf8'));
const table = readFileSync(`${folder}/table.sql`, 'utf8');
const page = readFileSync('shared/erp/rest/RELAY.md', 'utf8');
const [, shown = ''] = /```ts\n([\s\S]*?)```/.exec(page) ?? [];
const file = `import * as z from 'zod/mini';
import { rest, textAt } from '#azumuta-erp';
export const relayErp = (baseUrl: string) => rest({
  name: 'The relay',
  baseUrl,
  orders: {
    path: '/orders',
    paging: { kind: 'none' },
    list: 'rows',
    row: z.object({}),
    order: () => ({ number: '1', article: 'A', quantity: '1', state: 'other', changedAt: null }),
  },
${shown}});
`;

interface Row {
  readonly key: string;
  readonly erp_order: string;
  readonly good: string;
  readonly scrap: string | null;
  readonly reference?: string;
  readonly isOld?: true;
}

/** The table, which refuses a second row with a key, as its primary key does. Its queries are told apart by their first words. */
function createTable() {
  const rows = new Map<string, Row>();
  const query: Outside['query'] = (text, [given, second, good, scrap]) => {
    const own = String(given);
    const row = rows.get(own);
    if (text.startsWith('WITH taken AS')) {
      if (row) return { ...row, is_first: false, is_old: row.isOld === true };
      const taken = {
        key: own,
        erp_order: String(second),
        good: String(good),
        scrap: scrap ? String(scrap) : null,
      };
      rows.set(own, taken);
      return { ...taken, is_first: true, is_old: false };
    }
    if (row === undefined || text.startsWith('DELETE')) {
      rows.delete(own);
      return undefined;
    }
    rows.set(own, { ...row, reference: String(second) });
    return { ...rows.get(own) };
  };
  return { rows, query };
}

type ErpAnswer = Awaited<ReturnType<Outside['book']>>;

/** n8n with the flow, and the connector as the page describes it. @param answers What the ERP answers first; then it books. */
async function started(answers: readonly (ErpAnswer | Promise<ErpAnswer> | 'n8n dies')[] = []) {
  const left = [...answers];
  const booked: object[] = [];
  const { rows, query } = createTable();
  const book: Outside['book'] = async (body) => {
    booked.push(body);
    const given =
      left.length > 0 ? left.shift() : { statusCode: 201, body: { reference: `R-${booked.length}` } };
    // A worker that is killed answers nothing, and takes no further node.
    if (given === 'n8n dies') throw new Error('killed');
    return given;
  };
  const server = await startServer(({ body, url }) =>
    url.pathname === '/webhook/azumuta-booking'
      ? flow.run(JSON.parse(body), { book, query }).catch(() => undefined)
      : { status: 404, body: { message: 'The requested webhook is not registered.' } },
  );
  const inFolder = snippetFolder({ 'relay.ts': file });
  const made: { relayErp: (baseUrl: string) => ErpDefinition } = await import(
    pathToFileURL(join(inFolder, 'relay.ts')).href
  );
  const connect = (path: string) =>
    connected(made.relayErp(`${server.url}${path}`), { token: 'canary-7d20' });
  const completion = completionOf(order, { quantity: { amount: '4' }, scrap: { amount: '1' } });
  const erp = connect('/webhook');
  return {
    rows,
    booked,
    sent: (good = '4') => flow.run({ key, order: order.number, good, scrap: '1' }, { book, query }),
    book: (attempt = firstAttempt()) => erp.book(completion, key, attempt),
    bookElsewhere: () => connect('/webhook-test').book(completion, key, firstAttempt()),
  };
}

describe('the flow for n8n', () => {
  it('has a lock: a table that refuses a second row with the same key', () => {
    const queries = flow.nodes.flatMap(({ type, parameters }) =>
      type === 'n8n-nodes-base.postgres' ? parameters.query : [],
    );

    expect(table).toMatch(/^ {2}key text PRIMARY KEY,$/m);
    expect(
      queries.filter((text) =>
        /INSERT INTO azumuta_bookings \(.*\)\s*ON CONFLICT \(key\) DO NOTHING/s.test(text),
      ),
    ).toHaveLength(1);
    expect(queries.filter((text) => text.includes('WHERE key = $1'))).toHaveLength(queries.length);
  });

  it('connects nodes that there are, and leads to each', () => {
    const names = flow.nodes.map(({ name }) => name);
    const targets = Object.values(flow.connections).flatMap(({ main }) =>
      main.flat().map(({ node }) => node),
    );

    expect(new Set(names).size).toBe(names.length);
    expect([...new Set(targets), 'The booking comes'].toSorted()).toEqual(names.toSorted());
    expect(names).toEqual(expect.arrayContaining(Object.keys(flow.connections)));
  });

  it('waits for as long as its page says', () => {
    const text = JSON.stringify(flow.nodes);
    const [, minutes] = /taken_at < now\(\) - interval '(\d+) minutes'/.exec(text) ?? [];
    const [, milliseconds] = /"timeout":(\d+)/.exec(text) ?? [];

    expect(page).toContain(`the ERP is silent for ${Number(milliseconds) / 1000} s,`);
    expect(page).toContain(`older than ${minutes} minutes`);
  });

  it('is connected by what its page says', async () => {
    expect(await complaintsAbout(snippetFolder({ 'relay.ts': file }))).toBe('');
  });

  it('books once, and answers with the first booking each time', async () => {
    const { book, booked, sent } = await started();

    const receipts = [await book(), await book(nextAttempt())];

    expect(await sent()).toEqual({ status: 200, body: { key, reference: 'R-1', good: '4', scrap: '1' } });
    expect(receipts.map(({ reference }) => reference)).toEqual(['R-1', 'R-1']);
    expect(booked).toEqual([{ order: 'MO/0001', good: '4', scrap: '1', remark: key }]);
  });

  it('books once when the same key comes twice at once: one of the two waits', async () => {
    const works = Promise.withResolvers<ErpAnswer>();
    const { book, booked } = await started([works.promise]);

    const both = [book(), book()];
    const waiting = await failureOf(Promise.race(both));
    works.resolve({ statusCode: 201, body: { reference: 'R-1' } });
    const ended = await Promise.allSettled(both);

    expect(waiting).toMatchObject({ kind: 'order-not-ready' });
    expect(ended).toContainEqual({ status: 'fulfilled', value: { reference: 'R-1', alreadyBooked: false } });
    expect(booked).toHaveLength(1);
    expect((await book(nextAttempt())).reference).toBe('R-1');
  });

  it.each<[string, ErpAnswer, object]>([
    [
      'a refusal',
      { statusCode: 400, body: { message: 'The period is closed' } },
      { causeCode: 'refused-by-erp', message: expect.stringContaining('The period is closed') },
    ],
    ['a refusal without a sentence', { statusCode: 404, body: '' }, { causeCode: 'refused-by-erp' }],
    ['a refused login', { statusCode: 401, body: {} }, { kind: 'partner-down' }],
    ['too many calls', { statusCode: 429, body: {} }, { kind: 'partner-down' }],
  ])('gives the key back after what books nothing: %s', async (_, answer, expected) => {
    const { book, booked, rows } = await started([answer]);

    const failure = await failureOf(book());

    expect(failure).toMatchObject(expected);
    expect(rows.size).toBe(0);
    expect((await book(attemptAfter(failure))).reference).toBe('R-2');
    expect(booked).toHaveLength(2);
  });

  it.each<[string, ErpAnswer | 'n8n dies']>([
    ['no answer', undefined],
    ['408', { statusCode: 408, body: {} }],
    ['500', { statusCode: 500, body: { message: 'oops' } }],
    ['a redirect', { statusCode: 302, body: {} }],
    ['a success without a reference', { statusCode: 200, body: '<html>Log in</html>' }],
    ['n8n dies amid', 'n8n dies'],
  ])('never calls the ERP again after what may have booked, and tells a person: %s', async (_, answer) => {
    // Prepare
    const { book, booked, rows } = await started([answer]);

    // Act
    const first = await failureOf(book());
    const second = await failureOf(book(attemptAfter(first)));
    for (const [own, row] of rows) rows.set(own, { ...row, isOld: true });
    const third = await failureOf(book(attemptAfter(second)));

    // Assess
    expect(first).toMatchObject({ kind: 'partner-down', wrote: 'perhaps' });
    expect(second).toMatchObject({ kind: 'order-not-ready' });
    expect(third).toMatchObject({
      causeCode: 'refused-by-erp',
      message: expect.stringContaining('It may be booked'),
    });
    expect(booked).toHaveLength(1);
  });

  it('answers with what a person has found in the ERP', async () => {
    const { book, rows } = await started([undefined]);
    const failure = await failureOf(book());
    for (const [own, row] of rows) rows.set(own, { ...row, isOld: true, reference: 'R-by-hand' });

    expect((await book(attemptAfter(failure))).reference).toBe('R-by-hand');
  });

  it('answers with the figures of the first booking, which other figures do not fit', async () => {
    const { book, booked, sent } = await started();
    await sent('5');

    expect(await failureOf(book())).toMatchObject({ causeCode: 'booked-otherwise' });
    expect(booked).toHaveLength(1);
  });

  it('refuses a call that names no key, order or figure', async () => {
    const whole = { key, order: order.number, good: '4' };
    const { rows, query } = createTable();
    const outside = { query, book: async () => undefined };

    for (const name of Object.keys(whole))
      expect((await flow.run({ ...whole, [name]: '' }, outside)).status).toBe(400);
    expect(rows.size).toBe(0);
  });

  it('is down while it is not active in n8n', async () => {
    const { bookElsewhere } = await started();

    expect(await failureOf(bookElsewhere())).toMatchObject({ kind: 'partner-down' });
  });
});
