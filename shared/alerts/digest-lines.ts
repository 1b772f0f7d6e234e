import { counted, oneLine } from '../model/text.ts';
import { localTime } from '../model/time.ts';
import { type Digest, type DigestTrouble, maxAwaited } from './digest.ts';

/**
 * What waits, and for what, as lines for a planner, in the plant's time zone.
 * @param about `where` holds the options that name the stack, for commands to type.
 */
export function openLines(
  digest: Digest,
  { where, timeZone }: { readonly where: string; readonly timeZone: string },
): string[] {
  return [
    ...waitingLines(digest, timeZone),
    ...deadLines(digest, where),
    ...changedLines(digest),
    ...linesIf(digest.cut, '', 'A day has more events than are counted here: the figures are too low.'),
  ];
}

function waitingLines({ awaited, overdue, flows }: Digest, timeZone: string): string[] {
  const { 'product-orders': orders, completions } = flows.queues;
  const areBookingsPaused = flows.partners.erp.bookingsPausedAt !== undefined;
  const queued = [
    [orders, 'to be created in Azumuta', orders.paused ? ' (paused)' : ''],
    [
      completions,
      'to be booked in the ERP',
      completions.paused ? ' (paused)' : areBookingsPaused ? ' (bookings are paused)' : '',
    ],
  ] as const;
  const more = awaited >= maxAwaited ? 'more than ' : '';
  const late =
    overdue.count > 0
      ? `; ${overdue.count} overdue: ${overdue.first.join(', ')}${overdue.count > overdue.first.length ? ' …' : ''}`
      : '';
  return [
    `Waiting   ${more}${counted(awaited, 'product order')} in Azumuta to be completed${late}.`,
    ...queued.flatMap(([{ waiting }, what, paused]) =>
      linesIf(waiting > 0 || paused !== '', `          ${counted(waiting, 'message')} ${what}${paused}.`),
    ),
    ...(['azumuta', 'erp'] as const).flatMap((partner) => {
      const { open, openedAt, reason } = flows.partners[partner];
      const name = partner === 'erp' ? 'The ERP' : 'Azumuta';
      const since = openedAt === undefined ? '' : ` since ${localTime(new Date(openedAt), timeZone)}`;
      return linesIf(
        open,
        `          ${name} is down${since}, calls to it wait: ${oneLine(reason ?? '', 500)}`,
      );
    }),
  ];
}

function deadLines({ deadLettered, flows }: Digest, where: string): string[] {
  const { count, first } = deadLettered;
  if (count === 0 && flows.deadLetters === 0) return ['Dead      none.'];
  const settled = first.filter((trouble) => trouble.settled === true).length;
  const since = `${count} put aside since${settled > 0 ? `, ${settled} of these orders settled` : ''}`;
  return [
    `Dead      ${counted(flows.deadLetters, 'dead letter')} ${flows.deadLetters === 1 ? 'waits' : 'wait'} for a person; ${since}.`,
    ...first.map(troubleLine),
    ...linesIf(count > first.length, `          … and ${count - first.length} more.`),
    ...linesIf(flows.deadLetters > 0, `          Reasons and what to do: npm run replay -- ${where}`),
  ];
}

function changedLines({ conflicts, cancelled, unmapped }: Digest): string[] {
  const they = conflicts.count === 1 ? 'it' : 'they';
  const them = cancelled.length === 1 ? 'it' : 'them';
  const refused = `Refused   ${counted(unmapped.count, 'order')} by the mapping: there is no product order.`;
  const changed = `Changed   ${counted(conflicts.count, 'order')} in the ERP after ${they} came: correct the product order in Azumuta by hand.`;
  const first = cancelled.slice(0, 20).map((number) => oneLine(number, 200));
  const gone = `Cancelled ${first.join(', ')} in the ERP: remove ${them} in Azumuta by hand.`;
  return [
    ...linesIf(unmapped.count > 0, refused),
    ...unmapped.first.map(troubleLine),
    ...linesIf(conflicts.count > 0, changed),
    ...conflicts.first.map(troubleLine),
    ...linesIf(cancelled.length > 0, gone),
  ];
}

function linesIf(condition: boolean, ...lines: readonly string[]): readonly string[] {
  return condition ? lines : [];
}

function troubleLine({ number, reason, settled }: DigestTrouble): string {
  const state = settled ? ' (settled since)' : '';
  return `          · ${oneLine(number, 200)}${state}: ${oneLine(reason, 160)}`;
}
