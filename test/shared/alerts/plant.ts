import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { PartnerCalls } from '../../../shared/circuit-breaker/guarded-call.ts';
import { Rejected } from '../../../shared/model/errors.ts';
import { createQueues } from '../../../shared/platform/aws/queue.ts';
import { createHttp, partnerFailure } from '../../../shared/platform/http.ts';
import { type Consumer, createWorker } from '../../../shared/worker/worker.ts';
import { silent } from '../../support/logs.ts';
import { type Answer, startServer } from '../../support/server.ts';
import { sqsRecord, startSqsEndpoint } from '../../support/sqs.ts';
import type { AlertStage } from './stage.ts';

/** What a partner answers to a call about an order. */
type Partner = (order: string) => Answer;

interface Waiting {
  readonly order: string;
  readonly sentAt: Date;
  visibleAt: number;
  receiveCount: number;
}

/**
 * Two flows of the stage's plant: real workers between queues and two partners on loopback, which answer what a test
 * says, and the alerts, in the stage's time.
 */
export async function startPlant(stage: AlertStage) {
  const { clock, ledger, breaker, counts } = stage;
  const sqs = await startSqsEndpoint();
  onTestFinished(() => sqs.stop());
  const partners = { erp: well, azumuta: well } as Record<'erp' | 'azumuta', Partner>;
  const calls = new PartnerCalls({ breaker, newOwner: randomUUID, log: silent });
  const { random } = Math;

  let replayed = 0;

  async function flow(queue: string, consumerName: string, partner: 'erp' | 'azumuta') {
    const { url } = await startServer(({ body }) => partners[partner](body));
    const name = partner === 'erp' ? 'The ERP' : 'Azumuta';
    const http = createHttp({ partner: name, baseUrl: url });
    const consumer: Consumer<string> = {
      stage: consumerName,
      partners: [partner],
      parse: (body) => body,
      orderNumber: (order) => order,
      begin: async (order) => ({ needs: partner, run: ({ signal }) => call(order, signal) }),
    };
    const call = (order: string, signal: AbortSignal) =>
      calls.call(partner, signal, async (guarded) => {
        const answer = await http.send({ method: 'POST', path: '/', body: order, signal: guarded });
        const failure = partnerFailure(answer, { partner: name, what: `POST /${queue}`, now: clock.now() });
        if (failure) throw failure;
        if (answer.status === 200) return undefined;
        throw new Rejected(answer.text, { code: partner === 'erp' ? 'refused-by-erp' : 'unknown-article' });
      });
    const worker = createWorker(consumer, {
      queueUrl: sqs.queueUrl(queue),
      deadLetterQueueUrl: sqs.queueUrl('dead-letters'),
      queues: createQueues(sqs.client),
      attempts: ledger.attempts,
      deadLetters: ledger.deadLetters,
      pauses: ledger.pauses,
      breaker,
      clock,
      random,
      log: silent,
    });
    const waiting = new Map<string, Waiting>();
    return {
      waiting,
      async work(): Promise<void> {
        const now = clock.now().getTime();
        const due = [...waiting].filter(([, { visibleAt }]) => visibleAt <= now);
        for (let at = 0; at < due.length; at += 10) {
          const received = due.slice(at, at + 10);
          const records = received.map(([messageId, message]) => {
            message.receiveCount += 1;
            const { order, receiveCount, sentAt } = message;
            return sqsRecord({ messageId, body: order, receiveCount, sentAt });
          });
          const { batchItemFailures } = await worker(
            { Records: records },
            { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => 60_000 },
          );
          const again = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
          for (const [index, [messageId, message]] of received.entries()) {
            const seconds = sqs.visibility.get(records[index]?.receiptHandle ?? '') ?? 360;
            if (again.has(messageId)) message.visibleAt = now + seconds * 1000;
            else waiting.delete(messageId);
          }
        }
        counts[queue] = waiting.size;
        const dead = sqs.sent.filter((message) => message.queue === 'dead-letters').length;
        counts['dead-letters'] = dead - replayed;
      },
    };
  }

  const bookings = await flow('completions', 'book-completion', 'erp');
  const creations = await flow('product-orders', 'create-product-orders', 'azumuta');

  function send({ waiting }: typeof bookings, order: string, messageId: string = randomUUID()): void {
    const sentAt = clock.now();
    waiting.set(messageId, { order, sentAt, visibleAt: sentAt.getTime(), receiveCount: 0 });
  }

  return {
    partners,
    complete: (order: string) => send(bookings, order),
    order: (order: string) => send(creations, order),
    /** An operator replays all that was dead-lettered. */
    async replay(): Promise<void> {
      for (const { key, partner } of await ledger.concerns.open(100)) {
        const orderNumber = key.pk.slice('ORDER#'.length);
        const messageId = key.sk.slice('DEAD-LETTER#'.length);
        await ledger.deadLetters.markReplayed({ messageId, orderNumber }, 'by an operator');
        send(partner === 'erp' ? bookings : creations, orderNumber, messageId);
        replayed += 1;
      }
    },
    /** Until a time (UTC) of the stage's day: both flows every minute, the alerts every five. */
    async until(time: string): Promise<void> {
      const end = Date.parse(`${clock.now().toISOString().slice(0, 10)}T${time}:00Z`);
      while (clock.now().getTime() < end) {
        await bookings.work();
        await creations.work();
        if (clock.now().getMinutes() % 5 === 0) await stage.run();
        clock.advance(60);
      }
    },
  };
}

const well: Partner = () => ({ status: 200 });
