import project from '../../../package.json' with { type: 'json' };
import { reasonOf } from '../../../shared/model/errors.ts';
import { defineCommand, exits, plantOptions, runCommand, textOption } from '../cli/command.ts';
import { writeNewFile } from '../cli/files.ts';
import { printable, say } from '../cli/output.ts';
import { configurationOf } from '../cli/target.ts';
import { traceAsked } from '../trace/trace.ts';
import { namesIn, supportTextOf } from './support-file.ts';

const command = defineCommand({
  name: 'support',
  description:
    'Writes everything that is known about an order into one file, which you can send to a partner or to Azumuta: its journey, the causes of failures, versions, outputs of the stack, and the names of the settings. Secrets, names of persons and AWS account numbers are left out.',
  help: `
Examples:
  npm run support -- MO/0042 --local
  npm run support -- MO/0042 --stack AzumutaErp-ghent-production --out case-17.json

Read the file before you send it: it contains article numbers, parameters and answers of the ERP.

Exit codes: 0 written · 1 failed · 2 wrong command line, or the file exists already · 3 the ledger knows nothing by that name`,
  words: { '[order]': 'number of a product order, number or id of an ERP order, or an id of Azumuta' },
  options: {
    ...plantOptions,
    out: textOption('<file>', 'default: support-<order>.json in this folder'),
  },
});

await runCommand(command, async ({ options, words: [asked], progress }) => {
  const { target, trace: order } = await traceAsked(asked, options, progress);
  if (order.productOrders.length === 0) {
    say(`The ledger has no order, ERP order or recording ${order.asked}: nothing was written.`);
    return exits.notFound;
  }
  const file = options.out ?? `support-${order.asked.replace(/[^A-Za-z0-9-]+/g, '-')}.json`;
  const platform = `${process.platform} ${process.arch}`;
  const whyNotLoaded = (error: unknown) => printable(reasonOf(error));
  const content = supportTextOf({
    writtenAt: new Date().toISOString(),
    versions: { integration: project.version, node: process.version, platform },
    stack: target.stackName,
    outputs: target.outputs,
    configuration: await configurationOf(target, options.config).then(namesIn, whyNotLoaded),
    order,
  });
  writeNewFile(file, content);
  const warning =
    'Read it before you send it: it contains article numbers, parameters and answers of the ERP.';
  return { facts: { file }, lines: [`Wrote ${file}.`, warning] };
});
