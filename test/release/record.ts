import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { mappedBy, stackOf } from './present.ts';
import { schemasNow } from './reads.ts';
import samples from './samples.json' with { type: 'json' };
import { writtenNow } from './written.ts';

export const fileOf = (version: string, name: string): string =>
  fileURLToPath(new URL(`${version}/${name}`, import.meta.url));

/** All recorded releases, oldest first. */
export const releases: readonly string[] = readdirSync(fileOf('.', '.'))
  .filter((name) => existsSync(fileOf(name, 'plant.config.ts')))
  .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));

/** What there is to record of the present code, with a plant's configuration: a file each. */
async function recordingOf(configuration: string) {
  const mapping = await mappedBy(configuration, samples);
  const written = await writtenNow(mapping);
  return { mapping, written, schemas: schemasNow, stack: await stackOf(configuration) };
}
type Recording = Awaited<ReturnType<typeof recordingOf>>;

/** A file of a release; only this program writes them. */
export const recorded = <Name extends keyof Recording>(version: string, name: Name): Recording[Name] =>
  JSON.parse(readFileSync(fileOf(version, `${name}.json`), 'utf8'), (_, value) =>
    typeof value?.base64 === 'string' ? new Uint8Array(Buffer.from(value.base64, 'base64')) : value,
  );

/** A buffer comes as what it makes of itself. */
function asBase64(_: string, value: unknown): unknown {
  const bytes = value instanceof Uint8Array ? value : Object(value).type === 'Buffer' && Object(value).data;
  return bytes ? { base64: Buffer.from(bytes).toString('base64') } : value;
}

async function record(version: string): Promise<void> {
  const configuration = fileOf(version, 'plant.config.ts');
  mkdirSync(fileOf(version, '.'), { recursive: true });
  if (!existsSync(configuration))
    copyFileSync(fileOf(releases.at(-1) ?? '', 'plant.config.ts'), configuration);
  for (const [name, value] of Object.entries(await recordingOf(configuration))) {
    // A line for each entry, so that changes are easy to see.
    const lines = JSON.stringify(value, asBase64, 1).replace(/\n {2,}|\n(?= [\]}])/g, '');
    writeFileSync(fileOf(version, `${name}.json`), `${lines}\n`);
  }
}

if (import.meta.main)
  await new Command('npx node test/release/record.ts')
    .description(
      'Records in test/release/<version> what a release writes and reads, what its stack has, and what the configuration in that folder means, at first a copy of that of the release before. Run it right before the release: the same code makes the same files.',
    )
    .argument('<version>', 'the release, such as 0.3.0')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
    .action(record)
    .parseAsync();
