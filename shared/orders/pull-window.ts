import type { StartOfListing } from '../erp/connector.ts';
import type { PullProgress, PullWindow } from '../ledger/records/pull-state.ts';
import type { Watermark, WatermarkKind } from '../model/orders.ts';

/** A window from its beginning on, also before its first page. */
export type BegunPullWindow = Pick<PullWindow, 'startedAt'> & Partial<PullWindow>;

/** An ERP may show an order so long after the write time that it reports, as the transaction was still open. */
export const overlapMs = 10 * 60_000;

/**
 * Where a run begins to read: at the position of an unfinished window, else with a new window. After an exact watermark
 * that begins right behind it, else an overlap before the moment at which the last finished window began. If it began
 * before the newest row of that window instead, it would miss orders that were committed while a long window was being read:
 *
 *   times of the ERP   9:50        10:00         10:10         10:20         10:30
 *   an order                      ╷ written 9:59 … committed 10:04
 *   window 1            │ begins 10:00, and passes 9:59 before the order shows
 *                       │           ├── run 1: out of time ──┤├── run 2: to the end, newest row 10:19 ──┤
 *   window 2            ╰──────────▶ from 9:50, not from 10:09: reads it
 *
 * A run that fails before its first page has changed nothing. One that fails later, is killed or runs out of
 * time leaves the position of its last page, which may be inside the overlap.
 */
export function startOfReading(
  kind: WatermarkKind,
  { watermark, window }: PullProgress,
  goLive: string | undefined,
): StartOfListing | undefined {
  const from = window?.position ?? startOfWindow(kind, watermark, goLive);
  const listsAllAgain = kind === 'exact' && goLive !== undefined;
  return from && listsAllAgain ? { ...from, goLive } : from;
}

/** A watermark without an id is the time of another connector, which says nothing exact. */
function startOfWindow(
  kind: WatermarkKind,
  watermark: Watermark | undefined,
  goLive: string | undefined,
): Watermark | undefined {
  if (!watermark) return goLive === undefined ? undefined : { changedAt: goLive };
  if (kind === 'exact' && watermark.id !== undefined) return watermark;
  const behind = instantBefore(watermark.changedAt, overlapMs);
  return { changedAt: goLive === undefined ? behind : laterInstant(behind, goLive) };
}

/**
 * A window after one more page. The time at which it began is kept in times of the ERP, whose clock may be wrong: a row
 * was written before it was read, so the window began no earlier than the row's time minus the time that the window has
 * lasted, and a duration is the same on every clock.
 * A row ahead of our clock counts as changed now: one wrong time must not hide all that comes before it.
 * @param readAt When the page came, by the clock that also gave `startedAt`.
 */
export function afterPage(window: BegunPullWindow, page: Watermark, readAt: Date): PullWindow {
  const lastedMs = Math.max(0, readAt.getTime() - Date.parse(window.startedAt));
  const began = instantBefore(earlierInstant(page.changedAt, readAt.toISOString()), lastedMs);
  return {
    startedAt: window.startedAt,
    position: page,
    beganAfter: window.beganAfter === undefined ? began : laterInstant(window.beganAfter, began),
  };
}

/**
 * The watermark once a window is at its end. An exact one is the position of its last page. One of times never moves
 * backwards, as a window begins after the one before it.
 */
export function afterPullWindow(
  kind: WatermarkKind,
  watermark: Watermark | undefined,
  { beganAfter, position }: Pick<Partial<PullWindow>, 'beganAfter' | 'position'>,
): Watermark | undefined {
  if (kind === 'exact') return position ?? watermark;
  if (beganAfter === undefined) return watermark;
  return { changedAt: watermark ? laterInstant(watermark.changedAt, beganAfter) : beganAfter };
}

function instantBefore(instant: string, ms: number): string {
  return new Date(Date.parse(instant) - ms).toISOString();
}

function earlierInstant(a: string, b: string): string {
  return Date.parse(a) < Date.parse(b) ? a : b;
}

function laterInstant(a: string, b: string): string {
  return Date.parse(a) > Date.parse(b) ? a : b;
}
