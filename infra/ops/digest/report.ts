import { shorten } from '../../../shared/model/text.ts';
import { counted, styled } from '../cli/output.ts';
import { localTime } from '../cli/time.ts';
import { type Digest, type DigestTrouble, maxAwaited } from './digest.ts';

/**
 * The digest as lines for a planner, on the plant's clock.
 * @param where Options that name the stack, for commands to type.
 */
export function digestLines(
  digest: Digest,
  about: { readonly target: string; readonly where: string; readonly timeZone: string },
): string[] {
  const since = localTime(new Date(digest.since), about.timeZone);
  return [
    styled('bold', `${about.target}: since ${since} (${about.timeZone})`),
    '',
    ...doneLines(digest),
    ...waitingLines(digest, about.timeZone),
    ...deadLines(digest, about.where),
    ...changedLines(digest),
    ...(digest.cut ? ['', 'A day has more events than are counted here: the figures are too low.'] : []),
  ];
}

function doneLines({ created, adopted, booked, amended, ignored }: Digest): string[] {
  const byHand = adopted > 0 ? ` (${adopted} of them had been typed by hand, and were adopted)` : '';
  const more = [
    ...(amended > 0 ? [`${counted(amended, 'later recording')} added as notes`] : []),
    ...(ignored > 0 ? [`${ignored} left out, as the ERP does not know their order`] : []),
  ];
  return [
    `Created   ${counted(created, 'product order')} in Azumuta${byHand}.`,
    `Booked    ${counted(booked, 'completion')} in the ERP${more.length > 0 ? `; ${more.join('; ')}` : ''}.`,
  ];
}

function waitingLines({ awaited, overdue, flows }: Digest, timeZone: string): string[] {
  const { 'product-orders': orders, completions, bookings } = flows.queues;
  const queued = [
    [orders, 'to be created in Azumuta'],
    [completions, 'to be read from Azumuta'],
    [bookings, 'to be booked in the ERP'],
  ] as const;
  const more = awaited >= maxAwaited ? 'more than ' : '';
  const late =
    overdue.count > 0
      ? `; ${overdue.count} overdue: ${overdue.first.join(', ')}${overdue.count > overdue.first.length ? ' …' : ''}`
      : '';
  return [
    `Waiting   ${more}${counted(awaited, 'product order')} in Azumuta to be completed${late}.`,
    ...queued.flatMap(([{ waiting, underWay, paused }, what]) =>
      waiting + underWay > 0 || paused
        ? [
            `          ${counted(waiting + underWay, 'message')} ${what}${paused ? styled('yellow', ' (paused)') : ''}.`,
          ]
        : [],
    ),
    ...(['azumuta', 'erp'] as const).flatMap((partner) => {
      const { open, openedAt, reason } = flows.partners[partner];
      if (!open) return [];
      const name = partner === 'erp' ? 'The ERP' : 'Azumuta';
      const since = openedAt === undefined ? '' : ` since ${localTime(new Date(openedAt), timeZone)}`;
      return [styled('yellow', `          ${name} is unwell${since}, calls to it wait: ${reason ?? ''}`)];
    }),
  ];
}

function deadLines({ deadLettered, flows }: Digest, where: string): string[] {
  const { count, first } = deadLettered;
  if (count === 0 && flows.deadLetters === 0) return ['Dead      none.'];
  const settled = first.filter((trouble) => trouble.settled === true).length;
  const since = `${count} put aside since${settled > 0 ? `, ${settled} of these orders settled` : ''}`;
  return [
    styled(
      flows.deadLetters > 0 ? 'red' : 'yellow',
      `Dead      ${counted(flows.deadLetters, 'dead letter')} ${flows.deadLetters === 1 ? 'waits' : 'wait'} for a person; ${since}.`,
    ),
    ...first.map((trouble) => troubleLine(trouble)),
    ...(count > first.length ? [`          … and ${count - first.length} more.`] : []),
    ...(flows.deadLetters > 0 ? [`          Reasons and what to do: npm run replay -- ${where}`] : []),
  ];
}

function changedLines({ conflicts, cancelled, unmapped }: Digest): string[] {
  return [
    ...(unmapped.count > 0
      ? [
          styled(
            'red',
            `Refused   ${counted(unmapped.count, 'order')} by the mapping: there is no product order.`,
          ),
          ...unmapped.first.map((trouble) => troubleLine(trouble)),
        ]
      : []),
    ...(conflicts.count > 0
      ? [
          styled(
            'yellow',
            `Changed   ${counted(conflicts.count, 'order')} in the ERP after ${conflicts.count === 1 ? 'it' : 'they'} came: correct the product order in Azumuta by hand.`,
          ),
          ...conflicts.first.map((trouble) => troubleLine(trouble)),
        ]
      : []),
    ...(cancelled.length > 0
      ? [
          styled(
            'yellow',
            `Cancelled ${cancelled.slice(0, 20).join(', ')} in the ERP: remove ${cancelled.length === 1 ? 'it' : 'them'} in Azumuta by hand.`,
          ),
        ]
      : []),
  ];
}

function troubleLine({ number, reason, settled }: DigestTrouble): string {
  const state = settled ? ' (settled since)' : '';
  return `          · ${number}${state}: ${shorten(reason, 160)}`;
}
