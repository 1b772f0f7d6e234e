import { expect, it, onTestFinished, vi } from 'vitest';
import * as z from 'zod/mini';
import { bothTriggers } from '../../../infra/local/run-locally.ts';
import { patient } from '../../support/patient.ts';
import { plannersOn } from '../../support/planners.ts';
import { viewQueues } from '../../support/queues.ts';
import { anHourPasses, booked, bookingsOf, builtOrder, until } from './journey.ts';
import { calls, system } from './plant.ts';

const reportSchema = z.looseObject({ outcome: z.string(), asked: z.number(), completed: z.number() });

/** Runs the bundled function under its own role, as its schedule does. */
async function reconcile() {
  const { payload, functionError } = await system.emulator.runSchedule('SchedulesReconcile');
  if (functionError) throw new Error(`${functionError}: ${JSON.stringify(payload)}`);
  return z.parse(reportSchema, payload);
}

/** First, as every overdue order is asked about, and each day every open one. */
export function lostTriggerTests(): void {
  it('books a completion whose trigger was lost once, even when the trigger comes late', async () => {
    // Prepare: every trigger is lost. An overdue order was open when it was asked about, and is completed since.
    await system.azumuta.setTriggers([]);
    onTestFinished(() => system.azumuta.setTriggers(bothTriggers(system.webhookUrl)));
    const { order } = await system.erp.releaseAndSend(system.orderEndpoint, { dueDate: '2026-01-05' });
    const { number } = order;
    await vi.waitUntil(async () => (await system.ledger.orders.find(number))?.state === 'done', patient);
    const early = await reconcile();
    const completed = await system.azumuta.complete(number);
    const sameDay = await reconcile();
    // The next day.
    const entry = await system.ledger.orders.find(number);
    if (entry) await system.ledger.orders.adoptContent(entry, { ...entry, dueDate: '2026-01-04' });

    // Act
    const nextDay = await reconcile();
    await until(number, 'done');
    await anHourPasses(number);
    const recordingId = completed.recordings.at(-1)?.id ?? '';
    // Called by the test, which waits for the answer: Azumuta gives up after five seconds, and the first call of the
    // webhook has to wait until its container has started.
    const query = new URLSearchParams({ productOrderNumber: number, recordingId });
    const late = await calls.webhook({ query: String(query) });
    await vi.waitUntil(async () => (await viewQueues(system).depth()) === 0, patient);

    // Assess
    expect(late.status).toBe(202);
    expect([early.asked, early.completed]).toEqual([1, 0]);
    expect(sameDay.asked).toBe(0);
    expect([nextDay.asked, nextDay.completed]).toEqual([1, 1]);
    expect(bookingsOf(number)).toHaveLength(1);
    expect((await reconcile()).asked).toBe(0);
  });

  it('books an order whose trigger was lost at the daily look, which finds that the ERP has changed it', async () => {
    // Prepare
    await system.azumuta.setTriggers([]);
    onTestFinished(() => system.azumuta.setTriggers(bothTriggers(system.webhookUrl)));
    const number = await builtOrder();
    await system.azumuta.complete(number);
    plannersOn(system.sandboxes.erp.store).revise(number, { quantity: '6' });
    // Else later tests see that the ERP wants more than was booked.
    onTestFinished(() => void plannersOn(system.sandboxes.erp.store).revise(number, { quantity: '5' }));

    // Act
    await reconcile();

    // Assess
    await booked(number);
  });
}
