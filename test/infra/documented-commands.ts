import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { loadIntegration } from '../../infra/build/load-configuration.ts';
import { currentDocuments } from '../shared/patterns/read-prose.ts';
import { workflowScripts } from './deploy-workflow.ts';
import { commandsInSource, filledCommands } from './source-commands.ts';

/** A line without its comment and extra spaces. */
const plain = (line: string) =>
  line
    .replace(/\s+# .*$/, '')
    .replaceAll(/\s+/g, ' ')
    .trim();

/** The commands of a shell script. */
function commandsIn(script: string): string[] {
  return script
    .replaceAll('\\\n', ' ')
    .split(/\n| (?:&&|\|\|) /)
    .map(plain)
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** All commands in a document: its shell blocks, and code in its text that begins like a command. */
function commandsTold(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const blocks = Array.from(text.matchAll(/^ *```sh\n([\s\S]*?)^ *```/gm), ([, block = '']) => block);
  const inline = text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '').matchAll(/`((?:npm|npx|node|aws) [^`]+)`/g);
  return [...blocks, ...Array.from(inline, ([, code = '']) => code)].flatMap(commandsIn);
}

export const { scripts } = z.parse(
  z.object({ scripts: z.record(z.string(), z.string()) }),
  JSON.parse(readFileSync('package.json', 'utf8')),
);
const { integration } = await loadIntegration('integration.config.ts', 'production');
export const stack = `AzumutaErp-${integration.plant}-production`;

/** Fills in the placeholders of documents and of what is printed. */
const filled = (command: string) =>
  command
    .replaceAll('<stack>', stack)
    .replaceAll('<file>', 'integration.config.ts')
    .replaceAll('<stage>', 'production')
    .replaceAll('<plant>', 'ghent')
    .replaceAll('<figure>', '440')
    .replaceAll('<table>', 'ledger-table')
    .replaceAll('<flow>', 'bookings')
    .replaceAll('<time>', '2026-12-01')
    .replaceAll('<sample.json>', 'order.json')
    .replaceAll(/"?<[^>]+>"?/g, 'MO/0001');
/** All commands in the documents, in what programs print, and in the workflow that deploys. */
export const commands = [
  ...new Set([
    ...currentDocuments().flatMap(commandsTold).map(filled),
    ...commandsInSource(process.cwd(), ['functions', 'infra', 'shared']).flatMap(filledCommands).map(filled),
    ...workflowScripts
      .filter(({ job }) => job !== 'test')
      .flatMap(({ script }) => commandsIn(script))
      .filter((line) => /^(npm|npx) /.test(line)),
  ]),
];

export const scriptOf = (command: string) => /^npm run (?:-s )?(\S+)/.exec(command)?.[1] ?? '';
export const isOperators = (command: string) =>
  /^node infra\/(ops|console)\//.test(scripts[scriptOf(command)] ?? '');
/** The other commands with their options, without `aws` and `curl`. */
export const others = commands
  .filter((command) => !isOperators(command))
  .map((command) => ({
    command,
    script: scriptOf(command) || /^npm (start)/.exec(command)?.[1],
    cdk: /^npx cdk (\w+)/.exec(command)?.[1],
    options: Array.from(command.matchAll(/ (--?[a-z][\w-]*)/g), ([, option = '']) => option),
  }))
  .filter(({ options }) => options.some((option) => option !== '--help'));
