import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { loadIntegration } from '../../infra/build/load-configuration.ts';
import { commandsIn, commandsTold } from './commands-told.ts';
import { workflowScripts } from './deploy-workflow.ts';
import { typed } from './ops/commands/typed.ts';

const { scripts } = z.parse(
  z.object({ scripts: z.record(z.string(), z.string()) }),
  JSON.parse(readFileSync('package.json', 'utf8')),
);
const { integration } = await loadIntegration('integration.config.ts', 'production');
const stack = `AzumutaErp-${integration.plant}-production`;

const documents = [
  ...['README.md', 'CONTRIBUTING.md', 'plants/README.md', 'test/bench/README.md'],
  ...['infra/README.md', 'infra/policies/README.md', 'infra/RUNBOOK.md'],
];
/** The runbook tells of any stack; what it leaves open is filled in. */
const filled = (command: string) =>
  command
    .replaceAll('<stack>', stack)
    .replaceAll('<file>', 'integration.config.ts')
    .replaceAll('<stage>', 'production')
    .replaceAll('<flow>', 'bookings')
    .replaceAll('<time>', '2026-12-01')
    .replaceAll('<sample.json>', 'order.json')
    .replaceAll(/"?<[^>]+>"?/g, 'MO/0001');
const commands = [
  ...new Set([
    ...documents.flatMap(commandsTold).map(filled),
    ...workflowScripts
      .filter(({ job }) => job !== 'test')
      .flatMap(({ script }) => commandsIn(script))
      .filter((line) => /^(npm|npx) /.test(line)),
  ]),
];
const found = (pattern: RegExp) =>
  commands.flatMap((command) => Array.from(command.matchAll(pattern), ([, text = '']) => text));

describe('what the documents tell to type', () => {
  it('is scripts, programs and files that there are', () => {
    expect(commands.length).toBeGreaterThan(40);
    expect(found(/^npm run (?:-s )?([a-z:]+)/g).filter((name) => !(name in scripts))).toEqual([]);
    const copied = found(/^cp \S+ (\S+)/g);
    const files = [/^node (\S+)/g, /^cp (\S+)/g, /file:\/\/(\S+)/g, /-c config=(\S+)/g].flatMap(found);
    expect(files.filter((file) => !existsSync(file) && !copied.includes(file))).toEqual([]);
  });

  it('names one stack from top to bottom: that of the configuration which comes with the project', () => {
    expect(new Set(found(/(AzumutaErp-[a-z][\w-]*)/g))).toEqual(new Set([stack]));
  });

  it('gives the CDK a context that the app reads', () => {
    const app = readFileSync('infra/app.ts', 'utf8');
    const read = Array.from(app.matchAll(/tryGetContext\('(\w+)'\)/g), ([, key]) => key);
    expect(new Set(found(/-c ([a-z]+)=/g))).toEqual(new Set(read));
  });
});

const scriptOf = (command: string) => /^npm run (?:-s )?(\S+)/.exec(command)?.[1] ?? '';
const isOperators = (command: string) =>
  /^node infra\/(ops|console)\//.test(scripts[scriptOf(command)] ?? '');
const order = { number: 'MO/0001', article: 'GEAR-01', quantity: '5', unit: 'u', attributes: {} };

describe.concurrent('an operator may type, as it stands,', () => {
  it.each(commands.filter((command) => isOperators(command) && !command.includes('--local')))(
    '%s',
    async (command) => {
      // Prepare: nobody is logged in
      const nobody = { AWS_REGION: 'eu-west-1', AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nonexistent' };
      const words = / -- (.*?)(?: >.*)?$/.exec(command)?.[1]?.split(' ') ?? [];

      // Act: a sample comes from standard input, as its file is not there
      const answer = await typed(
        scriptOf(command),
        words.map((word) => word.replace('order.json', '-')),
        {
          input: JSON.stringify(order),
          environment: nobody,
        },
      );

      // Assess: the command line is understood, up to where AWS, or a person, is asked
      const wanted: Readonly<Record<string, object>> = {
        map: { code: 0 },
        init: { code: 2, complaint: expect.stringContaining('no terminal') },
      };
      const noAccount = { code: 1, complaint: expect.stringContaining('no AWS credentials') };
      expect(answer).toMatchObject(wanted[scriptOf(command)] ?? noAccount);
    },
  );
});

/** Commands that take longer than a test may, by what tells of their options. Nothing here tells of `aws` and `curl`. */
const others = commands
  .filter((command) => !isOperators(command))
  .map((command) => ({
    command,
    program: /^(?:npm run (?:-s )?(\S+)|npm (start)|npx cdk (\w+))/.exec(command)?.slice(1),
    options: Array.from(command.matchAll(/ (--?[a-z][\w-]*)/g), ([, option = '']) => option),
  }))
  .filter(({ program, options }) => program && options.some((option) => option !== '--help'));

const cdkOptions = z.record(z.string(), z.looseObject({ alias: z.exactOptional(z.unknown()) }));
const cdkSchema = z.object({
  globalOptions: cdkOptions,
  commands: z.record(z.string(), z.object({ options: z.exactOptional(cdkOptions) })),
});

/** What the CDK's own command line takes. */
function cdkOptionsOf(command: string): string[] {
  const registry = readFileSync('node_modules/aws-cdk/lib/cli/cli-type-registry.json', 'utf8');
  const { globalOptions, commands } = z.parse(cdkSchema, JSON.parse(registry));
  return Object.entries({ ...globalOptions, ...commands[command]?.options }).flatMap(([name, { alias }]) => [
    `--${name}`,
    ...[alias].flat().map((letter) => `-${letter}`),
  ]);
}

describe.concurrent('knows the options of', () => {
  it.each(others)('$command', async ({ program: [script, start, cdk] = [], options }) => {
    const known =
      cdk === undefined ? (await typed(script ?? start ?? '', ['--help'])).output : cdkOptionsOf(cdk);
    expect(options.filter((option) => !known.includes(option))).toEqual([]);
  });
});
