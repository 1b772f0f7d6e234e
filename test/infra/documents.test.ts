import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { commands, others, scripts, stack } from './documented-commands.ts';

const found = (pattern: RegExp) =>
  commands.flatMap((command) => Array.from(command.matchAll(pattern), ([, text = '']) => text));

describe('a command that is named anywhere', () => {
  it('names scripts, programs and files that exist', () => {
    expect(commands.length).toBeGreaterThan(40);
    expect(found(/^npm run (?:-s )?([a-z:]+)/g).filter((name) => !(name in scripts))).toEqual([]);
    const copied = found(/^cp \S+ (\S+)/g);
    const files = [/^node (\S+)/g, /^cp (\S+)/g, /file:\/\/(\S+)/g, /-c config=(\S+)/g].flatMap(found);
    expect(files.filter((file) => !existsSync(file) && !copied.includes(file))).toEqual([]);
  });

  it('names one plant everywhere, that of the configuration which comes with the project, and its test stage', () => {
    const stacks = new Set(found(/(AzumutaErp-[a-z][\w-]*)/g));
    expect(stacks).toEqual(new Set([stack, stack.replace(/production$/, 'test')]));
  });

  it('gives the CDK a context that the app reads', () => {
    const app = readFileSync('infra/app.ts', 'utf8');
    const read = Array.from(app.matchAll(/tryGetContext\('(\w+)'\)/g), ([, key]) => key);
    expect(new Set(found(/-c ([a-z]+)=/g))).toEqual(new Set(read));
  });
});

it('keeps README to 10 KB, which a person reads to the end: details have their own pages', () => {
  expect(Buffer.byteLength(readFileSync('README.md'))).toBeLessThanOrEqual(10_240);
});

const cdkOptions = z.record(z.string(), z.looseObject({ alias: z.exactOptional(z.unknown()) }));
const cdkSchema = z.object({
  globalOptions: cdkOptions,
  commands: z.record(z.string(), z.object({ options: z.exactOptional(cdkOptions) })),
});

/** The options of the CDK's own command line. */
function cdkOptionsOf(command: string): string[] {
  const registry = readFileSync('node_modules/aws-cdk/lib/cli/cli-type-registry.json', 'utf8');
  const { globalOptions, commands } = z.parse(cdkSchema, JSON.parse(registry));
  return Object.entries({ ...globalOptions, ...commands[command]?.options }).flatMap(([name, { alias }]) => [
    `--${name}`,
    ...[alias].flat().map((letter) => `-${letter}`),
  ]);
}

describe('the CDK knows the options of', () => {
  it.each(others.filter(({ cdk }) => cdk))('$command', ({ cdk = '', options }) => {
    const known = cdkOptionsOf(cdk);
    expect(options.filter((option) => !known.includes(option))).toEqual([]);
  });
});
