import { createHash } from 'node:crypto';
import { oneLine } from '../../../shared/model/text.ts';
import { isRecord } from '../../../shared/platform/json.ts';

export function literal(text: string): string {
  const quoted = JSON.stringify(text);
  if (text.includes("'")) return quoted;
  return `'${quoted.slice(1, -1).replaceAll('\\"', '"')}'`;
}

/** Gives a function the text by which it is written into a contract, where nothing that it closes over exists. */
export function withSource(read: (json: unknown) => unknown, source: string) {
  return Object.assign(read, { toString: () => source });
}

/** A value of the configuration in TypeScript, not formatted. */
export function sourceOf(value: unknown): string {
  if (typeof value === 'string') return literal(value);
  if (Array.isArray(value)) return `[${value.map(sourceOf).join(', ')}]`;
  if (!isRecord(value)) return String(value);
  const keyOf = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name));
  const fields = Object.entries(value).map(([name, each]) => `${keyOf(name)}: ${sourceOf(each)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

/** A module for `plants/`, not formatted. @param remarks Sentences about lines that somebody has to look at. */
export function moduleOf(settings: object, remarks: readonly string[] = []): string {
  const text = sourceOf(settings);
  const helpers = ['listAt', 'valueAt'].filter((name) => text.includes(`${name}(`));
  const type = 'AzumutaContractSettings';
  const imported = helpers.length === 0 ? `type { ${type} }` : `{ type ${type}, ${helpers.join(', ')} }`;
  const told = remarks.map((each) => `// - ${oneLine(each, 300)}\n`).join('');
  return `import ${imported} from '#azumuta-erp';

/** How this plant's Azumuta talks, where it differs from what is assumed. Proposed by \`npm run probe\`. */
export const contract: AzumutaContractSettings = ${text};
${told && `\n// Look at these, what books wrong first; where they differ, write them above by hand:\n${told}`}`;
}

/** A module with a last line by which a change by hand is noticed. */
export function signed(module: string): string {
  const hash = createHash('sha256').update(module).digest('hex').slice(0, 16);
  return `${module}// Unchanged since probe wrote it: ${hash}\n`;
}

/** Whether a module is as it was written. Git may have changed its line endings. */
export function isUnchanged(module: string): boolean {
  const text = module.replaceAll('\r\n', '\n');
  return signed(text.slice(0, text.lastIndexOf('// '))) === text;
}

/** As `npm run init` writes it: a plant's configuration imports it from the beginning. */
export const emptyContract = moduleOf({});
