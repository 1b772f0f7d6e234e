import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Partner, PartnerLimit } from '../../../shared/model/partner.ts';
import type { Table } from '../../../shared/platform/aws/dynamodb-table.ts';
import type { Clock } from '../../../shared/platform/clock.ts';
import { createSlots, type Slots } from '../../../shared/slots/slots.ts';
import { type TestClock, testClock } from '../../support/clock.ts';
import { type LedgerStore, startLedgerStore } from '../../support/dynamodb.ts';
import { type HeardLog, recordedLog } from '../../support/logs.ts';

export const settlingSeconds = 300;

/** A ledger on loopback, in a year of its own for each test, so that tests do not see each other's leases. */
export interface SlotsStage {
  readonly clock: TestClock;
  readonly logged: HeardLog;
  readonly table: Table;
  /** The slots of one container of a function. */
  readonly container: (limits: Limits, options?: ContainerOptions) => Slots;
  /** A container that has begun an invocation of a minute. */
  readonly begun: (limits: Limits, name?: string) => Slots;
}

/** A number stands for `atOnce`. */
export type Limits = Readonly<Partial<Record<Partner, number | PartnerLimit>>>;

export interface ContainerOptions {
  readonly name?: string;
  readonly table?: Table;
  readonly sleep?: Clock['sleep'];
}

/** Registers the stage's hooks in the test file that calls it. */
export function slotsStage(): SlotsStage {
  let store: LedgerStore;
  let now: { readonly clock: TestClock; readonly logged: HeardLog };
  let year = 2100;
  beforeAll(async () => {
    store = await startLedgerStore();
  });
  afterAll(() => store.stop());
  beforeEach(() => {
    year += 1;
    now = { clock: testClock(`${year}-11-24T08:00:00.000Z`), logged: recordedLog() };
  });

  const stage: SlotsStage = {
    get clock() {
      return now.clock;
    },
    get logged() {
      return now.logged;
    },
    get table() {
      return store.table;
    },
    container(limits, { name = 'book-completion', table = store.table, sleep = async () => {} } = {}) {
      const clock = { ...now.clock, sleep };
      const { log } = now.logged;
      const slots = createSlots(
        { azumuta: limitOf(limits.azumuta), erp: limitOf(limits.erp) },
        { table, clock, name, settlingSeconds, random: () => 0.5, log },
      );
      if (!slots) throw new Error('No partner has a limit.');
      return slots;
    },
    begun(limits, name) {
      const slots = stage.container(limits, name === undefined ? {} : { name });
      slots.begin(invocation());
      return slots;
    },
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
