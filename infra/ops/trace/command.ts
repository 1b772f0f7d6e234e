import project from '../../../package.json' with { type: 'json' };
import { defineCommand, plantOptions, runCommand, UsageError } from '../cli/command.ts';
import { shareable } from '../cli/redact.ts';
import { dueTermsOfTarget, findTarget, ledgerOf, optionsForTarget } from '../cli/target.ts';
import { traceLines } from './report.ts';
import { findOwnerOf, traceOrder } from './trace.ts';

const command = defineCommand({
  name: 'trace',
  description: 'Shows where an order is: its status, what it waits for, and everything that happened to it.',
  help: `
Examples:
  npm run trace -- 5KKoy7m6ms89mvrTg --stack AzumutaErp-ghent-production   by the id of a recording
  npm run trace -- mo/0042 --local                         in any writing; a receipt that holds its number will do
  npm run -s trace -- MO/0042 --local --json > case.json   for other programs, or to ask for help

Recordings are not in the ledger: Azumuta is asked which order one belongs to, from this machine, with the key of the
stack and the plant's configuration. Times are in the plant's time zone; --json has them in UTC, with versions and the
outputs of the stack, to send to a partner or to Azumuta. Secrets, signatures, mail addresses and AWS account numbers are
left out there. Read it first: it contains article numbers and parameters, and what people, the ERP and Azumuta wrote,
in which names of persons cannot be recognised.

Exit codes: 0 found · 1 failed · 2 wrong command line · 3 the ledger knows nothing by that name`,
  words: { '[order]': 'number of a product order, number or id of an ERP order, or an id of Azumuta' },
  options: plantOptions,
});

await runCommand(command, async ({ options, words: [asked], progress }) => {
  if (asked === undefined || asked.trim() === '')
    throw new UsageError('Say which order: its number, its number or id in the ERP, or an id of Azumuta.');
  const target = await findTarget(options);
  const where = optionsForTarget(target);
  const findOwner = findOwnerOf(target, options.config);
  const now = { at: new Date(), ...dueTermsOfTarget(target) };
  const tracing = traceOrder(asked, ledgerOf(target), { where, now }, findOwner);
  const trace = await progress.during('Reading the ledger', tracing);
  const stack = { where, timeZone: target.output('TimeZone') };
  const versions = { integration: project.version, node: process.version };
  return {
    facts: shareable({ target: target.name, versions, outputs: target.outputs, ...trace }),
    lines: traceLines(trace, stack),
    exit: trace.productOrders.length > 0 ? 'done' : 'notFound',
  };
});
