import { counted, oneLine } from '../model/text.ts';
import { localTime } from '../model/time.ts';
import { type Digest, type DigestTrouble, maxAwaited } from './digest.ts';

/** A line, and the colour that it has on a terminal. */
export interface DigestLine {
  readonly text: string;
  readonly tone?: 'bold' | 'red' | 'yellow' | undefined;
}

/**
 * The digest as lines for a planner, in the plant's time zone.
 * @param about `where` holds the options that name the stack, for commands to type.
 */
export function digestLines(
  digest: Digest,
  about: { readonly target: string; readonly where: string; readonly timeZone: string },
): DigestLine[] {
  const since = localTime(new Date(digest.since), about.timeZone);
  return [
    { text: `${about.target}: since ${since} (${about.timeZone})`, tone: 'bold' },
    { text: '' },
    ...doneLines(digest),
    ...openLines(digest, about),
  ];
}

/** What waits, and for what. */
export function openLines(
  digest: Digest,
  { where, timeZone }: { readonly where: string; readonly timeZone: string },
): DigestLine[] {
  const cut = 'A day has more events than are counted here: the figures are too low.';
  return [
    ...waitingLines(digest, timeZone),
    ...deadLines(digest, where),
    ...changedLines(digest),
    ...(digest.cut ? [{ text: '' }, { text: cut }] : []),
  ];
}

function doneLines({ created, adopted, booked, amended, ignored }: Digest): DigestLine[] {
  const byHand = adopted > 0 ? ` (${adopted} of them had been typed by hand, and were adopted)` : '';
  const more = [
    ...(amended > 0 ? [`${counted(amended, 'later recording')} added as notes`] : []),
    ...(ignored > 0 ? [`${ignored} left out, as the ERP does not know their order`] : []),
  ];
  return [
    { text: `Created   ${counted(created, 'product order')} in Azumuta${byHand}.` },
    {
      text: `Booked    ${counted(booked, 'completion')} in the ERP${more.length > 0 ? `; ${more.join('; ')}` : ''}.`,
    },
  ];
}

function waitingLines({ awaited, overdue, flows }: Digest, timeZone: string): DigestLine[] {
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
    { text: `Waiting   ${more}${counted(awaited, 'product order')} in Azumuta to be completed${late}.` },
    ...queued.flatMap(([{ waiting, underWay }, what, paused]) =>
      waiting + underWay > 0 || paused
        ? [
            {
              text: `          ${counted(waiting + underWay, 'message')} ${what}${paused}.`,
              tone: paused ? ('yellow' as const) : undefined,
            },
          ]
        : [],
    ),
    ...(['azumuta', 'erp'] as const).flatMap((partner) => {
      const { open, openedAt, reason } = flows.partners[partner];
      if (!open) return [];
      const name = partner === 'erp' ? 'The ERP' : 'Azumuta';
      const since = openedAt === undefined ? '' : ` since ${localTime(new Date(openedAt), timeZone)}`;
      const text = `          ${name} is down${since}, calls to it wait: ${oneLine(reason ?? '', 500)}`;
      return [{ text, tone: 'yellow' as const }];
    }),
  ];
}

function deadLines({ deadLettered, flows }: Digest, where: string): DigestLine[] {
  const { count, first } = deadLettered;
  if (count === 0 && flows.deadLetters === 0) return [{ text: 'Dead      none.' }];
  const settled = first.filter((trouble) => trouble.settled === true).length;
  const since = `${count} put aside since${settled > 0 ? `, ${settled} of these orders settled` : ''}`;
  return [
    {
      tone: flows.deadLetters > 0 ? 'red' : 'yellow',
      text: `Dead      ${counted(flows.deadLetters, 'dead letter')} ${flows.deadLetters === 1 ? 'waits' : 'wait'} for a person; ${since}.`,
    },
    ...first.map(troubleLine),
    ...linesIf(count > first.length, `          … and ${count - first.length} more.`),
    ...linesIf(flows.deadLetters > 0, `          Reasons and what to do: npm run replay -- ${where}`),
  ];
}

function changedLines({ conflicts, cancelled, unmapped }: Digest): DigestLine[] {
  const they = conflicts.count === 1 ? 'it' : 'they';
  const them = cancelled.length === 1 ? 'it' : 'them';
  const refused = `Refused   ${counted(unmapped.count, 'order')} by the mapping: there is no product order.`;
  const changed = `Changed   ${counted(conflicts.count, 'order')} in the ERP after ${they} came: correct the product order in Azumuta by hand.`;
  const first = cancelled.slice(0, 20).map((number) => oneLine(number, 200));
  const gone = `Cancelled ${first.join(', ')} in the ERP: remove ${them} in Azumuta by hand.`;
  return [
    ...linesIf(unmapped.count > 0, refused, 'red'),
    ...unmapped.first.map(troubleLine),
    ...linesIf(conflicts.count > 0, changed, 'yellow'),
    ...conflicts.first.map(troubleLine),
    ...linesIf(cancelled.length > 0, gone, 'yellow'),
  ];
}

/** One line if the condition holds. */
function linesIf(condition: boolean, text: string, tone?: DigestLine['tone']): DigestLine[] {
  return condition ? [{ text, tone }] : [];
}

function troubleLine({ number, reason, settled }: DigestTrouble): DigestLine {
  const state = settled ? ' (settled since)' : '';
  return { text: `          · ${oneLine(number, 200)}${state}: ${oneLine(reason, 160)}` };
}
