import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import type { SQSRecord } from 'aws-lambda';
import { onTestFinished } from 'vitest';
import { Breaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { PartnerCalls } from '../../../shared/circuit-breaker/guarded-call.ts';
import { createHttp } from '../../../shared/platform/http.ts';
import { createSlots } from '../../../shared/slots/slots.ts';
import { listenOnLoopback } from '../../support/loopback.ts';
import { sqsRecord } from '../../support/sqs.ts';
import { batch, doing, failedIds, invocation, type WorkerStage } from './stage.ts';

/**
 * An ERP that keeps a total per product as Dolibarr keeps its stock: it reads the total, and writes back the new one. Of
 * two requests that do so at once, one is lost.
 */
export async function startTotals() {
  const totals = new Map<string, number>();
  let held: (() => void)[] = [];
  let most = 0;
  let calls = 0;
  /** Called for each request that has read its total and waits to write it. */
  let arrived: () => void = () => undefined;
  const { url, close } = await listenOnLoopback(async (request, response) => {
    const product = await text(request);
    calls += 1;
    const seen = totals.get(product) ?? 0;
    await new Promise<void>((letThrough) => {
      held.push(letThrough);
      most = Math.max(most, held.length);
      arrived();
    });
    totals.set(product, seen + 1);
    response.end('{}');
  });
  onTestFinished(close);
  return {
    url,
    total: (product: string) => totals.get(product) ?? 0,
    calls: () => calls,
    mostAtOnce: () => most,
    held: () => held.length,
    onArrival(told: () => void) {
      arrived = told;
    },
    /** All that wait write what they have read, and one more. */
    letThrough() {
      const waiting = held;
      held = [];
      for (const write of waiting) write();
    },
  };
}

type Totals = Awaited<ReturnType<typeof startTotals>>;

type Container = ReturnType<typeof containerOn>;

/** A container of a function, which shares ledger and queue only. */
export function containerOn(stage: WorkerStage, url: string, atOnce: number | undefined) {
  const { clock, table } = stage;
  const { log } = stage.logged;
  const name = 'book-completion';
  const slots = createSlots(
    { azumuta: {}, erp: { atOnce } },
    { table, clock, name, settlingSeconds: 300, log },
  );
  const breaker = new Breaker(table, clock);
  const partners = new PartnerCalls({ breaker, newOwner: randomUUID, log, slots });
  const http = createHttp({ partner: 'The ERP', baseUrl: url });
  const consumer = doing(async (body, { signal }) => {
    await partners.call('erp', signal, (guarded) =>
      http.send({ method: 'POST', path: '/', body, signal: guarded }),
    );
  });
  const worker = stage.worker(consumer, { breaker, slots });
  return {
    slots,
    partners,
    async work(records: readonly SQSRecord[]) {
      return failedIds(await worker(batch(...records), { ...invocation(), awsRequestId: randomUUID() }));
    },
  };
}

/**
 * A queue with so many messages, that these containers work on: each is given a batch of two at a time, all of them
 * in the same moment, until no message is left. The ERP goes on when everybody who can be at it is.
 */
export async function workOff(
  stage: WorkerStage,
  { containers, messages, erp, width }: WorkedOff,
): Promise<{ readonly receives: readonly number[] }> {
  const queue = new Map(
    Array.from({ length: messages }, () => [randomUUID(), { receiveCount: 0, visibleAt: 0 }]),
  );
  const receives: number[] = [];
  let running = 0;
  const whenAllAreThere = () => {
    if (running > 0 && erp.held() >= running * width) erp.letThrough();
  };
  erp.onArrival(whenAllAreThere);
  for (let rounds = 0; queue.size > 0 && rounds < 100; rounds += 1) {
    const now = () => stage.clock.now().getTime();
    const next = Math.min(...[...queue.values()].map(({ visibleAt }) => visibleAt));
    stage.clock.advance(Math.max(0, next - now()) / 1000);
    const visible = [...queue].filter(([, { visibleAt }]) => visibleAt <= now());
    const batches = containers.map((container, at) => ({ container, of: visible.slice(at * 2, at * 2 + 2) }));
    running = batches.filter(({ of }) => of.length > 0).length;
    await Promise.all(
      batches.map(async ({ container, of }) => {
        if (of.length === 0) return;
        const records = of.map(([messageId, message]) => {
          message.receiveCount += 1;
          return sqsRecord({ messageId, body: 'GEAR-01', receiveCount: message.receiveCount });
        });
        const again = await container.work(records);
        running -= 1;
        whenAllAreThere();
        for (const [at, [messageId, message]] of of.entries()) {
          const seconds = stage.sqs.visibility.get(records[at]?.receiptHandle ?? '') ?? 0;
          if (again.includes(messageId)) message.visibleAt = now() + seconds * 1000;
          else if (queue.delete(messageId)) receives.push(message.receiveCount);
        }
      }),
    );
  }
  return { receives };
}

interface WorkedOff {
  readonly containers: readonly Container[];
  readonly messages: number;
  readonly erp: Totals;
  /** How many messages a container that may call the ERP works on at once. */
  readonly width: number;
}
