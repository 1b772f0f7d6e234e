import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type HistoryEntry,
  maxHistoryBytes,
  type NewEntry,
  withEntry,
} from '../../../shared/ledger/history.ts';
import type { JourneyEvent } from '../../../shared/model/journey.ts';
import type { StoredItem } from '../../../shared/platform/aws/dynamodb-table.ts';

type Happened = NewEntry & Pick<HistoryEntry, 'at'>;

/** The item after the update. */
function written(held: StoredItem, entry: Happened): StoredItem & { readonly history: HistoryEntry[] } {
  const { set = {}, append = {} } = withEntry({}, held, new Date(entry.at), entry);
  const before = (held.history ?? []) as HistoryEntry[];
  return {
    ...held,
    ...set,
    history: set.history
      ? (set.history as HistoryEntry[])
      : [...before, ...(append.history as HistoryEntry[])],
  };
}

const at = '2026-11-24T08:00:00.000Z';
const isRetry = ({ event }: HistoryEntry) => event === 'retry';
const bytesOf = (history: readonly HistoryEntry[]) => Buffer.byteLength(JSON.stringify(history));

const letters = { none: '', ascii: 'x', wide: '€', pair: '😀', escaped: '\u0001' };
const happening = fc.record({
  event: fc.constantFrom<JourneyEvent>('queued', 'retry', 'rejected', 'created'),
  letter: fc.constantFrom<keyof typeof letters>('none', 'ascii', 'wide', 'pair', 'escaped'),
  times: fc.nat(3000),
});
const happenings = fc.array(happening, { minLength: 1, maxLength: 120, size: 'max' });

/** Each has a time of its own. */
const entryOf = (
  { event, letter, times }: { event: JourneyEvent; letter: keyof typeof letters; times: number },
  index: number,
): Happened => ({
  at: new Date(index * 1000).toISOString(),
  event,
  ...(letter === 'none' ? {} : { note: letters[letter].repeat(times) }),
});

describe('the history of an item', () => {
  it('stays below its limit, keeps its first and its latest entry, loses its oldest retries first and counts what is lost, in any sequence', () => {
    fc.assert(
      fc.property(happenings, (happened) => {
        let item: ReturnType<typeof written> = { history: [] };
        for (const [index, entry] of happened.map(entryOf).entries()) {
          const before = item.history;
          item = written(item, entry);
          expect(bytesOf(item.history)).toBeLessThanOrEqual(maxHistoryBytes);
          expect(item.history.length + Number(item.historyLeft ?? 0)).toBe(index + 1);
          expect(item.history.at(-1)).toMatchObject({ at: entry.at, event: entry.event });
          expect(item.history[0]).toMatchObject({ at: new Date(0).toISOString() });
          const kept = item.history.slice(1, -1);
          const mayGo = before.slice(1);
          const lost = mayGo.slice(0, mayGo.length - kept.length);
          const retries = mayGo.filter(isRetry);
          // The oldest retries, and the oldest of the others only when no retry is left
          const others = mayGo
            .filter((one) => !isRetry(one))
            .slice(Math.max(0, lost.length - retries.length));
          const left = [...retries.slice(lost.length), ...others];
          expect(kept).toEqual(mayGo.filter((one) => left.includes(one)));
        }
      }),
      { numRuns: 20 },
    );
  });

  it('is appended to while it is short, so that two writers do not overwrite each other', () => {
    const append = { history: [{ at, event: 'created' }] };
    const first = withEntry({}, undefined, new Date(at), { event: 'created' });
    const held = { history: [{ at, event: 'queued' }] };
    const second = withEntry({ set: { state: 'done' } }, held, new Date(at), { event: 'created' });
    expect([first, second]).toEqual([{ append }, { set: { state: 'done' }, append }]);
  });
});
