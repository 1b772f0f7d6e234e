import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod/mini';
import { loadIntegration } from '../../../../infra/build/load-configuration.ts';
import {
  answersSchema,
  complaintOf,
  configurationText,
  type InitAnswers,
  offeredErps,
} from '../../../../infra/ops/init/answers.ts';
import { beginningFor } from '../../../../infra/ops/init/beginnings.ts';
import { emptyContract } from '../../../../infra/ops/probe/contract-text.ts';
import { defaultContract } from '../../../../shared/azumuta/contract.ts';
import { parse } from '../../../../shared/platform/validation.ts';
import { firstAttempt } from '../../../shared/erp/conformance/attempts.ts';
import { completionOf, productOrderOf, quantityKey } from '../../../shared/erp/conformance/completions.ts';
import { listOf } from '../../../shared/erp/conformance/listing.ts';
import { graphqlErp, newBooks, odataErp, restErp } from '../../../shared/erp/rest/first-erps.ts';
import { connected } from '../../../shared/erp/rest/sandbox.ts';
import { startServer } from '../../../support/server.ts';
import { complaintsAbout, snippetFolder } from '../../../support/snippets.ts';
import { newFolder } from '../../new-folder.ts';
import { typed } from '../commands/typed.ts';

const now = new Date('2026-11-26T08:54:30Z');
const answersOf = (changes: Partial<InitAnswers> = {}): InitAnswers => ({
  plant: 'bruges',
  timeZone: 'Europe/London',
  erp: 'odoo',
  url: 'https://erp.bruges.example',
  database: 'bruges',
  orders: { everyMinutes: 15 },
  numberPrefix: '',
  emails: ['it@bruges.example'],
  ...changes,
});

/** How a person finds the ERP. */
function foundBy(erp: string) {
  const inTheCloud = {
    url: undefined,
    database: undefined,
    tenant: 'bruges.onmicrosoft.com',
    company: '0b2f6c1e-7d55-4a3e-9f0a-3c5d8e1b2a47',
  };
  if (erp === 'business-central') return inTheCloud;
  const hasDatabase = ['odoo', 'tryton'].includes(erp);
  return { url: 'https://erp.bruges.example', database: hasDatabase ? 'bruges' : undefined };
}

/** Where the mapping of an example changes the number of its order. */
const numberShownOf: Readonly<Record<string, string>> = { 'sap-s4hana': '1000042' };

/** The name of a plant that does not exist. Its files are removed after the test. */
function newPlant(): string {
  const plant = `p${randomUUID().slice(0, 8)}`;
  const others = new Set(readdirSync('plants'));
  onTestFinished(() => {
    for (const name of readdirSync('plants'))
      if (name.startsWith(plant) || (name.startsWith('dolibarr') && !others.has(name)))
        rmSync(`plants/${name}`);
  });
  return plant;
}

function answersFile(answers: unknown): string {
  const file = join(newFolder(), 'answers.json');
  writeFileSync(file, JSON.stringify(answers));
  return file;
}

describe('init', () => {
  it.each(offeredErps)('begins a configuration for %s that loads, with the answers in it', async (erp) => {
    // Prepare
    const plant = newPlant();
    const found = foundBy(erp);
    const file = answersFile(answersOf({ plant, erp, ...found, numberPrefix: 'PO-' }));

    // Act
    const told = await typed('init', ['--answers', file]);

    // Assess
    const { order: sample = 'infra/ops/map/samples/order.json' } = beginningFor(erp);
    const { number } = z.object({ number: z.string() }).parse(JSON.parse(readFileSync(sample, 'utf8')));
    expect(told).toMatchObject({
      code: 0,
      output: expect.stringContaining(`PO-${numberShownOf[erp] ?? number}`),
    });
    const config = `plants/${plant}.config.ts`;
    const next = [
      'azumuta.baseUrl',
      `npm run map -- order.json --config ${config}`,
      `npm run probe -- --config ${config}`,
    ];
    for (const each of [...next, `npm run doctor -- --stack AzumutaErp-${plant}-test\n`])
      expect(told.output).toContain(each);
    expect(readFileSync(config, 'utf8')).toMatch(
      /azumuta: \{ baseUrl: .*'https:\/\/app\.azumuta\.com\/api\/v1', contract \}/,
    );
    const { integration } = await loadIntegration(`plants/${plant}.config.ts`, 'production');
    expect(integration).toMatchObject({
      plant,
      timeZone: 'Europe/London',
      schedule: { pull: { everyMinutes: 15 } },
      deployment: { alarmEmails: ['it@bruges.example'] },
    });
    for (const each of Object.values(found).filter((one) => one !== undefined))
      expect(readFileSync(config, 'utf8')).toContain(`'${each}'`);
    // The contract file is there from the beginning, for `npm run probe` to fill.
    expect(readFileSync(`plants/${plant}.contract.ts`, 'utf8')).toBe(emptyContract);
    expect(integration.azumuta.contract).toEqual(defaultContract);
  });

  it('overwrites nothing, and writes nothing when an answer is invalid', async () => {
    // Prepare
    const plant = newPlant();
    const own = `plants/${plant}.config.ts`;
    writeFileSync(own, '// mine');
    const other = newPlant();

    // Act
    const again = await typed('init', ['--answers', answersFile(answersOf({ plant }))]);
    const wrongAnswers = { ...answersOf({ plant: other }), timeZone: 'Brussels', database: undefined };
    const wrong = await typed('init', ['--answers', answersFile(wrongAnswers)]);
    const alone = await typed('init', []);

    // Assess
    expect(again).toMatchObject({ code: 2, complaint: expect.stringContaining('is there already') });
    expect(readFileSync(own, 'utf8')).toBe('// mine');
    expect(wrong).toMatchObject({ code: 2, complaint: expect.stringContaining('$.timeZone') });
    expect(alone).toMatchObject({ code: 2, complaint: expect.stringContaining('--answers') });
    expect(existsSync(`plants/${other}.config.ts`)).toBe(false);
    expect(readdirSync('plants').filter((name) => name.includes('unfinished'))).toEqual([]);
  });

  it('asks for what its ERP is found by, and for nothing else', () => {
    const paths = (answers: unknown) => {
      const parsed = parse(answersSchema, answers);
      return parsed.ok ? [] : parsed.mismatches.map(({ path }) => path);
    };
    expect(paths(answersOf())).toEqual([]);
    expect(paths(answersOf({ database: undefined }))).toEqual(['$.database']);
    expect(paths(answersOf({ erp: 'rest' }))).toEqual(['$.database']);
    expect(paths(answersOf({ erp: 'business-central' }))).toEqual([
      '$.url',
      '$.database',
      '$.tenant',
      '$.company',
    ]);
    expect(paths(answersOf({ url: undefined }))).toEqual(['$.url']);
  });
});

