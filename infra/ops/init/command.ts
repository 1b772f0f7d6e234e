import { existsSync } from 'node:fs';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { loadIntegration } from '../../build/load-configuration.ts';
import { answerOptions, defineCommand, runCommand, textOption, UsageError } from '../cli/command.ts';
import { answersFrom, formatted, writeNewFile } from '../cli/files.ts';
import { previewLines, previewsOf } from '../map/preview.ts';
import { samples } from '../map/read-sample.ts';
import { emptyContract } from '../probe/contract-text.ts';
import {
  answersSchema,
  askForAnswers,
  configurationText,
  exampleOfErp,
  examples,
  offeredErps,
} from './answers.ts';

const command = defineCommand({
  name: 'init',
  description:
    "Begins a plant's configuration: copies the example of its ERP to plants/<plant>.config.ts, fills in your answers to five questions, and shows what an order becomes. Overwrites nothing, needs no network.",
  help: `
Examples:
  npm run init
  npm run init -- --answers answers.json

A file of answers: {"plant": "ghent", "timeZone": "Europe/Brussels", "erp": "odoo", "url": "https://plant.odoo.com",
"database": "plant", "orders": {"everyMinutes": 5}, "numberPrefix": "", "emails": ["it@plant.example"]}
erp is ${new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(offeredErps)}; orders is {"everyMinutes": 1 to 1440}, or "posted" by the ERP.

Exit codes: 0 written · 1 failed · 2 an answer is invalid, or the file is there already: nothing was written`,
  options: {
    ...answerOptions,
    answers: textOption('<file>', 'a JSON file with the answers, where there is no terminal'),
  },
});

/** Writes the configuration whole or not at all: first under another name, where it must load. */
async function writeConfiguration(file: string, content: string): Promise<void> {
  const source = formatted(content);
  const unfinished = file.replace(/\.config\.ts$/, '.unfinished.config.ts');
  await writeFile(unfinished, source);
  try {
    await loadIntegration(unfinished, 'production');
    writeNewFile(file, source);
  } finally {
    await rm(unfinished);
  }
}

await runCommand(command, async ({ options }) => {
  const answers = await answersFrom(options.answers, answersSchema, askForAnswers);
  const { plant, erp } = answers;
  const file = `plants/${plant}.config.ts`;
  if (existsSync(file)) throw new UsageError(`${file} is there already: nothing was written.`);
  await mkdir('plants', { recursive: true });
  // This example has its ERP's description in files of its own, which another plant may have copied already.
  for (const name of erp === 'rest' ? ['dolibarr.ts', 'dolibarr-orders.ts'] : [])
    if (!existsSync(`plants/${name}`)) await copyFile(new URL(name, examples), `plants/${name}`);
  const contract = `plants/${plant}.contract.ts`;
  const isThere = existsSync(contract);
  if (!isThere) writeNewFile(contract, emptyContract);
  try {
    await writeConfiguration(file, configurationText(exampleOfErp(erp), answers, new Date()));
  } catch (error) {
    if (!isThere) await rm(contract);
    throw error;
  }

  const { integration } = await loadIntegration(file, 'production');
  const previews = previewsOf(samples.order, integration);
  const lines = [
    `${file} is written. What it makes of an order:`,
    '',
    ...previews.flatMap((preview) => previewLines(preview)),
    '',
    'Read it, and correct what differs at your plant:',
    '  azumuta.baseUrl, if the API page of your account has another address',
    `  npm run map -- order.json --config ${file}   what the mapping makes of an order of yours (npm run -s map -- --sample order)`,
    `  npm run probe -- --config ${file}            where your Azumuta has each field; it only reads`,
    'Then try it on a test stage:',
    `  npm run deploy -- -c ${file} --stage test`,
    `  npm run secrets -- --stack AzumutaErp-${plant}-test`,
    `  npm run doctor -- --stack AzumutaErp-${plant}-test`,
  ];
  return { facts: { file, previews }, lines };
});
