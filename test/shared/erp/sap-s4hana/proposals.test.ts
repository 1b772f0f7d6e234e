import { describe, expect, it } from 'vitest';
import type { Cause } from '../../../../shared/model/causes.ts';
import type { Completion, Operation } from '../../../../shared/model/completions.ts';
import { failureOf } from '../conformance/attempts.ts';
import { completionOf } from '../conformance/completions.ts';
import { sapAssembly } from '../conformance/plants/sap-s4hana.ts';
import { rejection } from '../conformance/rejection.ts';
import type { SapServer } from '../conformance/servers/sap-s4hana.ts';
import { startPlant } from './plant.ts';

const { article, operations: routing } = sapAssembly;
const options = { goodsMovements: 'receipt', activities: { run: 2 } } as const;

/** An order of 5 of an assembly, and what was called and posted for it. */
function startAssembly(configured: Parameters<typeof startPlant>[0] = options) {
  const plant = startPlant(configured);
  const order = plant.plan('5', article);
  const calls = () => plant.faults.calls();
  const posted = () =>
    calls().flatMap(({ method, url, body }) =>
      method === 'POST' && url.includes('/ProdnOrdConf2') ? [JSON.parse(body)] : [],
    );
  const issued = () =>
    (posted().at(-1)?.to_ProdnOrdConfMatlDocItm.results ?? []).flatMap((one: Record<string, unknown>) =>
      one.GoodsMovementType === '261'
        ? [`${one.Material} ${one.QuantityInEntryUnit} ${one.EntryUnit} of ${Number(one.ReservationItem)}`]
        : [],
    );
  return { ...plant, order, calls, posted, issued };
}

const reports = (...numbers: readonly string[]): Partial<Completion> => ({
  operations: numbers.map(
    (operation): Operation => ({ operation, finished: true, recording: 'r1', runSeconds: 600 }),
  ),
});
/** RM301 was recorded, RM302 is backflushed, and the warehouse issues RM303. */
const used: Partial<Completion> = {
  components: {
    all: false,
    beyondPlan: false,
    used: [{ article: 'RM301', quantity: { amount: '5' }, lots: [{ number: 'B-1' }], recording: 'r1' }],
  },
};
const plannedIssues = ['RM301 5 PC of 1', 'RM302 5 PC of 2'];
const silent: readonly SapServer['proposals'][] = ['unknown', 'not implemented', 'forbidden'];

describe('what SAP would confirm', () => {
  it.each([
    [1, 7],
    [2, 10],
  ])('is asked once for each operation: a booking of %d makes %d calls', async (count, expected) => {
    const { books, order, calls, book } = startAssembly();
    books.checksSequence = false;

    await book(completionOf(order, reports(...routing.slice(-count))));

    expect(calls().length).toBe(expected);
    expect(calls().filter(({ url }) => url.includes('/GetConfProposal')).length).toBe(count);
  });

  it.each<[string, (plant: ReturnType<typeof startAssembly>) => void, RegExp, Cause]>([
    [
      'an operation whose control key lets nobody confirm it',
      ({ books }) => void books.notConfirmable.add('0030'),
      /operation 0030.*control key of operation 0030 allows no confirmation/,
      'refused-by-erp',
    ],
    [
      'a time for an activity that the work centre does not have',
      ({ books }) => void books.activities.set('0030', [1, 3]),
      /the work centre of operation 0030 has no activity 2.*has: 1, 3/,
      'quantity-or-lots',
    ],
  ])('is refused before anything is confirmed: %s', async (_, prepare, says, causeCode) => {
    // Prepare
    const plant = startAssembly();
    prepare(plant);

    // Act
    const failure = await failureOf(plant.book(completionOf(plant.order, reports(...routing))));

    // Assess
    expect(failure).toMatchObject(rejection(says, causeCode));
    expect([plant.posted(), plant.books.confirmations]).toEqual([[], []]);
  });

  it('is confirmed where SAP checks the sequence when it proposes, too', async () => {
    const { books, order, posted, book } = startAssembly();
    books.proposalsCheckSequence = true;

    await book(completionOf(order, reports(...routing)));

    expect(posted().map((one) => one.OrderOperation)).toEqual(routing);
  });
});

describe('what SAP would issue', () => {
  it('is issued of a component that nobody recorded: with its scrap, and in its unit of issue', async () => {
    // Prepare
    const { books, order, issued, book } = startAssembly();
    books.goods.componentScrap.set('RM302', 0.1);
    books.goods.unitsOfIssue.set('RM302', { unit: 'BAG', ofOne: 0.25 });

    // Act
    await book(completionOf(order, used));

    // Assess
    expect(issued()).toEqual(['RM301 5 PC of 1', 'RM302 1.375 BAG of 2']);
  });

  it('is asked for with the figures of the operation that takes it', async () => {
    const { order, calls, book } = startAssembly();

    await book(
      completionOf(order, {
        ...used,
        ...reports(...routing),
        scrap: { amount: '1' },
        quantity: { amount: '4' },
      }),
    );

    const asked = calls().filter(({ url }) => url.includes('/GetGdsMvtProposal'));
    expect(asked.map(({ url }) => decodeURIComponent(url.split('?')[1] ?? ''))).toEqual([
      expect.stringMatching(
        /OrderOperation='0010'&ConfirmationYieldQuantity=5M&ConfirmationScrapQuantity=0M/,
      ),
    ]);
  });

  it('is not asked for where nothing else was used', async () => {
    const { order, calls, issued, book } = startAssembly();
    const nothingElse = { components: { used: [], beyondPlan: false, ...used.components, all: true } };

    await book(completionOf(order, nothingElse));

    expect(calls().some(({ url }) => url.includes('Proposal'))).toBe(false);
    expect(issued()).toEqual(['RM301 5 PC of 1']);
  });
});

describe('where SAP does not propose', () => {
  it.each(silent)('it is booked as it always was: %s', async (proposals) => {
    // Prepare
    const { server, order, posted, issued, book } = startAssembly();
    server.proposals = proposals;

    // Act
    await book(completionOf(order, { ...used, ...reports(...routing) }));

    // Assess
    expect(issued()).toEqual(plannedIssues);
    expect(posted().map((one) => one.OrderOperation)).toEqual(routing);
  });

  it('it is booked all the same, and an answer of another form says nothing either', async () => {
    const { faults, order, issued, book } = startAssembly();
    faults.rewriteAnswers((body) => body.replace(/"(GetConfProposal|EntryUnit)":/g, '"Other$1":'));

    await book(completionOf(order, used));

    expect(issued().length).toBe(2);
  });

  it.each<[SapServer['proposals'], number, object?]>([
    ['known', 0],
    ['unknown', 1],
    ['forbidden', 1],
    // No booking would ask.
    ['unknown', 0, { goodsMovements: 'backflush', activities: undefined }],
  ])('doctor is told: %s, %d sentences', async (proposals, count, configured = {}) => {
    const { server, order, connect } = startAssembly({ ...options, ...configured });
    server.proposals = proposals;

    const says = await connect().notOffered?.(order, AbortSignal.timeout(5000));

    expect(says?.length).toBe(count);
    for (const one of says ?? []) expect(one).toContain('GetConfProposal');
  });
});
