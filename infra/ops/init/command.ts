import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { loadIntegration } from '../../build/load-configuration.ts';
import { answerOptions, defineCommand, runCommand, textOption, UsageError } from '../cli/command.ts';
import { answersFrom, formatted, jsonIn, writeNewFile } from '../cli/files.ts';
import { previewLines, previewsOf } from '../map/preview.ts';
import { samples } from '../map/read-sample.ts';
import { emptyContract } from '../probe/contract-text.ts';
import { answersSchema, askForAnswers, configurationText, offeredErps } from './answers.ts';
import { type Beginning, beginningFor } from './beginnings.ts';

const command = defineCommand({
  name: 'init',
  description:
    "Begins a plant's configuration: writes plants/<plant>.config.ts from the example of its ERP, and for an ERP without one the file that describes its API, with your answers to five questions, and shows what an order becomes. Overwrites nothing, needs no network.",
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

/** @returns the names of those that were not there before. */
function writeMissing(files: Readonly<Record<string, string>>): string[] {
  return Object.entries(files).flatMap(([name, content]) => {
    const file = `plants/${name}`;
    if (existsSync(file)) return [];
    writeNewFile(file, content);
    return [file];
  });
}

await runCommand(command, async ({ options }) => {
  const answers = await answersFrom(options.answers, answersSchema, askForAnswers);
  const { plant, erp } = answers;
  const beginning = beginningFor(erp);
  const file = `plants/${plant}.config.ts`;
  if (existsSync(file)) throw new UsageError(`${file} is there already: nothing was written.`);
  await mkdir('plants', { recursive: true });
  const written = writeMissing({ ...beginning.files(plant), [`${plant}.contract.ts`]: emptyContract });
  try {
    await writeConfiguration(file, configurationText(beginning.configuration(plant), answers, new Date()));
  } catch (error) {
    for (const one of written) await rm(one);
    throw error;
  }

  const { integration } = await loadIntegration(file, 'production');
  const { order } = beginning;
  const previews = previewsOf(order === undefined ? samples.order : await jsonIn(order), integration);
  const lines = [
    `${file} is written. What it makes of an order:`,
    '',
    ...previews.flatMap((preview) => previewLines(preview)),
    '',
    ...nextLines(plant, file, beginning),
  ];
  return { facts: { file, previews }, lines };
});

function nextLines(plant: string, file: string, { byHand: describedIn, order }: Beginning): string[] {
  const byHand = describedIn?.(plant);
  const ofErp = byHand && [
    `Describe the API of your ERP in ${byHand.file}, which has that of an example:`,
    `  ${byHand.page} says what to ask the ERP's people, and what each answer of a trial means`,
    `  npm start -- --no-demo --config ${file}   both flows on this machine, with your ERP, its login in ERP_CREDENTIALS`,
  ];
  const sample = order ?? 'npm run -s map -- --sample order';
  return [
    ...(ofErp ?? []),
    `Read ${file}, and correct what differs at your plant:`,
    '  azumuta.baseUrl, if the API page of your account has another address',
    `  npm run map -- order.json --config ${file}   what the mapping makes of an order of yours (${sample})`,
    `  npm run probe -- --config ${file}            where your Azumuta has each field; it only reads`,
    'Then try it on a test stage:',
    `  npm run deploy -- -c ${file} --stage test`,
    `  npm run secrets -- --stack AzumutaErp-${plant}-test`,
    `  npm run doctor -- --stack AzumutaErp-${plant}-test`,
  ];
}
