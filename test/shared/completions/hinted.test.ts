import { describe, expect, it } from 'vitest';
import integration from '../../../integration.config.ts';
import type { CompletionMapping } from '../../../shared/integration/define.ts';
import {
  booked,
  complete,
  completed,
  inErp,
  kept,
  mapping,
  orderRoute,
  recordingRoute,
} from './completed.ts';
import { otherAzumuta } from './other-azumuta.ts';
import { startCompletionStage, threeParts } from './stage.ts';

const stage = await startCompletionStage();

const invented = (count: number) => Array.from({ length: count }, (_, i) => `invented${i}`);
/** Azumuta lists no recordings of its product orders, so only triggers name them. */
const withoutList = (order: Record<string, unknown>) => void delete order.recordings;
const unlisted = () => otherAzumuta(stage, { order: withoutList });
const naming = (productOrderNumber: string, recordingIds: string[], given = {}) =>
  stage.message({ productOrderNumber, recordingIds }, given);

describe('recordings that a trigger names', () => {
  it('are not booked where Azumuta lists the recordings of the product order: one is read, as it may be of a copy', async () => {
    const { number, recordingIds } = await completed(stage, { recordings: 2 });
    await stage.handle(number);
    stage.clock.advance(61);
    await stage.azumutaSide.forgetCalls();
    await naming(number, invented(500))();
    expect(await booked(stage, number)).toEqual(recordingIds.toSorted());
    expect(await stage.azumutaSide.calls()).toEqual({ [orderRoute]: 1, [recordingRoute]: 1 });
  });

  it('are not booked where Azumuta lists none, as an empty list is a list', async () => {
    const { number, recordingIds } = await completed(stage);
    const { azumuta, readIds } = await otherAzumuta(stage, {
      order: (shown) => void Object.assign(shown, { recordings: [] }),
    });
    expect(await naming(number, recordingIds)({ azumuta })).toBeUndefined();
    expect(readIds()).toEqual(recordingIds);
    expect(await stage.ledger.bookings.listOfOrder(number)).toMatchObject([
      { state: 'done', recordingIds: [] },
    ]);
  });

  it('are read before they are planned, and only those of the order are planned', async () => {
    const { number, recordingIds } = await completed(stage, { recordings: 2 });
    const other = await completed(stage);
    const named = ['invented', ...other.recordingIds, ...recordingIds];
    const { azumuta, readIds } = await unlisted();
    await naming(number, named)({ azumuta });
    stage.clock.advance(61);
    await naming(number, recordingIds)({ azumuta });
    expect(await stage.ledger.bookings.listOfOrder(number)).toMatchObject([
      { kind: 'quantity', recordingIds },
    ]);
    expect(await inErp(stage, number)).toEqual(['1']);
    // Once more, to see whether it is of a copy of the order, and whether what is booked was corrected since.
    expect(readIds().sort()).toEqual([...named, 'invented', ...recordingIds].sort());
  });

  it('are not trusted when they do not say which order they belong to, as a forged call could name any', async () => {
    // Prepare
    const { number } = await completed(stage);
    const { recordingIds } = await completed(stage);
    const { azumuta, readIds } = await otherAzumuta(stage, {
      order: withoutList,
      recording(shown) {
        delete shown.productOrderId;
        delete shown.productOrderNumber;
      },
    });

    // Act
    const failure = await naming(number, recordingIds)({ azumuta });

    // Assess
    expect(failure).toMatchObject({ name: 'Rejected', message: expect.stringContaining('does not say') });
    expect(readIds()).toEqual(recordingIds);
    expect(await stage.ledger.bookings.listOfOrder(number)).toEqual([]);
  });

  it('are at most 50: with more, or longer ones than ids of Azumuta, nothing is read or booked', async () => {
    // Prepare
    const { number } = await completed(stage, { recordings: 0 });
    const { azumuta, readIds } = await unlisted();
    const tooLong = 'x'.repeat(101);

    // Act
    const failures = [
      await naming(number, [tooLong, ...invented(50)])({ azumuta }),
      await naming(number, invented(51))({ azumuta }),
    ];

    // Assess
    const refused = { name: 'Rejected', message: expect.stringContaining('names 51 recordings') };
    expect(failures).toMatchObject([refused, refused]);
    expect(readIds()).toEqual([]);
    expect(await stage.ledger.bookings.listOfOrder(number)).toEqual([]);
  });

  it('are all in the booking that is decided anew, whichever of them the newer trigger names', async () => {
    // Planned, as the ERP was down
    const { number, recordingIds } = await completed(stage, { recordings: 2 });
    const [first = '', second = ''] = recordingIds;
    const { azumuta } = await unlisted();
    await naming(number, [first])({ azumuta, down: 'erp' });
    stage.clock.advance(61);
    await naming(number, [second])({ azumuta });
    expect(await booked(stage, number)).toEqual(recordingIds.toSorted());
    expect(await inErp(stage, number)).toEqual(['1']);
  });
});

