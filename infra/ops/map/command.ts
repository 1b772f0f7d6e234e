import * as z from 'zod/mini';
import { loadIntegration } from '../../build/load-configuration.ts';
import {
  answerOptions,
  configOption,
  defineCommand,
  option,
  runCommand,
  textOr,
  UsageError,
} from '../cli/command.ts';
import { jsonIn } from '../cli/files.ts';
import { definedLines, styled } from '../cli/output.ts';
import { previewLines, previewsOf } from './preview.ts';
import { sampleNames, samples } from './read-sample.ts';

const command = defineCommand({
  name: 'map',
  description:
    "Shows what a sample becomes under the configuration's mapping. Sends nothing, needs no network.",
  help: `
Examples:
  npm run -s map -- --sample order > order.json        a sample order, to change
  npm run map -- order.json                            what it becomes in Azumuta
  npm run -s map -- --sample completion > done.json    a sample completion, to change
  npm run map -- done.json -c plants/ghent.config.ts   what another plant books in its ERP

An order is written as the ERP posts it to the order endpoint, with further fields of yours in its attributes. A
completion is a product order and its recordings as Azumuta answers them: {"productOrder": …, "recordings": […]}; and,
where only these name the steps, its work instructions: "workInstructions": […].

Exit codes: 0 every sample is valid · 1 a sample or a mapping has mistakes · 2 wrong command line or configuration`,
  words: { '[sample.json]': 'an ERP order (or a list), or a completion; - reads it from standard input' },
  options: {
    ...answerOptions,
    ...configOption,
    stage: textOr('production', '<stage>', 'as the configuration is at this stage (default: production)'),
    sample: option(
      '<kind>',
      `print a sample to start from: ${sampleNames.join(' or ')}`,
      z.exactOptional(z.enum(sampleNames)),
    ),
  },
});

await runCommand(command, async ({ options, words: [file] }) => {
  const { config, sample, stage } = options;
  if (sample !== undefined)
    return { facts: samples[sample], lines: [JSON.stringify(samples[sample], null, 2)] };
  if (file === undefined) throw new UsageError('Name a file with a sample, or print one: --sample order.');
  const { integration } = await loadIntegration(config, stage);
  const previews = previewsOf(await jsonIn(file), integration);
  const isWrong = previews.some(({ mistakes }) => mistakes.length > 0);
  const shown = previews.flatMap((preview, at) => definedLines(at > 0 && '', previewLines(preview)));
  const lines = [styled('dim', `By ${config}, at the stage ${stage}:`), '', ...shown];
  return { facts: previews, lines, exit: isWrong ? 'failed' : 'done' };
});
