import type { PullReport } from '../../../shared/orders/pull.ts';
import { counted, linesOf, styled, tableOf, terminalWidth } from '../cli/output.ts';
import { outcomes, type PullPreview } from './preview.ts';

/** How many orders of one kind are named; --json has all. */
const maxNamed = 30;

/**
 * The preview as lines for a person; orders that need a person come first.
 * @param about Name of the stack, and the options that select it on a command line.
 */
export function previewPullLines(
  preview: PullPreview,
  about: { readonly target: string; readonly where: string },
): string[] {
  const { since, read, productOrders } = preview;
  const kinds = Object.entries(outcomes).flatMap(([outcome, [title, colour]]) => {
    const found = productOrders.filter((order) => order.outcome === outcome);
    return found.length > 0 ? [{ title, colour, found }] : [];
  });
  return linesOf(
    styled('bold', `What a pull into ${about.target} would do (dry run: nothing is written)`),
    `${counted(read, 'released order')} of the ERP${since === undefined ? '' : ` that changed since ${since}`}.`,
    '',
    kinds.map(
      ({ title, colour, found }) => `  ${styled(colour, `${String(found.length).padStart(5)} ${title}`)}`,
    ),
    kinds.flatMap(({ title, found }) =>
      linesOf(
        '',
        styled('bold', `${counted(found.length, 'product order')} ${title}`),
        tableOf(
          [{ title: 'Product order' }, { title: 'ERP order' }, { title: 'Why', most: 80 }],
          found.slice(0, maxNamed).map(({ number, erpOrder, reason }) => [number, erpOrder, reason ?? '']),
          terminalWidth() - 2,
        ).map((line) => `  ${line}`),
        found.length > maxNamed && `  … and ${found.length - maxNamed} more (--json has all)`,
      ),
    ),
    kinds.length > 0 && '',
    endLines(preview, about.where),
  );
}

function endLines({ productOrders, more, readUpTo, failure }: PullPreview, where: string): string[] {
  if (failure !== undefined) return [styled('red', `It ended early: ${failure}`)];
  if (more)
    return [
      `There are more orders than were read (up to ${readUpTo ?? 'the first'}): choose a later --since.`,
    ];
  if (productOrders.length === 0) return ['The pull would do nothing.'];
  return [
    'To pull on schedule, set schedule.pull in the configuration and deploy. To run the pull now, from where the last run ended:',
    `  npm run pull -- --go ${where}`,
  ];
}

export function pulledLines(
  { outcome, orders, queued, conflicts, rejected, cancelled, remapped }: PullReport,
  where: string,
): string[] {
  const notRead: Readonly<Partial<Record<PullReport['outcome'], string>>> = {
    'another run is under way': 'Another run is under way: this one did nothing.',
    paused: `The pull is paused: nothing was read. Resume it with: npm run resume -- pull ${where}`,
    'no slot was free':
      'The ERP was busy with as many calls as it allows at once: nothing was read. Try again in a moment.',
  };
  const why = notRead[outcome];
  if (why !== undefined) return [why];
  const parts = linesOf(
    `${counted(queued, 'product order')} queued to be created`,
    conflicts > 0 && counted(conflicts, 'conflict'),
    rejected > 0 && `${rejected} refused`,
    cancelled > 0 && `${cancelled} cancelled`,
  );
  return linesOf(
    `Read ${counted(orders, 'order')} of the ERP: ${parts.join(', ')}.`,
    remapped > 0 &&
      `The mapping adds parameters to ${counted(remapped, 'product order')} that stay as they were made.`,
    outcome === 'the ERP is down' &&
      `Then the ERP failed. The next run goes on from there. To see why: npm run doctor -- ${where}`,
    outcome === 'out of time' && 'The run ended before it had read everything: run it again.',
  );
}
