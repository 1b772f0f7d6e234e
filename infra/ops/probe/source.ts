import { isObject } from './spots.ts';

/** A text as it stands in TypeScript, whatever is in it. */
export function literal(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** What is longer is broken into lines. */
const maxWidth = 80;

/**
 * A value of the configuration in TypeScript.
 * @param sources How functions of ours are written; those that somebody wrote by hand show it themselves.
 */
export function sourceOf(value: unknown, sources: ReadonlyMap<unknown, string>, indent = ''): string {
  if (typeof value === 'function') return sources.get(value) ?? String(value);
  if (typeof value === 'string') return literal(value);
  if (Array.isArray(value)) return `[${value.map((each) => sourceOf(each, sources, indent)).join(', ')}]`;
  if (!isObject(value)) return String(value);
  const fields = Object.entries(value).filter(([, each]) => each !== undefined);
  if (fields.length === 0) return '{}';
  const inline = `{ ${fields.map(([name, each]) => `${nameIn(name)}: ${sourceOf(each, sources)}`).join(', ')} }`;
  if (indent !== '' && !inline.includes('\n') && indent.length + inline.length < maxWidth) return inline;
  const inner = `${indent}  `;
  const lines = fields.map(([name, each]) => `${inner}${nameIn(name)}: ${sourceOf(each, sources, inner)},\n`);
  return `{\n${lines.join('')}${indent}}`;
}

function nameIn(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name);
}

/** A module for `plants/`, which exports the contract. */
export function moduleOf(settings: object, sources: ReadonlyMap<unknown, string>): string {
  const text = sourceOf(settings, sources);
  const helpers = ['listAt', 'valueAt'].filter((name) => text.includes(`${name}(`));
  return [
    `import { ${['type AzumutaContractSettings', ...helpers].join(', ')} } from '#azumuta-erp';`,
    '',
    "/** How this plant's Azumuta talks, where it differs from what is assumed. Proposed by `npm run probe`. */",
    `export const contract: AzumutaContractSettings = ${text};`,
    '',
  ].join('\n');
}
