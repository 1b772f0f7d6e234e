import type { CompletionHint } from '../../../shared/completions/messages.ts';
import { wakeDueWindows } from '../../../shared/completions/wake-windows.ts';
import { partIndexes } from '../../../shared/model/orders.ts';
import { silent } from '../../support/logs.ts';
import { complete, erpThat } from './completed.ts';
import { type CompletionStage, type Handling, stageOn } from './stage.ts';

export const hourSeconds = 3600;

/** A plant with three shifts, at nine in the morning, and an ERP order of so many pieces. */
export async function shifts(
  sandboxes: CompletionStage,
  pieces: number,
  at: readonly string[] = ['06:00', '14:00', '22:00'],
) {
  const stage = await stageOn(sandboxes);
  const { erpOrder, numbers } = await stage.ordered(
    partIndexes(pieces).map((index) => ({ index, first: '', book: 'when-all-done' as const })),
  );
  const [home = ''] = numbers;
  const times = { timeZone: 'Europe/Brussels', at };
  const hints: CompletionHint[] = [];
  const finals: boolean[] = [];
  const handling: Handling = {
    bookingTimes: times,
    ...erpThat((completion, ...rest) => {
      finals.push(completion.final);
      return stage.erp.book(completion, ...rest);
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
