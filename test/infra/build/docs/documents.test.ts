import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { configurationReference } from '../../../../infra/build/docs/configuration.ts';
import { openApiDocument } from '../../../../infra/build/docs/openapi.ts';
import { type Example, examples } from '../../../../infra/build/docs/openapi-examples.ts';
import { createDocuments } from '../../../../infra/build/docs/write.ts';
import { defaultContract } from '../../../../shared/azumuta/contract.ts';
import { WebhookReceiver } from '../../../../shared/completions/receive-webhook.ts';
import { mapProductOrders } from '../../../../shared/integration/mapping/product-orders.ts';
import { orderKey } from '../../../../shared/ledger/keys.ts';
import { createLedger } from '../../../../shared/ledger/ledger.ts';
import { getOrder, postOrders } from '../../../../shared/orders/endpoint/http-api.ts';
import { createQueues } from '../../../../shared/platform/aws/queue.ts';
import { testClock } from '../../../support/clock.ts';
import { forAllTests } from '../../../support/for-all-tests.ts';
import { silent } from '../../../support/logs.ts';
import { modelledTable } from '../../../support/modelled-table.ts';
import { startSqsEndpoint } from '../../../support/sqs.ts';

const table = modelledTable();
const sqs = await forAllTests(startSqsEndpoint());

/** Licences that a plant may deploy without asking anybody. */
const permissive = /^(MIT|MIT-0|Apache-2\.0|BSD-2-Clause|BSD-3-Clause|0BSD|ISC)$/;

const sbomSchema = z.object({
  components: z.array(
    z.object({
      name: z.string(),
      version: z.optional(z.string()),
      licenses: z.optional(z.array(z.object({ license: z.object({ id: z.string() }) }))),
    }),
  ),
});

describe('a document that is made from code', () => {
  it('is up to date: npm run documents writes it', async () => {
    // Act
    const documents = Object.entries(await createDocuments());

    // Assess
    expect(documents).toHaveLength(5);
    for (const [path, text] of documents) expect(readFileSync(path, 'utf8'), path).toBe(text);
  });

  it('names every bundled package, each under a permissive licence with its text', () => {
    // Prepare
    const { components } = z.parse(
      sbomSchema,
      JSON.parse(readFileSync('infra/build/docs/sbom.json', 'utf8')),
    );
    const notice = readFileSync('infra/build/docs/third-party-licences.txt', 'utf8');

    // Act
    const packages = components.filter(({ version }) => version);

    // Assess
    expect(packages.map(({ name }) => name)).toEqual(expect.arrayContaining(['client-sqs', 'zod', 'big.js']));
    expect(packages.flatMap(({ licenses = [] }) => licenses.map(({ license }) => license.id))).toEqual(
      packages.map(() => expect.stringMatching(permissive)),
    );
    expect(packages.filter(({ name, version }) => !notice.includes(`${name} ${version} (`))).toEqual([]);
    expect(notice).toContain('Permission is hereby granted');
    expect(notice).toContain('TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION');
  });

  it('explains every field of the configuration', () => {
    const rows = configurationReference()
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows.length).toBeGreaterThan(60);
    // The names of fields of Azumuta's resources tell enough.
    const untold = rows.filter((row) => row.endsWith('|  |'));
    expect(untold.filter((row) => !/^\| `\w+\.\w+` \| path/.test(row))).toEqual([]);
  });
});

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    expect(await validator.validate(JSON.parse(JSON.stringify(openApiDocument())))).toMatchObject({
      valid: true,
    });
    expect(validator.version).toBe('3.1');
  });
});

describe('the examples of the OpenAPI document', () => {
  it('are what the HTTP API answers, one after the other', async () => {
    for (const example of examples) {
      // What nobody has tried to create yet would just take the change.
      if (example.name === 'changedOrder') await tried('MO/0001');
      const { statusCode, body } = await carriedOut(example);
      expect({ name: example.name, status: statusCode, body }).toEqual({
        name: example.name,
        ...example.answer,
      });
    }
  });
});

const secret = 'a key or token of the examples';

async function tried(number: string) {
  const clock = testClock();
  const { claims } = createLedger({ table, clock, times: { settlingSeconds: 300 } });
  await claims.claim(orderKey(number), { owner: 'worker', messageId: 'message', endsAt: clock.now() });
}

async function carriedOut({ operation, request: { number, query, body, authorized } }: Example) {
  const presented = authorized === false ? 'some other key or token' : secret;
  const clock = testClock();
  const queues = createQueues(sqs.client);
  const common = { queues, clock, log: silent, mayCall: () => true };
  const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body));
  if (operation === 'postProductOrders' || operation === 'getProductOrder') {
    const dependencies = {
      ...common,
      ledger: createLedger({ table, clock, times: { settlingSeconds: 300 } }),
      queueUrl: sqs.queueUrl('product-orders'),
      lookAgain: async () => {},
      map: (order: Parameters<typeof mapProductOrders>[1]) => mapProductOrders({}, order),
      accept: () => true,
      key: async () => ({ current: secret }),
    };
    const caller = { apiKey: presented, sourceIp: '203.0.113.7' };
    return operation === 'postProductOrders'
      ? postOrders({ ...caller, body: bytes, waitSeconds: 0 }, dependencies)
      : getOrder({ ...caller, number: number ?? '' }, dependencies);
  }
  const receiver = new WebhookReceiver({
    ...common,
    completionsQueueUrl: sqs.queueUrl('completions'),
    deadLetterQueueUrl: sqs.queueUrl('dead-letters'),
    names: defaultContract.trigger,
    key: async () => ({ current: secret }),
  });
  return receiver.receive({
    method: operation === 'getTrigger' ? 'GET' : 'POST',
    event: 'product-order-completed',
    token: presented,
    sourceIp: '203.0.113.7',
    rawQueryString: query ?? '',
    body: bytes,
    id: 'KlbwWhbbjoEEJVw=',
  });
}
