import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import packageJson from '../../package.json' with { type: 'json' };
import { simulateFetch } from '../simulation/world/network.ts';
import { mappedBy } from './mapping.ts';
import { integrationIn, templateOf, writtenNow } from './present.ts';
import { asJsonSchemas, itemReads, messageReads } from './reads.ts';
import { type FileName, fileOf } from './recorded.ts';

/**
 * Records a release beside its tests: `node test/release/record.ts 0.3.0`. Later versions must understand what is
 * recorded there, and write what this release understands.
 */
const [, , version = ''] = process.argv;
const configuration = fileURLToPath(new URL('plant.config.ts', import.meta.url));

if (version !== packageJson.version) {
  process.stderr.write(
    `Expected the version of package.json: node test/release/record.ts ${packageJson.version}. Set the next version there first.\n`,
  );
  process.exit(2);
}

const integration = await integrationIn(configuration);
const giveBack = simulateFetch();
const { items, messages, plants } = await writtenNow(integration);
giveBack();

mkdirSync(fileOf(version, ''), { recursive: true });
copyFileSync(configuration, fileOf(version, 'plant.config.ts'));
write('ledger.json', items, 1);
write('messages.json', messages, 1);
write('in-flight.json', plants, 3);
write('schemas.json', { items: asJsonSchemas(itemReads), messages: asJsonSchemas(messageReads) }, 3);
write('template.json', await templateOf(integration), 4);
write('mapping.json', mappedBy(integration), 2);
process.stdout.write(
  `test/release/${version} holds ${items.length} items and ${messages.length} messages, one example of each form.\n`,
);

/** @param depth Deeper values are written on one line each, so that changes are easy to see. */
function write(name: FileName, value: unknown, depth: number): void {
  writeFileSync(fileOf(version, name), `${textOf(JSON.parse(JSON.stringify(value)), depth)}\n`);
}

function textOf(value: unknown, depth: number): string {
  if (depth === 0 || value === null || typeof value !== 'object') return JSON.stringify(value);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const lines = Object.entries(value).map(([name, inner]) => {
    const text = textOf(inner, depth - 1);
    return Array.isArray(value) ? text : `${JSON.stringify(name)}: ${text}`;
  });
  return lines.length === 0 ? open + close : `${open}\n${lines.join(',\n')}\n${close}`;
}
