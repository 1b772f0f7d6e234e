import { randomUUID } from 'node:crypto';
import { beforeEach } from 'vitest';
import { Breaker } from '../../../shared/circuit-breaker/circuit-breaker.ts';
import { PartnerCalls } from '../../../shared/circuit-breaker/guarded-call.ts';
import type { Partner, PartnerLimit } from '../../../shared/model/partner.ts';
import type { Table } from '../../../shared/platform/aws/dynamodb-table.ts';
import type { Clock } from '../../../shared/platform/clock.ts';
import { Slots } from '../../../shared/slots/slots.ts';
import { type TestClock, testClock } from '../../support/clock.ts';
import { type HeardLog, recordedLog, silent } from '../../support/logs.ts';
import { modelledTable } from '../../support/modelled-table.ts';

export const settlingSeconds = 300;

/** A number stands for `atOnce`. */
export type Limits = Readonly<Partial<Record<Partner, number | PartnerLimit>>>;

export interface ContainerOptions {
  readonly name?: string;
  readonly table?: Table;
  readonly sleep?: Clock['sleep'];
}

/** A ledger, in a year of its own for each test of the file that calls this, so that none sees another's leases. */
export function slotsStage() {
  const table = modelledTable();
  let now: { readonly clock: TestClock; readonly logged: HeardLog };
  let year = 2100;
  beforeEach(() => {
    year += 1;
    now = { clock: testClock(`${year}-11-24T08:00:00.000Z`), logged: recordedLog() };
  });

  const stage = {
    table,
    get clock() {
      return now.clock;
    },
    get logged() {
      return now.logged;
    },
    /** The slots of one container of a function. */
    container(limits: Limits, options: ContainerOptions = {}) {
      const { name = 'book-completion', table: reached = table, sleep = async () => {} } = options;
      const clock = { ...now.clock, sleep };
      const { log } = now.logged;
      const each = { azumuta: limitOf(limits.azumuta), erp: limitOf(limits.erp) };
      return new Slots({ limits: each, table: reached, clock, name, settlingSeconds, log });
    },
    /** A container that has begun an invocation of a minute. */
    begun(limits: Limits, options: string | ContainerOptions = {}) {
      const slots = stage.container(limits, typeof options === 'string' ? { name: options } : options);
      slots.begin(invocation());
      return slots;
    },
    /** Calls with these slots. */
    partners: (slots: Slots) =>
      new PartnerCalls({ breaker: new Breaker(table, now.clock), newOwner: () => 'one', log: silent, slots }),
  };
  return stage;
}

const limitOf = (limit: number | PartnerLimit = {}) =>
  typeof limit === 'number' ? { atOnce: limit } : limit;

/** Unique: slots are recognised by it. */
export const invocation = (remainingMs: number | (() => number) = 60_000) => ({
  awsRequestId: randomUUID(),
  getRemainingTimeInMillis: () => (typeof remainingMs === 'number' ? remainingMs : remainingMs()),
});