describe('recordings that only triggers name, of parts that are booked together', () => {
  async function started() {
    const { erpOrder, numbers } = await stage.ordered(threeParts('when-all-done'));
    const [first = '', second = '', third = ''] = numbers;
    const { azumuta } = await unlisted();
    const finish = async (number: string, isNew: (ids: string[]) => string[] = (ids) => ids) => {
      const recordingIds = isNew(await complete(stage, number));
      return { recordingIds, failure: await naming(number, recordingIds)({ azumuta }) };
    };
    return { erpOrder, first, second, third, azumuta, finish };
  }

  it('are all in their one booking, also when a part was opened again and its next trigger names new ones', async () => {
    const { erpOrder, first, second, third, finish } = await started();
    const named = [...(await finish(first)).recordingIds];
    await stage.azumutaSide.reopen(first);
    for (const number of [second, third]) named.push(...(await finish(number)).recordingIds);
    const before = await inErp(stage, erpOrder);
    stage.clock.advance(61);
    const { recordingIds } = await finish(first, (ids) => ids.filter((id) => !named.includes(id)));
    expect(before).toEqual([]);
    expect(recordingIds).toHaveLength(1);
    expect(await booked(stage, first)).toEqual([...named, ...recordingIds].sort());
    expect(await inErp(stage, erpOrder)).toEqual(['3']);
  });

  it.each<[string, CompletionMapping, string[], string]>([
    ['noted in the ERP', {}, ['3', 'notes'], 'undefined'],
    [
      'left to a person where they would change what was booked',
      { scrap: ({ recordings }) => Math.max(0, recordings.length - 1) },
      ['3'],
      'booked as 1 good; with it, it would be 1 good, 1 scrap',
    ],
  ])('are %s when a trigger names them after all parts were booked', async (...given) => {
    const [, changed, books, told] = given;
    const { erpOrder, first, second, third, azumuta, finish } = await started();
    const named: string[] = [];
    for (const number of [first, second, third]) named.push(...(await finish(number)).recordingIds);
    stage.clock.advance(61);
    const late = (await complete(stage, first)).filter((id) => !named.includes(id));
    const handling = { azumuta, ...mapping({ ...integration.completions, ...changed }) };
    expect(String(await naming(first, late)(handling))).toContain(told);
    expect(await inErp(stage, erpOrder)).toEqual(books);
  });

  it('are waited for while no trigger names those of one part, which the sentence names', async () => {
    // Prepare
    const { erpOrder, first, second, third, azumuta, finish } = await started();
    let unnamed: string[] = [];
    await finish(first, (ids) => {
      unnamed = ids;
      return [];
    });
    await finish(second);

    // Act
    const { failure } = await finish(third);
    const before = await inErp(stage, erpOrder);
    stage.clock.advance(61);
    await naming(first, unnamed)({ azumuta });

    // Assess
    expect(failure).toMatchObject({
      name: 'RetryLater',
      message: expect.stringContaining(`lists no recordings of product order ${first}`),
    });
    expect(before).toEqual([]);
    expect(await booked(stage, first)).toHaveLength(3);
  });
});

it('takes, of a number that can be read in two ways, the one that the ledger knows', async () => {
  // The sender meant the plus as such; with a space, the number is unknown.
  const { number } = await completed(stage);
  await stage.handle({ productOrderNumber: 'read as a space', otherNumber: number });
  expect(await inErp(stage, number)).toEqual(['1']);
  expect(await kept(stage, 'read as a space')).toEqual([]);
});

/** An order whose recordings only triggers name, and whose completion Azumuta shows late. */
async function shownLate(held?: () => Promise<void>) {
  const { number, recordingIds } = await completed(stage, { recordings: 2 });
  const shown = { isOpen: true };
  const { azumuta } = await otherAzumuta(stage, {
    order(order) {
      delete order.recordings;
      if (shown.isOpen) order.status = 'in-progress';
    },
    ...(held && { held }),
  });
  const [first, second] = recordingIds.map((id) => {
    const attempt = stage.message({ productOrderNumber: number, recordingIds: [id] });
    stage.clock.advance(10);
    return () => attempt({ azumuta });
  });
  if (!first || !second) throw new Error('Two recordings are two hints.');
  return { number, recordingIds, shown, first, second };
}

describe('hints about an order whose recordings only triggers name', () => {
  it('have all their recordings booked by the one that asks, also those of hints that ended', async () => {
    const { number, recordingIds, shown, first, second } = await shownLate();
    const asks = await first();
    const joins = await second();
    shown.isOpen = false;
    await first();
    expect([asks, joins]).toMatchObject([{ name: 'RetryLater' }, undefined]);
    expect(await booked(stage, number)).toEqual(recordingIds.toSorted());
  });

  it('make the one that asks look again for recordings that are named while it reads', async () => {
    // Prepare: while one hint reads, another that came before it ends
    const ended: unknown[] = [];
    let earlier = async (): Promise<unknown> => undefined;
    const { number, recordingIds, shown, first, second } = await shownLate(async () => {
      if (ended.length === 0) ended.push(await earlier());
    });
    earlier = first;
    await second();
    shown.isOpen = false;

    // Act
    const once = await second();
    stage.clock.advance(61);
    const again = await second();

    // Assess
    expect([ended, once, again]).toEqual([
      [undefined],
      expect.objectContaining({ name: 'RetryLater', scope: 'order' }),
      undefined,
    ]);
    expect(await booked(stage, number)).toEqual(recordingIds.toSorted());
  });
});
