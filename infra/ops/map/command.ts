import * as z from 'zod/mini';
import { systemClock } from '../../../shared/platform/clock.ts';
import { loadIntegration } from '../../build/load-configuration.ts';
import {
  type CommandAnswer,
  defineCommand,
  option,
  plantOptions,
  runCommand,
  type TypedCommandLine,
  textOption,
  textOr,
  UsageError,
} from '../cli/command.ts';
import { jsonIn } from '../cli/files.ts';
import { definedLines, styled } from '../cli/output.ts';
import { connectPlant, endSession } from '../cli/partners.ts';
import { findTarget, ledgerOf } from '../cli/target.ts';
import { type Preview, previewLines, previewsOf } from './preview.ts';
import { previewsOfLive } from './read-live.ts';
import { sampleNames, samples } from './read-sample.ts';

const command = defineCommand({
  name: 'map',
  description:
    "Shows what a sample, or an order of a stack, becomes under the configuration's mapping on this machine. Sends nothing; a sample needs no network.",
  help: `
Examples:
  npm run -s map -- --sample order > order.json        a sample order, to change
  npm run map -- order.json                            what it becomes in Azumuta
  npm run -s map -- --sample completion > done.json    a sample completion, to change
  npm run map -- done.json -c plants/ghent.config.ts   what another plant books in its ERP
  npm run map -- --order MO/0042 --stack AzumutaErp-ghent-production   an order as it is now, such as one that shadow names

An order is written as the ERP posts it to the order endpoint, with further fields of yours in its attributes. A
completion is a product order and its recordings as Azumuta answers them: {"productOrder": …, "recordings": […]}; and,
where only these name the steps, its work instructions: "workInstructions": […].

--order reads the order from the ERP and the product order with its recordings from Azumuta, with the stack's secrets and
without names of operators. So a mapping is corrected on this machine and tried on the order before it is deployed.

Exit codes: 0 every sample is valid · 1 a sample or a mapping has mistakes, or an order cannot be read ·
2 wrong command line or configuration`,
  words: { '[sample.json]': 'an ERP order (or a list), or a completion; - reads it from standard input' },
  options: {
    ...plantOptions,
    order: textOption(
      '<number>',
      'read this order of the stack now, by the number of its product order or of the ERP',
    ),
    stage: textOr('production', '<stage>', 'as the configuration is at this stage (default: production)'),
    sample: option(
      '<kind>',
      `print a sample to start from: ${sampleNames.join(' or ')}`,
      z.exactOptional(z.enum(sampleNames)),
    ),
  },
});

/** @param by Where the mapping is from: `integration.config.ts, at the stage production`. */
function answerOf(by: string, previews: readonly Preview[]): CommandAnswer {
  const isWrong = previews.some(({ mistakes }) => mistakes.length > 0);
  const shown = previews.flatMap((preview, at) => definedLines(at > 0 && '', previewLines(preview)));
  const lines = [styled('dim', `By ${by}:`), '', ...shown];
  return { facts: previews, lines, exit: isWrong ? 'failed' : 'done' };
}

async function mapOrder(
  number: string,
  { options, progress }: TypedCommandLine<z.output<typeof command.form>>,
): Promise<CommandAnswer> {
  const target = await findTarget(options);
  const plant = await connectPlant(target, options.config);
  const live = { ledger: ledgerOf(target), clock: systemClock };
  const reading = previewsOfLive(number, plant, live);
  const previews = await progress.during(`Reading ${number} from the ERP and from Azumuta`, reading);
  await endSession(plant.erp);
  return answerOf(`${plant.file}, for ${target.name}`, previews);
}

await runCommand(command, async (typed) => {
  const {
    options: { config, sample, stage, order },
    words: [file],
  } = typed;
  if (sample !== undefined)
    return { facts: samples[sample], lines: [JSON.stringify(samples[sample], null, 2)] };
  if (file !== undefined && order !== undefined)
    throw new UsageError('Choose one: a file with a sample, or --order.');
  if (order !== undefined) return mapOrder(order, typed);
  if (file === undefined)
    throw new UsageError(
      'Name a file with a sample, or print one: --sample order. Or name an order: --order.',
    );
  const { integration } = await loadIntegration(config, stage);
  return answerOf(`${config}, at the stage ${stage}`, previewsOf(await jsonIn(file), integration));
});