describe.each([
  ['rest', restErp, { token: 'secret' }],
  ['odata', odataErp, { username: 'me', password: 'secret' }],
  ['graphql', graphqlErp, { apiKey: 'secret' }],
] as const)('what init begins with for an ERP without a connector (%s)', (erp, answer, secret) => {
  it('is two files with the answers that type-check, say where to go on, and book at the ERP of their page as they are', async () => {
    // Prepare
    const plant = newPlant();
    const books = newBooks();
    const { url } = await startServer((received) => answer(books, received));
    const address = `${url}/api`;

    // Act
    const told = await typed('init', [
      '--answers',
      answersFile(answersOf({ plant, erp, url: address, database: undefined })),
    ]);
    const { integration } = await loadIntegration(`plants/${plant}.config.ts`, 'production');
    const connector = connected(integration.erp, secret);
    const listed = await listOf(connector);
    const booked = await connector.book(
      completionOf({ number: 'WO-1' }),
      quantityKey(productOrderOf({ number: 'WO-1' })),
      firstAttempt(),
    );

    // Assess
    const described = `plants/${plant}-erp.ts`;
    expect(told.output).toContain(`Describe the API of your ERP in ${described}`);
    expect(told.output).toContain(`npm start -- --no-demo --config plants/${plant}.config.ts`);
    expect(listed.numbers).toContain('WO-1');
    expect(booked).toMatchObject({ alreadyBooked: false });
    expect(books.bookings).toMatchObject([{ order: 'WO-1', good: '5' }]);
    const written = readdirSync('plants').filter((name) => name.startsWith(plant));
    expect(written.toSorted()).toEqual([`${plant}-erp.ts`, `${plant}.config.ts`, `${plant}.contract.ts`]);
    expect(await complaintsAbout(snippetFolder(sourcesOf(written)))).toBe('');
    expect(readFileSync(described, 'utf8')).toContain('shared/erp/rest/FIRST-BOOKING.md says what to ask');
    expect(readdirSync('plants').filter((name) => name.startsWith('dolibarr'))).toEqual([]);
  });
});

const sourcesOf = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, readFileSync(`plants/${name}`, 'utf8')]));

it.each([
  ['plant', 'Ghent 1', 'This is not small letters, digits and dashes: ghent.'],
  ['timeZone', 'Brussels', 'This is not a time zone such as Europe/Brussels.'],
  ['url', 'erp', 'This is not an address such as https://erp.plant.example.'],
  ['timeZone', 'Europe/Brussels', undefined],
] as const)('says what is wrong with one answer in a sentence: %s %s', (field, given, sentence) => {
  expect(complaintOf(field, given)).toBe(sentence);
});

it('writes any text so that it reads back the same', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }), (given) => {
      const own = answersOf({ database: given, numberPrefix: given });
      const text = configurationText(beginningFor('odoo').configuration('bruges'), own, now);
      const [, database = ''] = /database: stage === 'production' \? ('(?:[^'\\]|\\.)*') : /.exec(text) ?? [];
      const [, number = ''] = /number: \(order\) => (`(?:[^`\\]|\\.)*`),\n/s.exec(text) ?? [];
      const read = (source: string): unknown =>
        new Function('order', `return ${source};`)({ number: 'MO/1' });
      expect(read(database)).toBe(given);
      // JavaScript reads every line ending in a template as \n.
      expect(read(number)).toBe(`${given.replace(/\r\n?/g, '\n')}MO/1`);
    }),
    { examples: [['a $1, $2 and `$&`']] },
  );
});
