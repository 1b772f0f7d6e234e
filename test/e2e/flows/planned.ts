import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { operatorClients } from '../../../infra/local/operator-clients.ts';
import { bothTriggers } from '../../../infra/local/run-locally.ts';
import { completionHint } from '../../../shared/completions/messages.ts';
import { patient } from '../../support/patient.ts';
import {
  anHourPasses,
  booked,
  bookingsOf,
  builtOrder,
  builtOrders,
  killBookingContainers,
  readsOfRecordings,
  until,
} from './journey.ts';
import { system } from './plant.ts';

/** The connector reads the order before it books on it. */
const lookUp = 'GET /api/production-orders/{number}';

/** What is planned is booked as it was read. */
export function plannedTests(): void {
  describe('a planned booking', () => {
    beforeAll(() => system.azumuta.setTriggers([{ method: 'POST', url: system.webhookUrl }]));
    afterAll(() => system.azumuta.setTriggers(bothTriggers(system.webhookUrl)));

    it('is made of one read of Azumuta while the ERP is down, and booked once when the ERP is back', async () => {
      // Prepare: as many as open the breaker, and one with more than a message could hold
      const numbers = await builtOrders(6);
      const [large = '', ...others] = numbers;
      const serials = Array.from({ length: 6000 }, (_, at) => `SN-${at}-${'x'.repeat(180)}`);
      await system.azumuta.forgetCalls();
      await system.erp.setFaults([{ kind: 'status', status: 503 }]);
      onTestFinished(() => system.erp.setFaults([]));

      // Act
      await system.azumuta.complete(large, { quantity: serials.length, serials });
      for (const number of others) await system.azumuta.complete(number);
      for (const number of numbers) await until(number, 'waiting');
      await vi.waitUntil(async () => (await system.ledger.breaker.state('erp')).open, patient);
      await system.erp.setFaults([]);
      await vi.waitUntil(() => numbers.some((number) => bookingsOf(number).length > 0), patient);
      // The others wait for some seconds more, unless another trigger comes.
      for (const number of numbers) await system.azumuta.trigger(number);
      for (const number of numbers) await booked(number);

      // Assess
      const reads = await readsOfRecordings();
      expect(reads.length).toBeGreaterThanOrEqual(numbers.length);
      expect(new Set(reads)).toEqual(new Set([1]));
      for (const number of numbers) expect(bookingsOf(number)).toHaveLength(1);
    });

    it('is made while bookings are paused, and booked as it was planned by the first hint after the pause', async () => {
      // Prepare: a container that has called the ERP believes for two seconds that it may
      await system.ledger.breaker.pauseBookings(true);
      onTestFinished(() => system.ledger.breaker.pauseBookings(false).then(() => undefined));
      const number = await builtOrder();
      await killBookingContainers();
      await system.azumuta.forgetCalls();
      await system.azumuta.complete(number, { quantity: 4 });
      await until(number, 'waiting');
      const [early] = bookingsOf(number);

      // Act
      await system.ledger.breaker.pauseBookings(false);
      const { sqs } = operatorClients(system.emulator);
      const hint = completionHint(
        'reconciliation',
        { productOrderNumber: number },
        { now: new Date(), eventId: 'after the pause' },
      );
      const QueueUrl = system.emulator.queueUrl('QueuesCompletions');
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(hint) }));
      sqs.destroy();
      const [booking, ...others] = await booked(number);

      // Assess
      expect([early, others]).toEqual([undefined, []]);
      expect(booking?.goodQuantity).toBe('4');
      expect(new Set(await readsOfRecordings())).toEqual(new Set([1]));
    });

    it('is booked once by the next hint when a container died after it had planned and claimed it', async () => {
      // Prepare: the container dies while the ERP does not answer
      const number = await builtOrder();
      await system.azumuta.forgetCalls();
      await system.erp.forgetCalls();
      await system.erp.setFaults([{ kind: 'timeout-after', route: lookUp, times: 1 }]);
      onTestFinished(() => system.erp.setFaults([]));
      await system.azumuta.complete(number);
      await vi.waitUntil(async () => (await system.erp.calls())[lookUp], patient);
      await killBookingContainers();
      await until(number, 'claimed');
      await anHourPasses(number);

      // Act
      await system.azumuta.trigger(number);
      const [, ...others] = await booked(number);

      // Assess
      expect(others).toEqual([]);
      expect((await system.erp.calls())[lookUp]).toBeGreaterThan(1);
    });
  });
}
