import { randomUUID } from 'node:crypto';
import type { CompletionHint } from '../../../shared/completions/messages.ts';
import { wakeDueWindows } from '../../../shared/completions/wake-windows.ts';
import type { ErpConnector } from '../../../shared/erp/connector.ts';
import { type Part, partFrom, partIndexes } from '../../../shared/model/orders.ts';
import { silent } from '../../support/logs.ts';
import { splitOrder } from '../../support/orders.ts';
import type { PlannedOrderRef } from '../erp/conformance/target.ts';
import { complete, erpThat } from './completed.ts';
import { type CompletionStage, type Handling, stageOn } from './stage.ts';

export const hourSeconds = 3600;

interface ShiftsOptions {
  readonly at?: readonly string[];
  /** An ERP other than the sandbox, and its order. */
  readonly erp?: { readonly connector: ErpConnector; readonly order: PlannedOrderRef };
  readonly book?: 'each' | 'when-all-done';
  /** How many pieces a product order is for, where that is more than one. */
  readonly per?: number;
}

/** A plant with three shifts, at nine in the morning, and an ERP order of so many pieces. */
export async function shifts(
  sandboxes: CompletionStage,
  pieces: number,
  { at = ['06:00', '14:00', '22:00'], erp, book = 'when-all-done', per }: ShiftsOptions = {},
) {
  const stage = await stageOn(sandboxes);
  const split = { number: '', of: Math.ceil(pieces / (per ?? 1)), book, ...(per && { per }) };
  const parts = partIndexes(split.of).map((index) => partFrom(split, index));
  const { erpOrder, numbers } = erp
    ? await orderedIn(stage, { ...erp.order, amount: String(pieces) }, parts)
    : await stage.ordered(parts);
  const connector = erp?.connector ?? stage.erp;
  const [home = ''] = numbers;
  const times = { timeZone: 'Europe/Brussels', at };
  const hints: CompletionHint[] = [];
  const finals: boolean[] = [];
  const handling: Handling = {
    bookingTimes: times,
    ...erpThat((completion, ...rest) => {
      finals.push(completion.final);
      return connector.book(completion, ...rest);
    }),
  };

  return {
    stage,
    erpOrder,
    numbers,
    home,
    handling,
    /** Completes parts, and has their triggers handled. @returns the failures. */
    build: async (...given: readonly number[]) => {
      const failures: unknown[] = [];
      for (const index of given) {
        const number = numbers[index - 1] ?? '';
        await complete(stage, number);
        failures.push(await stage.message(number)(handling));
        stage.clock.advance(61);
      }
      return failures.filter(Boolean);
    },
    /** What the second schedule does. @returns what it did, and what became of its hints. */
    wake: async (given: Handling = {}) => {
      const send = async (_queue: string, { body }: { readonly body: string }) => {
        hints.push(JSON.parse(body));
      };
      const { ledger, clock } = stage;
      const own = { ledger, clock, queues: { send }, completionsQueueUrl: '', log: silent, times };
      const report = await wakeDueWindows('run', own);
      const failures: unknown[] = [];
      for (const hint of hints.splice(0)) failures.push(await stage.message(hint)({ ...handling, ...given }));
      return { ...report, failures: failures.filter(Boolean) };
    },
    window: () => stage.ledger.windows.find(home),
    bookings: async () => (await stage.ledger.bookings.listOfOrder(home)).map(({ parts }) => parts.join()),
    /** Whether each booking says that its order is finished. */
    finals,
  };
}

/** Product orders of an order that another ERP than the sandbox has. */
async function orderedIn(
  stage: CompletionStage,
  erpOrder: PlannedOrderRef & { readonly amount: string },
  parts: readonly Part[],
) {
  // Another test's ERP may have given its order the same number, and Azumuta is shared.
  const mapped = `${erpOrder.number}-${randomUUID().slice(0, 8)}`;
  const numbers = parts.map(({ index }) => `${mapped}/${index}`);
  for (const [at, part] of parts.entries()) {
    const number = numbers[at] ?? '';
    const given = { number, part: { ...part, first: numbers[0] ?? '' }, erpOrder };
    await stage.record(given, await stage.build(number));
  }
  const book = parts[0]?.book === 'each' ? 'each' : 'when-all-done';
  await stage.ledger.erpOrders.writeVersion(splitOrder(erpOrder.number, parts.length, { book, erpOrder }));
  return { erpOrder: erpOrder.number, numbers };
}
