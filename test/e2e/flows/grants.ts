import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { functionNames } from '../../../infra/build/bundle-functions.ts';
import { type AwsCaller, authorize } from '../../../infra/local/emulator/iam/authorize.ts';
import { principalsOf } from '../../../infra/local/emulator/iam/principals.ts';
import { bothTriggers } from '../../../infra/local/run-locally.ts';
import { completionHint } from '../../../shared/completions/messages.ts';
import { orderKey } from '../../../shared/ledger/keys.ts';
import { grantsOf } from '../../infra/stack/grants/grants.ts';
import { azumutaPeopleOn } from '../../support/azumuta-people.ts';
import { newOrder, splitOrder } from '../../support/orders.ts';
import { patient } from '../../support/patient.ts';
import { sqsRecord } from '../../support/sqs.ts';
import { booked, bookingsOf, builtOrder } from './journey.ts';
import { lines, system } from './plant.ts';

/** Roles of functions; an event source mapping polls with the role of its function. */
const functions = () => principalsOf(system.emulator.stack).filter(({ kind }) => kind === 'function');

/** An ARN that matches the pattern of a grant. */
const exampleOf = (pattern: string) => pattern.replace(/\*$/, 'log-stream:local/1');

/**
 * The grants of each role, compared with what each function needs. The end of `npm test` compares the grants that
 * all tests together used with those of the template; the runs here are those that no other test needs. Last, as the
 * logs of the flows before are read.
 */
