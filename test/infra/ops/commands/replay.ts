import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { letterOf } from '../../../../infra/ops/dead-letters/dead-letter.ts';
import { startCloudFormation } from '../cli/cloudformation.ts';
import type { CommandStage } from './stage.ts';
import { typed } from './typed.ts';

const reportSchema = z.looseObject({
  lookedAt: z.number(),
  moved: z.number(),
});

export function replayTests(stage: () => CommandStage): void {
  const azumutaHas = async (number: string) =>
    (await stage().system.azumuta.productOrders()).filter((order) => order.number === number).length;

  it('creates one order in Azumuta, and leaves the others until all are replayed', async () => {
    // Prepare
    const { asked, reaches, journeyOf } = stage();
    const [wanted, other] = [await deadOrder(stage()), await deadOrder(stage())];

    // Act
    const one = await asked(reportSchema, 'replay', ['--order', wanted, '--go']);
    await reaches(wanted, 'in Azumuta');
    const created = [await azumutaHas(wanted), await azumutaHas(other)];
    const all = await asked(reportSchema, 'replay', ['--all', '--go']);
    await reaches(other, 'in Azumuta');

    // Assess
    expect(one).toMatchObject({ code: 0, answer: { moved: 1 } });
    expect(created).toEqual([1, 0]);
    expect(await journeyOf(wanted)).toEqual(expect.arrayContaining(['dead-lettered', 'replayed', 'created']));
    expect(all).toMatchObject({ code: 0, answer: { moved: all.answer.lookedAt } });
    expect(await azumutaHas(other)).toBe(1);
  });

  it('books once when the letter of a booking is in both queues', async () => {
    // Prepare: a replay that was killed between sending and removing.
    const { system, sqs, asked, reaches, emptied, journeyOf, bookingsOf } = stage();
    const { number, letter } = await deadBooking(stage());
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: system.emulator.queueUrl('QueuesCompletions'),
        MessageBody: JSON.stringify({ ...JSON.parse(letter.body), again: true }),
        MessageAttributes: { messageId: { DataType: 'String', StringValue: letter.messageId } },
      }),
    );

    // Act
    const { code, answer } = await asked(reportSchema, 'replay', ['--order', number, '--go']);

    // Assess: the copies may be processed at the same time or one after the other.
    expect({ code, ...answer }).toMatchObject({ code: 0, moved: 1 });
    await reaches(number, 'booked');
    await emptied('QueuesCompletions');
    expect(await bookingsOf(number)).toHaveLength(1);
    expect((await journeyOf(number)).filter((event) => event === 'booked')).toHaveLength(1);
    expect(await deadLetterOf(stage(), number)).toBeUndefined();
  }, 60_000);

  it('keeps a webhook call that cannot be understood, with exit code 3 and what to do', async () => {
    // Prepare
    const { system, typedHere } = stage();
    await fetch(system.webhookUrl, { method: 'POST', body: '{"opdracht":"PO-1"}' });

    // Act
    const { code, output } = await typedHere('replay', '--reason', 'No product order number', '--go');

    // Assess
    expect(code).toBe(3);
    expect(output).toContain('cannot be replayed');
    expect(output.replace(/\s+/g, ' ')).toContain('azumuta.contract.trigger');
  });

  it('works on a deployed stack through its outputs, with the credentials of the operator', async () => {
    // Prepare
    const { emulator } = stage().system;
    const number = await deadOrder(stage());
    const environment = {
      AWS_REGION: emulator.region,
      AWS_ACCESS_KEY_ID: emulator.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: emulator.credentials.secretAccessKey,
      AWS_ENDPOINT_URL: emulator.awsEndpoint,
      AWS_ENDPOINT_URL_CLOUDFORMATION: await startCloudFormation(emulator.stack.name, emulator.stack.outputs),
    };
    const replay = (...words: string[]) => typed('replay', words, { environment });

    // Act
    const replayed = await replay('--stack', emulator.stack.name, '--order', number, '--go');
    const unknown = await replay('--stack', 'AzumutaErp-nowhere', '--all');

    // Assess
    expect(replayed.code).toBe(0);
    expect(replayed.output).toContain(`${emulator.stack.name} in ${emulator.region}`);
    await stage().reaches(number, 'in Azumuta');
    expect(unknown.code).toBe(2);
    expect(unknown.complaint).toContain('There is no stack AzumutaErp-nowhere in eu-west-1');
  });

  it.each([
    ['would move everything without saying so', ['--local', '--go'], 'Say what to replay'],
    ['contradicts itself', ['--local', '--all', '--order', '1'], 'Choose'],
    ['has an unknown option', ['--lokal'], '--lokal'],
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
  const route = 'GET /api/v1/productorders';
  await system.azumuta.setFaults([{ kind: 'malformed', as: 'wrong-shape', route }]);
  const { order } = await system.erp.releaseAndSend(system.orderEndpoint);
  await reaches(order.number, 'needs a person');
  // The ledger knows of a letter before it is in its queue.
  await emptied('QueuesProductOrders');
  await system.azumuta.setFaults([]);
  return order.number;
}

/** A booking that has become a dead letter, because the ERP refused it for a while. */
async function deadBooking(stage: CommandStage) {
  const { system, createdOrder, reaches, emptied } = stage;
  const number = await createdOrder();
  const route = 'POST /api/production-orders/{number}/bookings';
  await system.erp.setFaults([{ kind: 'status', status: 422, route }]);
  await system.azumuta.complete(number);
  await reaches(number, 'needs a person');
  await emptied('QueuesCompletions');
  await system.erp.setFaults([]);
  const letter = await deadLetterOf(stage, number);
  if (!letter) throw new Error(`There is no dead letter of the booking of ${number}.`);
  return { number, letter };
}

async function deadLetterOf({ queueOf }: CommandStage, number: string) {
  const queue = queueOf('QueuesDeadLetters');
  const held: ReturnType<typeof letterOf>[] = [];
  for await (const page of queue.take()) held.push(...page);
  await queue.giveBack(held);
  return held.find(({ orderNumber, stage }) => orderNumber === number && stage === 'book-completion');
}
