import { randomUUID } from 'node:crypto';
import { Breaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { PartnerCalls } from '../../../shared/circuit-breaker/guarded-call.ts';
import { createLedger } from '../../../shared/ledger/ledger.ts';
import { PartnerDown } from '../../../shared/model/errors.ts';
import type { Partner } from '../../../shared/model/partner.ts';
import { createQueues } from '../../../shared/platform/aws/queue.ts';
import type { Clock } from '../../../shared/platform/clock.ts';
import { Slots, type SlotsDependencies } from '../../../shared/slots/slots.ts';
import type { Consumer } from '../../../shared/worker/worker.ts';
import { modelledTable } from '../../support/modelled-table.ts';
import { callingThrough } from '../../support/overriding.ts';
import { doing, type WorkerStage } from './stage.ts';

export type Plant = ReturnType<typeof plantOn>;

export const secondsBefore = ({ now }: Pick<Clock, 'now'>, seconds: number) =>
  new Date(now().getTime() - seconds * 1000);

/** A plant of one function, with a ledger of its own that records its requests. */
export function plantOn(stage: WorkerStage, limits: Partial<SlotsDependencies['limits']> = {}) {
  const asked: string[] = [];
  const changed: number[] = [];
  const real = modelledTable();
  const words: Readonly<Record<string, string>> = { get: 'reads', query: 'queries', remove: 'removes' };
  const table = callingThrough(real, (call, name, [key, prefix = '']) => {
    const item = typeof key === 'string' ? `${key}${prefix}` : `${Object(key).pk} ${Object(key).sk}`;
    asked.push(`${words[name] ?? 'writes'} ${item}`);
    return call();
  });
  const { clock } = stage;
  const { log } = stage.logged;
  const ledger = createLedger({ table, clock, settlingSeconds: 300 });
  const sqs = createQueues(stage.sqs.client);
  const queues: typeof sqs = {
    ...sqs,
    changeVisibility(url, messages) {
      changed.push(messages.length);
      return sqs.changeVisibility(url, messages);
    },
  };
  const newSlots = () =>
    new Slots({
      table,
      clock,
      name: 'book-completion',
      settlingSeconds: 300,
      log,
      limits: { azumuta: {}, erp: {}, ...limits },
    });
  const newBreaker = () => new Breaker(table, clock);
  const workerOf = (
    consumer: Consumer<string>,
    breaker: Pick<Breaker, 'outage'> = newBreaker(),
    slots = newSlots(),
  ) => stage.worker(consumer, { ...ledger, queues, breaker, slots });

  return {
    asked,
    changed,
    ledger,
    newBreaker,
    newSlots,
    workerOf,
    forget() {
      asked.length = 0;
      changed.length = 0;
      stage.logged.forget();
    },
    /** A container that does this for each message, in a call to the ERP. */
    container(work: (body: string) => Promise<void>) {
      const [breaker, slots] = [newBreaker(), newSlots()];
      const partners = new PartnerCalls({ breaker, newOwner: randomUUID, log, slots });
      const consumer = doing(async (body, { signal }) => {
        await partners.ready('erp');
        await partners.call('erp', signal, () => work(body));
      });
      return workerOf(consumer, breaker, slots);
    },
    /** The partner is down, and the breaker is open. */
    async outage(partner: Partner = 'erp') {
      const down = new PartnerDown('The ERP failed (503).');
      const breaker = newBreaker();
      for (let nth = 0; nth < 5; nth += 1) await breaker.recordFailure(partner, down, 'call', 'one');
    },
    /** This function has a slot of a partner until the end of the test. */
    async held(by: 'new' | 'backlog', partner: Partner = 'erp') {
      const slots = newSlots();
      slots.begin({ awsRequestId: randomUUID(), getRemainingTimeInMillis: () => 60_000 });
      await slots.takeFor(partner, by);
      return slots;
    },
  };
}
