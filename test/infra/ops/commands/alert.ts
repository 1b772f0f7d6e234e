import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PurgeQueueCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { PartnerDown } from '../../../../shared/model/errors.ts';
import { claimedOrder } from '../../../support/bookings.ts';
import { newOrder } from '../../../support/orders.ts';
import { plannersOn } from '../../../support/planners.ts';
import type { CommandStage } from './stage.ts';

const listSchema = z.looseObject({
  open: z.array(z.looseObject({ order: z.string(), kind: z.string(), why: z.string(), next: z.string() })),
});

export function alertTests(stage: () => CommandStage): void {
  it('says that nothing is open only when nothing is: not with unknown letters, late orders or in an outage', async () => {
    // Prepare
    const { system, sqs, typedHere } = stage();
    const { orders, claims, breaker } = system.ledger;
    const listed = async () => {
      const { code, output } = await typedHere('alert');
      return [
        code,
        output.split('\n').find((line) => /nothing is open|second copy|is late|refuses/.test(line)),
      ];
    };
    const QueueUrl = system.emulator.queueUrl('QueuesDeadLetters');
    const refused = new PartnerDown('It answered 401.', { unauthorized: true });

    // Act: each is over before the next one begins.
    const calm = await listed();
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'nonsense' }));
    const unknown = await listed();
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
    await orders.create(newOrder({ number: 'LATE', dueDate: '2001-01-01' }));
    const claim = await claimedOrder(system.ledger, 'LATE');
    await claims.complete(claim, { awaiting: 'completion' }, { event: 'created' });
    const late = await listed();
    await orders.stopAwaitingCompletion('LATE');
    await breaker.recordFailure('erp', refused, 'call', 'test');
    const outage = await listed();
    await breaker.probeNow('erp');
    await breaker.recordSuccess('erp', await breaker.permit('erp', 'test'), 'test');

    // Assess
    expect([calm, unknown, late, outage]).toEqual([
      [0, expect.stringContaining('nothing is open')],
      [3, '1 second copy of a dead letter, or call that nobody could read.'],
      [3, '1 product order is late.'],
      [3, expect.stringContaining('The ERP refuses our login')],
    ]);
  });

  it('lists what is open, with its order, the reason, and what to do', async () => {
    // Prepare
    const { system, createdOrder, reaches, asked, typedHere } = stage();
    const number = await createdOrder();
    plannersOn(system.sandboxes.erp.store).finish(number);
    await system.azumuta.complete(number);
    await reaches(number, 'needs a person');

    // Act
    const { code, answer } = await asked(listSchema, 'alert');
    const read = await typedHere('alert');

    // Assess
    expect(code).toBe(3);
    expect(answer.open.find(({ order }) => order === number)).toMatchObject({
      kind: 'dead-letter',
      why: expect.stringContaining('completed by somebody else'),
      next: expect.stringContaining('give-up'),
    });
    expect(read.output).toContain(number);
  });

  it('lets the function send a test to each channel, and prints the results', async () => {
    const { system, typedHere } = stage();
    const { code, output } = await typedHere('alert', '--test');
    expect([code, output]).toEqual([0, '✔ e-mail has accepted it\n']);
    const folder = join(system.emulator.dataDir, 'sns');
    const mails = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
    expect(mails.filter((mail) => mail.includes('test of the alerts'))).toHaveLength(1);
  });
}
