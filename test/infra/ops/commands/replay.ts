import { userInfo } from 'node:os';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { routeOfOperation } from '../../../../infra/local/sandbox/azumuta/routes.ts';
import { setFaults } from '../../../support/faults.ts';
import { callerArn, startCloudFormation } from '../cli/cloudformation.ts';
import type { CommandStage } from './stage.ts';
import { typed } from './typed.ts';

const reportSchema = z.looseObject({
  lookedAt: z.number(),
  moved: z.number(),
  copiesRemoved: z.number(),
  outcomes: z.array(z.looseObject({ number: z.string(), outcome: z.string() })),
});

export function replayTests(stage: () => CommandStage): void {
  const replayNotes = async (number: string) =>
    (await stage().system.ledger.journeys.readJourney(number)).flatMap(({ event, note }) =>
      event === 'replayed' ? note : [],
    );
  const azumutaHas = async (number: string) =>
    (await stage().system.azumuta.productOrders()).filter((order) => order.number === number).length;

  it('creates one order in Azumuta, signed in its journey, and leaves the others until all are replayed', async () => {
    // Prepare
    const { asked, reaches, journeyOf } = stage();
    const [wanted, other] = [await deadOrder(stage()), await deadOrder(stage())];

    // Act
    const one = await asked(reportSchema, 'replay', [
      '--order',
      wanted,
      '--go',
      '--because',
      'the mapping is right',
    ]);
    await reaches(wanted, 'in Azumuta');
    const created = [await azumutaHas(wanted), await azumutaHas(other)];
    const all = await asked(reportSchema, 'replay', ['--all', '--go']);
    await reaches(other, 'in Azumuta');

    // Assess
    expect(one).toMatchObject({ code: 0, answer: { moved: 1 } });
    expect(created).toEqual([1, 0]);
    expect(await journeyOf(wanted)).toEqual(expect.arrayContaining(['dead-lettered', 'replayed', 'created']));
    const signed = `(signed by ${userInfo().username})`;
    expect(await replayNotes(wanted)).toEqual([
      `sending it to product-orders again: the mapping is right ${signed}`,
    ]);
    expect(await replayNotes(other)).toEqual([`sending it to product-orders again: by hand ${signed}`]);
    // What other tests have left is refused again.
    const isRefusedAgain = all.answer.outcomes.some(({ outcome }) => outcome === 'refused again');
    expect(all.code).toBe(isRefusedAgain ? 3 : 0);
    // A message that was delivered twice, as SQS may, has left two letters.
    const { moved, copiesRemoved, lookedAt } = all.answer;
    expect(moved + copiesRemoved).toBe(lookedAt);
    expect(all.answer.outcomes).toContainEqual(
      expect.objectContaining({ number: other, outcome: 'in Azumuta' }),
    );
    expect(await azumutaHas(other)).toBe(1);
  });

  it('works on a deployed stack through its outputs, with the credentials of the operator', async () => {
    // Prepare
    const { emulator } = stage().system;
    const number = await deadOrder(stage());
    const cloud = await startCloudFormation(emulator.stack.name, emulator.stack.outputs);
    const environment = {
      AWS_REGION: emulator.region,
      AWS_ACCESS_KEY_ID: emulator.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: emulator.credentials.secretAccessKey,
      AWS_ENDPOINT_URL: emulator.awsEndpoint,
      AWS_ENDPOINT_URL_CLOUDFORMATION: cloud,
      AWS_ENDPOINT_URL_STS: cloud,
    };
    const replay = (...words: string[]) => typed('replay', words, { environment });

    // Act
    const replayed = await replay('--stack', emulator.stack.name, '--order', number, '--go');
    const unknown = await replay('--stack', 'AzumutaErp-nowhere', '--all');

    // Assess
    expect(replayed.code).toBe(0);
    expect(replayed.output).toContain(`${emulator.stack.name} in ${emulator.region}`);
    await stage().reaches(number, 'in Azumuta');
    expect(await replayNotes(number)).toEqual([expect.stringContaining(`, ${callerArn})`)]);
    expect(unknown.code).toBe(2);
    expect(unknown.complaint).toContain('There is no stack AzumutaErp-nowhere in eu-west-1');
  });

  it.each([
    ['would move everything without saying so', ['--local', '--go'], 'Say what to replay'],
    [
      'accepts a figure of many orders',
      ['--local', '--go', '--reason', 'quantity-or-lots', '--accept', '4000'],
      'A figure is accepted of one order at a time',
    ],
    ['contradicts itself', ['--local', '--all', '--order', '1'], 'Choose'],
  ])('refuses a command line that %s with exit code 2', async (_, words, complaint) => {
    // Act
    const refused = await typed('replay', words);

    // Assess
    expect(refused).toMatchObject({ code: 2, output: '' });
    expect(refused.complaint).toContain(complaint);
  });
}

/** An order of the ERP that has become a dead letter, because Azumuta answered nonsense for a while. */
async function deadOrder({ system, reaches, emptied }: CommandStage): Promise<string> {
  const route = routeOfOperation('findProductOrder');
  setFaults(system.azumuta, [{ kind: 'wrong-shape', route }]);
  const { order } = await system.erp.releaseAndSend(system.orderEndpoint);
  await reaches(order.number, 'needs a person');
  // The ledger knows of a letter before it is in its queue.
  await emptied('QueuesProductOrders');
  setFaults(system.azumuta, []);
  return order.number;
}
