import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Breaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { PartnerCalls } from '../../../shared/circuit-breaker/guarded-call.ts';
import { createLedger, type Ledger } from '../../../shared/ledger/ledger.ts';
import { createHttp, partnerFailure } from '../../../shared/platform/http.ts';
import type { WorkerDependencies } from '../../../shared/worker/worker.ts';
import { modelledTable } from '../../support/modelled-table.ts';
import { startServer } from '../../support/server.ts';
import { sqsRecord } from '../../support/sqs.ts';
import { batch, doing, failedIds, invocation, workerStage } from './stage.ts';

const stage = await workerStage();
const day = 86_400;

/** Delivers messages when their visibility timeout ends, in the stage's time. */
function queueOf(places: readonly { readonly afterSeconds: number }[]) {
  const sentAt = stage.clock.now();
  const waiting = new Map(
    places.map(({ afterSeconds }) => [
      randomUUID(),
      { visibleAt: sentAt.getTime() + afterSeconds * 1000, receiveCount: 0 },
    ]),
  );
  const receives = () => [...waiting.values()].map(({ receiveCount }) => receiveCount);

  /** Until none waits, or the time is over. */
  async function deliver(worker: ReturnType<typeof stage.worker>, seconds: number): Promise<void> {
    const until = stage.clock.now().getTime() + seconds * 1000;
    const now = () => stage.clock.now().getTime();
    for (;;) {
      const next = Math.min(until, ...[...waiting.values()].map(({ visibleAt }) => visibleAt));
      stage.clock.advance(Math.max(0, next - now()) / 1000);
      if (waiting.size === 0 || now() >= until) return;
      const received = [...waiting].filter(([, { visibleAt }]) => visibleAt <= now()).slice(0, 10);
      const records = received.map(([messageId, message]) => {
        message.receiveCount += 1;
        return sqsRecord({ messageId, body: messageId, receiveCount: message.receiveCount, sentAt });
      });
      const again = failedIds(await worker(batch(...records), invocation()));
      for (const [at, [messageId, message]] of received.entries()) {
        const visibility = stage.sqs.visibility.get(records[at]?.receiptHandle ?? '') ?? 0;
        if (again.includes(messageId)) message.visibleAt = now() + visibility * 1000;
        else waiting.delete(messageId);
      }
    }
  }
  return { waiting, receives, deliver };
}

/** A partner on loopback, and a worker that calls it for each message, through the breaker of its ledger. */
async function partnered({ ledger, breaker }: Alone, dependencies: Partial<WorkerDependencies> = {}) {
  const partner = { status: 200, told: new Set<string>() };
  const { calls, url } = await startServer(({ body }) => {
    if (partner.status === 200) partner.told.add(body);
    return { status: partner.status };
  });
  const http = createHttp({ partner: 'The ERP', baseUrl: url });
  const partners = new PartnerCalls({
    breaker,
    newOwner: randomUUID,
    log: stage.logged.log,
  });
  const consumer = doing((body, { signal }) =>
    partners.call('erp', signal, async (guarded) => {
      const answer = await http.send({ method: 'POST', path: '/', body, signal: guarded });
      const failure = partnerFailure(answer, { partner: 'The ERP', what: body, now: stage.clock.now() });
      if (failure) throw failure;
    }),
  );
  const { attempts, deadLetters } = ledger;
  return {
    partner,
    calls,
    worker: stage.worker(consumer, { attempts, deadLetters, breaker, ...dependencies }),
  };
}

interface Alone {
  readonly ledger: Ledger;
  readonly breaker: Breaker;
}

/** A ledger of its own, with a breaker that begins closed. */
function ledgerAlone(options = {}): Alone {
  const table = modelledTable();
  const { clock } = stage;
  const ledger = createLedger({ table, clock, times: { settlingSeconds: 300 } });
  return { ledger, breaker: new Breaker(table, clock, options) };
}

describe('a partner that is down', () => {
  it('is waited for, through five days of 503: no dead letter, only probes, and then all is delivered', async () => {
    // Prepare: longer pauses than in an account, as each receive takes this machine some milliseconds
    const ledger = ledgerAlone({ maxCooldownSeconds: 3 * 3600 });
    const { partner, calls, worker } = await partnered(ledger, {
      backoff: { baseSeconds: 4, capSeconds: 4 * 3600 },
      random: dice(1),
    });
    const queue = queueOf(Array.from({ length: 10 }, (_, i) => ({ afterSeconds: i })));
    partner.status = 503;

    // Act
    await queue.deliver(worker, 5 * day);
    const asked = calls.length;
    const received = queue.receives();
    partner.status = 200;
    await queue.deliver(worker, day / 2);

    // Assess: five failures open the breaker, ten more probes lead up to its longest cooldown
    const maxAsked = 5 + 10 + (5 * day) / (3 * 3600);
    expect(asked).toBeLessThan(maxAsked);
    expect(received.reduce((a, b) => a + b)).toBeGreaterThan(4 * maxAsked);
    expect(Math.min(...received)).toBeGreaterThan(20);
    expect(stage.sqs.sent).toEqual([]);
    expect(queue.waiting.size).toBe(0);
    expect(partner.told.size).toBe(10);
    expect(calls.length - asked).toBe(10);
  });
});

describe('refused credentials', () => {
  it('are tried once, whatever waits; once corrected, all is done after five minutes', async () => {
    // Prepare
    const ledger = ledgerAlone();
    const { partner, calls, worker } = await partnered(ledger);
    const queue = queueOf(Array.from({ length: 20 }, (_, i) => ({ afterSeconds: i })));
    partner.status = 401;

    // Act
    await queue.deliver(worker, 290);
    const asked = calls.length;
    const refusals = stage.logged.lines.filter((line) => line.includes('refuses our credentials'));
    partner.status = 200;
    await queue.deliver(worker, 600);

    // Assess
    expect(asked).toBe(1);
    expect(refusals).toHaveLength(1);
    expect(stage.sqs.sent).toEqual([]);
    expect(partner.told.size).toBe(20);
    expect(queue.waiting.size).toBe(0);
    expect(calls.length).toBe(21);
  });

  it('are tried by as many messages as are worked on at the same time when a batch comes', async () => {
    const ledger = ledgerAlone();
    const { partner, calls, worker } = await partnered(ledger);
    const queue = queueOf(Array.from({ length: 20 }, () => ({ afterSeconds: 0 })));
    partner.status = 401;
    await queue.deliver(worker, 290);
    expect(calls.length).toBeLessThanOrEqual(5);
  });
});

/** Random numbers that are the same in each run (Park and Miller). */
function dice(seed: number): () => number {
  let at = seed;
  return () => {
    at = (at * 16_807) % 2_147_483_647;
    return at / 2_147_483_647;
  };
}
