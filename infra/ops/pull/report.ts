import type { PullReport } from '../../../shared/orders/pull.ts';
import { counted, styled, tableOf } from '../cli/output.ts';
import { type Outcome, outcomes, type PullPreview } from './preview.ts';

const words: Readonly<Record<Outcome, readonly [title: string, colour: 'red' | 'yellow' | 'green' | 'dim']>> =
  {
    unreadable: ['cannot be read', 'red'],
    conflict: ['would be a conflict', 'yellow'],
    reject: ['would be refused', 'red'],
    cancelled: ['were cancelled', 'yellow'],
    adopt: ['would be adopted', 'green'],
    create: ['would be created', 'green'],
    exists: ['exist already', 'dim'],
    'left out': ['are left out', 'dim'],
  };
/** Orders of one kind that are named; --json has all. */
const maxNamed = 30;

/**
 * What a pull would do, as lines for a person: what needs a hand first.
 * @param about Answers' name of the stack, and the options that name it, for commands to type.
 */
export function previewPullLines(
  preview: PullPreview,
  about: { readonly target: string; readonly where: string },
): string[] {
  const { since, read, productOrders } = preview;
  const kinds = outcomes.flatMap((outcome) => {
    const found = productOrders.filter((order) => order.outcome === outcome);
    return found.length > 0 ? [{ outcome, found }] : [];
  });
  return [
    styled('bold', `What a pull into ${about.target} would do (dry run: nothing is written)`),
    `${counted(read, 'released order')} of the ERP${since === undefined ? '' : ` that changed since ${since}`}.`,
    '',
    ...kinds.map(({ outcome, found }) => {
      const [title, colour] = words[outcome];
      return `  ${styled(colour, `${String(found.length).padStart(5)} ${title}`)}`;
    }),
    ...kinds.flatMap(({ outcome, found }) => [
      '',
      styled('bold', `${counted(found.length, 'product order')} ${words[outcome][0]}`),
      ...tableOf(
        [{ title: 'Product order' }, { title: 'ERP order' }, { title: 'Why', most: 80 }],
        found.slice(0, maxNamed).map(({ number, erpOrder, reason }) => [number, erpOrder, reason ?? '']),
      ).map((line) => `  ${line}`),
      ...(found.length > maxNamed ? [`  … and ${found.length - maxNamed} more (--json has all)`] : []),
    ]),
    ...(kinds.length > 0 ? [''] : []),
    ...endLines(preview, about.where),
  ];
}

function endLines({ productOrders, more, failure }: PullPreview, where: string): string[] {
  if (failure !== undefined) return [styled('red', `It ended early: ${failure}`)];
  if (more) return ['There are more orders: raise --most, or choose a later --since.'];
  if (productOrders.length === 0) return ['Nothing would be done.'];
  return [
    'To do it on schedule: schedule.pull in the configuration, then deploy. To run the pull now, from where the last one ended:',
    `  npm run pull -- --go ${where}`,
  ];
}

/** What a run of the function did. */
export function pulledLines({
  outcome,
  orders,
  queued,
  conflicts,
  rejected,
  cancelled,
}: PullReport): string[] {
  if (outcome === 'another run is under way')
    return ['Another run is under way: nothing was done by this one.'];
  if (outcome === 'paused') return ['The pull is paused, and nothing was read: resume it first.'];
  if (outcome === 'no slot was free')
    return [
      'The ERP was busy with as many calls as it bears at once: nothing was read. Try again in a minute.',
    ];
  const parts = [
    `${counted(queued, 'product order')} queued to be created`,
    ...(conflicts > 0 ? [`${counted(conflicts, 'conflict')}`] : []),
    ...(rejected > 0 ? [`${rejected} refused`] : []),
    ...(cancelled > 0 ? [`${cancelled} cancelled`] : []),
  ];
  return [
    `Read ${counted(orders, 'order')} of the ERP: ${parts.join(', ')}.`,
    ...(outcome === 'the ERP is unwell'
      ? ['Then the ERP failed; doctor tells why. The next run goes on from there.']
      : []),
    ...(outcome === 'out of time' ? ['Its time was up before it had read all: run it again to go on.'] : []),
  ];
}
