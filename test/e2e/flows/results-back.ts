import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { operatorClients } from '../../../infra/local/operator-clients.ts';
import type { LocalSystem } from '../../../infra/local/run-locally.ts';
import { azumutaSandboxKey, erpSandboxKey } from '../../../infra/local/sandbox/api.ts';
import { routeOfOperation } from '../../../infra/local/sandbox/azumuta/routes.ts';
import { setFaults } from '../../support/faults.ts';
import { patient } from '../../support/patient.ts';
import { plannersOn } from '../../support/planners.ts';
import { booked, bookingsOf, builtOrder, readsOfRecordings, seldom } from './journey.ts';
import { calls, system } from './plant.ts';

/** The dead letters of an order once there are so many. */
const deadLettersOf = (number: string, times: number) =>
  vi.waitUntil(async () => {
    const letters = (await calls.deadLetters()).filter(({ orderNumber }) => orderNumber === number);
    return letters.length >= times && letters;
  }, seldom);
const deadLetterOf = async (number: string) => (await deadLettersOf(number, 1))[0];

export function resultsBackTests(): void {
  describe('a completion', () => {
    it('is booked once, with the recordings of the operators, although two triggers come', async () => {
      // Prepare
      const number = await builtOrder();
      await system.azumuta.forgetCalls();

      // Act
      await system.azumuta.complete(number, { quantity: 4, scrap: 1, serials: ['SN-17'] });
      const [booking, ...others] = await booked(number);

      // Assess
      expect(others).toEqual([]);
      expect(booking).toMatchObject({
        goodQuantity: '4',
        scrapQuantity: '1',
        final: true,
        lots: [
          { number: 'SN-17', quantity: '4' },
          { number: 'SN-17', quantity: '1', scrapped: true },
        ],
      });
      expect(booking?.reference).toMatch(/^\w{17}#quantity$/);
      expect(booking?.notes.join()).toContain('Assemble housing');
      expect(booking?.links.length).toBeGreaterThan(0);
      expect(new Set(await readsOfRecordings())).toEqual(new Set([1]));
    });

    it('is left to a person, with the reason, when somebody else completed the order in the ERP', async () => {
      const number = await builtOrder();
      plannersOn(system.sandboxes.erp.store).finish(number);
      await system.azumuta.complete(number);
      expect(await deadLetterOf(number)).toMatchObject({
        stage: 'book-completion',
        reason: expect.stringContaining('completed by somebody else'),
      });
      expect(bookingsOf(number).filter(({ reference }) => reference !== null)).toEqual([]);

      // A person is alerted: the function that does it runs every five minutes, under its own role.
      const { functionError } = await system.emulator.runSchedule('SchedulesAlerts');
      const folder = join(system.emulator.dataDir, 'sns');
      const mails = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
      expect(functionError).toBeUndefined();
      expect(mails.join('\n')).toMatch(
        new RegExp(
          `${number} · article GEAR-01 · 5 u .*\n +Why: .*completed by somebody else.*\n +Next: .*\n +Type: npm run replay -- --local --order ${number}\n`,
        ),
      );
    });

    it('becomes a dead letter with the path when an answer of Azumuta is invalid, and nothing is booked in part', async () => {
      // Prepare
      const number = await builtOrder();
      setFaults(system.azumuta, [{ kind: 'wrong-shape', route: routeOfOperation('readRecording') }]);

      // Act
      await system.azumuta.complete(number);
      // Of both triggers: the second one would book it, once Azumuta answers rightly, amid a later test.
      const deadLetters = await deadLettersOf(number, 2);
      setFaults(system.azumuta, []);

      // Assess
      for (const deadLetter of deadLetters)
        expect(deadLetter).toMatchObject({
          stage: 'book-completion',
          reason: expect.stringContaining('$.'),
        });
      expect(bookingsOf(number)).toEqual([]);
    });
  });

  describe('the webhook endpoint', () => {
    it('refuses a wrong token and keeps nothing of it', async () => {
      const ofWebhook = async () =>
        (await calls.deadLetters()).filter(({ stage }) => stage === 'receive-webhook').length;
      const before = await ofWebhook();
      expect(await calls.webhook({ query: 'productOrderNumber=X', token: 'wrong' })).toMatchObject({
        status: 401,
      });
      expect(await calls.webhook({ query: 'nonsense', event: 'nope', token: 'wrong' })).toMatchObject({
        status: 401,
      });
      expect(await ofWebhook()).toBe(before);
    });

    it.each([
      ['an unknown event', { event: 'product-order-started', query: 'number=A' }, 404, 'Unknown event'],
      [
        'a body over 64 KB',
        { body: JSON.stringify({ number: 'A', more: 'x'.repeat(65_536) }) },
        413,
        'larger than',
      ],
      ['a body that is not JSON', { body: 'number=A' }, 400, 'not JSON'],
      ['no order number', { query: 'recordingId=SarLiLeyuNWgw3Tai' }, 400, 'No product order number'],
    ])('keeps %s as one dead letter, and says what was wrong', async (_name, call, status, reason) => {
      // Act: twice the same
      const answer = await calls.webhook(call);
      await calls.webhook(call);

      // Assess
      expect(answer.status).toBe(status);
      expect(answer.answer).toContain(reason);
      const kept = (await calls.deadLetters()).filter(
        (letter) => letter.stage === 'receive-webhook' && letter.reason?.includes(reason),
      );
      // Each container keeps it once; copies of several bear the same id.
      expect(new Set(kept.map(({ messageId }) => messageId)).size).toBe(1);
    });

    it('trusts no trigger: an order that is not completed in Azumuta is not booked', async () => {
      const number = await builtOrder();
      expect(
        await calls.webhook({ query: `productOrderNumber=${encodeURIComponent(number)}` }),
      ).toMatchObject({
        status: 202,
      });
      const order = (await system.azumuta.productOrders()).find((each) => each.number === number);
      const reads = () => system.azumuta.calls('path');
      await expect
        .poll(reads, patient)
        .toHaveProperty([routeOfOperation('readProductOrder').replace('{id}', order?.id ?? '')]);
      expect(bookingsOf(number)).toEqual([]);
    });
  });

  describe('a secret', () => {
    const formsOf = (secret: string) => [
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    ];
    const echoing = (secret: string) => `What about ${[secret, ...formsOf(secret)].join(' and ')}, indeed?`;
    const oneLetterWrong = (secret: string) => secret.slice(0, -1) + (secret.endsWith('x') ? 'y' : 'x');
    const logs = () =>
      readdirSync(join(system.emulator.dataDir, '..'), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith('.log'))
        .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'));
    const retried = (number: string) =>
      logs()
        .flatMap((log) => log.split('\n'))
        .filter((line) => line.includes('"Retried"') && line.includes(`"order":${JSON.stringify(number)}`));

    it('is in no log, ledger, dead letter or answer, after lost answers, refusals that echo it and keys that are nearly right', async () => {
      // Prepare
      const token = new URL(system.webhookUrl).pathname.split('/').at(-1) ?? '';
      const nearMisses = { token: oneLetterWrong(token), key: oneLetterWrong(system.orderEndpoint.key) };
      const secrets = [...(await secretsOf(system)), ...Object.values(nearMisses)];
      expect(secrets).toEqual(
        expect.arrayContaining([azumutaSandboxKey, erpSandboxKey, system.orderEndpoint.key, token]),
      );
      const writes = {
        azumuta: routeOfOperation('createProductOrder'),
        erp: 'POST /api/production-orders/{number}/bookings',
      };

      // Act: answers to writes are lost.
      setFaults(system.azumuta, [{ kind: 'reset-after', route: writes.azumuta, times: 1 }]);
      const number = await builtOrder();
      setFaults(system.erp, [{ kind: 'reset-after', route: writes.erp, times: 1 }]);
      await system.azumuta.complete(number);
      await booked(number);
      await vi.waitUntil(() => retried(number).length >= 2, patient);
      // Writes are refused with a sentence that repeats our key.
      const refused = { status: 422, kind: 'status' } as const;
      const unbooked = await builtOrder();
      setFaults(system.erp, [{ ...refused, route: writes.erp, message: echoing(erpSandboxKey) }]);
      await system.azumuta.complete(unbooked);
      setFaults(system.azumuta, [{ ...refused, route: writes.azumuta, message: echoing(azumutaSandboxKey) }]);
      const { order: uncreated } = await system.erp.releaseAndSend(system.orderEndpoint, {
        product: 'GEAR-01',
        quantity: '5',
      });
      const reasons = [await deadLetterOf(unbooked), await deadLetterOf(uncreated.number)].map(
        (letter) => letter?.reason,
      );
      const answers = [
        await calls.webhook({ query: 'number=', token: nearMisses.token }),
        await calls.webhook({
          body: JSON.stringify({ number: 'A', token: 'none' }),
          token: nearMisses.token,
        }),
        await calls.webhook({ query: 'what=nonsense' }),
        await calls.post({ number: 'CANARY', article: 'GEAR-01' }, { 'x-api-key': nearMisses.key }),
        await calls.post({ number: 'CANARY' }),
        await calls.status(number),
        await calls.status(uncreated.number),
      ];
      setFaults(system.azumuta, []);
      setFaults(system.erp, []);

      // Assess
      expect(reasons.map((reason) => reason?.includes('What about •••'))).toEqual([true, true]);
      expect(answers.map(({ status }) => status).slice(0, 4)).toEqual([401, 401, 400, 401]);
      const { dynamodb } = operatorClients(system.emulator);
      const [table] = system.emulator.stack.tables;
      const { Items: ledger = [], LastEvaluatedKey: more } = await dynamodb.send(
        new ScanCommand({ TableName: table?.name }),
      );
      expect(more).toBeUndefined();
      const kept = { logs: logs(), ledger, deadLetters: await calls.deadLetters(), answers };
      for (const [where, what] of Object.entries(kept)) {
        const text = JSON.stringify(what);
        expect(text.length, `something is in the ${where}`).toBeGreaterThan(200);
        const found = secrets.filter((secret) => formsOf(secret).some((form) => text.includes(form)));
        expect(found.length, `${where} hold secrets`).toBe(0);
      }
    });
  });
}

/** Every text in every secret of the stack. */
async function secretsOf({ emulator }: LocalSystem): Promise<string[]> {
  const { secrets } = operatorClients(emulator);
  const texts = await Promise.all(
    emulator.stack.secrets.map(async ({ arn }) => {
      const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId: arn }));
      return Object.values(z.parse(z.record(z.string(), z.string()), JSON.parse(SecretString)));
    }),
  );
  return texts.flat();
}