export function grantsTests(): void {
  describe('the role of each function', () => {
    it('loses an action with each grant that is removed: none is there twice', () => {
      for (const principal of functions()) {
        for (const grant of grantsOf(principal)) {
          const call = { action: grant.action, resource: exampleOf(grant.resource) };

          expect(authorize(principal, [], call)).toEqual({ allowed: true, grant });
          expect(authorize(withoutGrant(principal, grant), [], call)).toMatchObject({ allowed: false });
        }
      }
    });

    it('allows what it grants by name, and no other action of any role', () => {
      const { resourcePolicies } = system.emulator.stack;
      const everything = functions().flatMap(grantsOf);
      const administration = ['dynamodb:Scan', 'dynamodb:DeleteTable', 'dynamodb:BatchWriteItem'];
      const actions = [
        ...everything.map(({ action }) => action),
        ...[...administration, 'sqs:PurgeQueue', 'secretsmanager:PutSecretValue'],
      ];
      for (const principal of functions()) {
        const granted = new Set(grantsOf(principal).map(({ action, resource }) => `${action} ${resource}`));
        for (const resource of new Set([...everything.map((grant) => grant.resource), '*']))
          for (const action of new Set(actions)) {
            const call = { action, resource: exampleOf(resource) };
            const { allowed } = authorize(principal, resourcePolicies, call);
            const isGranted = granted.has(`${action} ${resource}`);
            expect(allowed, `${principal.name}: ${action} on ${resource}`).toBe(isGranted);
          }
      }
    });

    it('lets it take a slot of a partner that it calls, where a plant has a limit', () => {
      const [ledger] = system.emulator.stack.tables;
      const partners = /AzumutaApiKey|ErpCredentials/;
      const callers = functions().filter((principal) =>
        grantsOf(principal).some(
          ({ action, resource }) => action === 'secretsmanager:GetSecretValue' && partners.test(resource),
        ),
      );

      const allowed = callers.flatMap((principal) =>
        ['dynamodb:GetItem', 'dynamodb:UpdateItem'].map(
          (action) => authorize(principal, [], { action, resource: ledger?.arn ?? '' }).allowed,
        ),
      );

      expect(allowed).toEqual(Array.from({ length: 8 }, () => true));
    });
  });

  describe('a function', () => {
    const oneTrigger = () => [{ method: 'GET', url: system.webhookUrl, ids: 'singular' }] as const;
    beforeAll(() => system.azumuta.setTriggers(oneTrigger()));
    afterAll(() => system.azumuta.setTriggers(bothTriggers(system.webhookUrl)));

    it('finds a product order that was renamed in Azumuta by its id', async () => {
      // Prepare
      const number = await builtOrder();
      azumutaPeopleOn(system.sandboxes.azumuta.store).rename(number, `${number}-rework`);

      // Act
      await system.azumuta.complete(`${number}-rework`);

      // Assess
      await booked(number);
    });

    it.each([
      ['posts it', (number: string) => system.erp.releaseAndSend(system.orderEndpoint, { number })],
      ['is pulled', () => system.emulator.invoke('FunctionsPullProductOrdersFunction', {})],
    ])('looks at the completion of an ERP order with fewer parts again, when it %s', async (_, come) => {
      // Prepare: it had two parts, of which the first is completed, and has one now
      const [order] = await system.erp.release({ product: 'GEAR-01' });
      if (!order) throw new Error('The sandbox released nothing.');
      const { number, id } = order;
      const erpOrder = { number, id, article: 'GEAR-01', amount: '1', unit: 'u' };
      const record = splitOrder(number, 1, { book: 'when-all-done', erpOrder, mostParts: 2 });
      const part = { index: 1, first: `${number}/1`, book: 'when-all-done' } as const;
      await system.ledger.orders.create(newOrder({ number: part.first, part, erpOrder }));
      await system.ledger.claims.claim(orderKey(part.first), {
        owner: 'test',
        messageId: 'test',
        endsAt: new Date(Date.now() + 60_000),
      });
      await system.ledger.erpOrders.writeVersion(record);
      await system.ledger.erpOrders.recordCompletedPart(
        { erpOrder },
        { index: 1, productOrderId: 'id of part 1' },
      );

      // Act
      await come(number);

      // Assess: Azumuta is asked, and has no such order
      const isAsked = async () => (await system.ledger.knownOrders.read(part.first)).question !== undefined;
      await vi.waitUntil(isAsked, patient);
    });

    it('puts a message of a paused flow, which was sent days ago, into its queue again', async () => {
      // Prepare
      const number = await builtOrder();
      await system.azumuta.complete(number);
      await booked(number);
      const hint = completionHint('operator', { productOrderNumber: number }, 'sent two days ago');
      const record = sqsRecord({
        body: JSON.stringify(hint),
        sentAt: new Date(Date.now() - 2 * 24 * 3_600_000),
      });
      await system.ledger.pauses.pauseFlow('completions');

      // Act: a container may remember for some seconds that nothing was paused
      const isSentAgain = async () => {
        await system.emulator.invoke('FunctionsBookCompletionFunction', { Records: [record] });
        return logLines().some((line) => line.includes('Put into its queue again'));
      };
      await vi.waitUntil(isSentAgain, { ...patient, interval: 500 });

      // Assess
      await system.ledger.pauses.resumeFlow('completions');
      expect(bookingsOf(number)).toHaveLength(1);
    });

    it('was never refused anything in these runs', () => {
      expect(lines.filter((line) => line.includes('not authorized'))).toEqual([]);
    });

    it('has Lambda’s request id in every line of its log', async () => {
      // Act: every function has run by now
      const logged = logLines()
        .filter((line) => line.startsWith('{"level"'))
        .map((line) => JSON.parse(line));

      // Assess
      expect(new Set(logged.map(({ Function: name }) => name))).toEqual(new Set(functionNames));
      expect(logged.filter(({ requestId }) => !/^[0-9a-f-]{36}$/.test(requestId))).toEqual([]);
    });
  });
}

/** What the functions have logged so far. */
function logLines(): readonly string[] {
  const folder = join(system.emulator.dataDir, 'logs');
  return readdirSync(folder).flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n'));
}

function withoutGrant(
  caller: AwsCaller,
  { action, resource }: { action: string; resource: string },
): AwsCaller {
  return {
    ...caller,
    statements: caller.statements.flatMap((statement) => [
      { ...statement, Action: statement.Action.filter((other) => other !== action) },
      {
        ...statement,
        Action: statement.Action.filter((other) => other === action),
        Resource: statement.Resource.filter((other) => other !== resource),
      },
    ]),
  };
}
