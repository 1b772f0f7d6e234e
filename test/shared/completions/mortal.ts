import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createBreaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { createLedger } from '../../../shared/ledger/ledger.ts';
import { createTable } from '../../../shared/platform/dynamodb-table.ts';
import { type Fate, startFaultProxy } from '../erp/conformance/fault-proxy.ts';
import { type CompletionStage, erpAt, type Reached, settlingSeconds, timeoutSeconds } from './stage.ts';

/** At which of its calls a process dies; `late`: that call takes effect as late as a partner may settle it. */
export interface Death {
  readonly call: number;
  readonly point: 'before' | 'after' | 'late';
}

/** The processes of attempts, and the time that passes for them. */
export interface Mortals {
  /** What an attempt reaches: whole, or until it dies. */
  readonly reached: (death: Death | undefined) => Promise<Partial<Reached>>;
  /** Moves the clock; what was sent by the dead takes effect before nobody waits for it any more. */
  readonly pass: (seconds: number) => Promise<void>;
  /** Ends what is left of them. */
  readonly bury: () => Promise<void>;
}

const aws = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  // The dead try nothing again.
  maxAttempts: 1,
};

export function mortals({ clock, store, sqs, erpUrl }: CompletionStage): Mortals {
  let late: { readonly by: number; readonly takeEffect: () => Promise<void> }[] = [];
  const ends: (() => void | Promise<void>)[] = [];

  async function reached(death: Death | undefined): Promise<Partial<Reached>> {
    if (!death) return {};
    let calls = 0;
    let dead = false;
    const fateOf =
      (mayBeLate: boolean): Fate =>
      (takeEffect) => {
        if (dead) return 'before';
        calls += 1;
        if (calls < death.call) return undefined;
        dead = true;
        if (death.point === 'after') return 'after';
        if (death.point === 'late' && mayBeLate) {
          const lifeAndSettling = (timeoutSeconds + settlingSeconds) * 1000;
          late.push({ by: clock.now().getTime() + lifeAndSettling, takeEffect });
        }
        return 'before';
      };
    const [toErp, toLedger, toSqs] = await Promise.all([
      startFaultProxy(erpUrl, fateOf(true)),
      // A conditional write of DynamoDB holds or fails at once.
      startFaultProxy(store.url, fateOf(false)),
      startFaultProxy(new URL(sqs.queueUrl('')).origin, fateOf(true)),
    ]);
    const dynamodb = new DynamoDBClient({ ...aws, endpoint: toLedger.url });
    const queue = new SQSClient({ ...aws, endpoint: toSqs.url, useQueueUrlAsEndpoint: false });
    ends.push(
      () => dynamodb.destroy(),
      () => queue.destroy(),
      ...[toErp, toLedger, toSqs].map((proxy) => () => proxy.close()),
    );
    const table = createTable(dynamodb, store.tableName);
    return {
      erp: erpAt(toErp.url),
      sqs: queue,
      ledger: createLedger({ table, clock, times: { settlingSeconds } }),
      breaker: createBreaker(table, clock),
    };
  }

  return {
    reached,
    async pass(seconds) {
      const then = clock.now().getTime() + seconds * 1000;
      const due = late.filter(({ by }) => by <= then);
      late = late.filter(({ by }) => by > then);
      for (const { takeEffect } of due) await takeEffect();
      clock.advance(seconds);
    },
    async bury() {
      late = [];
      for (const end of ends.splice(0)) await end();
    },
  };
}
