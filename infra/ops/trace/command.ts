import { defineCommand, exits, plantOptions, runCommand } from '../cli/command.ts';
import { traceLines } from './report.ts';
import { traceAsked } from './trace.ts';

const command = defineCommand({
  name: 'trace',
  description: 'Shows where an order is: its status, what it waits for, and everything that happened to it.',
  help: `
Examples:
  npm run trace -- MO/0042 --local
  npm run trace -- MO/0042 --stack AzumutaErp-ghent-production
  npm run trace -- 5KKoy7m6ms89mvrTg --local          by the id of a recording
  npm run -s trace -- MO/0042 --local --json          for other programs

Recordings are not in the ledger: Azumuta is asked which order one belongs to, from this machine, with the key of the
stack and the plant's configuration. Times are in the plant's time zone; --json has them in UTC.

Exit codes: 0 found · 1 failed · 2 wrong command line · 3 the ledger knows nothing by that name`,
  words: { '[order]': 'number of a product order, number or id of an ERP order, or an id of Azumuta' },
  options: plantOptions,
});

await runCommand(command, async ({ options, words: [asked], progress }) => {
  const { target, where, trace } = await traceAsked(asked, options, progress);
  const stack = { where, timeZone: target.output('TimeZone') };
  return {
    facts: { target: target.name, ...trace },
    lines: traceLines(trace, stack),
    exit: trace.productOrders.length > 0 ? exits.done : exits.notFound,
  };
});
