import { oneLine } from '../../../shared/model/text.ts';
import { isRecord } from '../../../shared/platform/json.ts';

/** A text as a TypeScript literal. */
export function literal(text: string): string {
  const quoted = JSON.stringify(text);
  if (text.includes("'")) return quoted;
  return `'${quoted.slice(1, -1).replaceAll('\\"', '"')}'`;
}

/** Gives a function the text by which it is written into a contract, where nothing that it closes over exists. */
export function withSource(read: (json: unknown) => unknown, source: string) {
  return Object.assign(read, { toString: () => source });
}

/**
 * A value of the configuration in TypeScript, not formatted.
 * @param remarks Written behind the lines whose paths they have.
 * @param at The path of the value; '' is the whole contract.
 */
export function sourceOf(value: unknown, remarks: ReadonlyMap<string, string> = new Map(), at = ''): string {
  if (typeof value === 'string') return literal(value);
  if (Array.isArray(value)) return `[${value.map((each) => sourceOf(each, remarks, '*')).join(', ')}]`;
  if (!isRecord(value)) return String(value);
  const fields = Object.entries(value).map(([name, each]) => {
    const line = at === '' ? name : `${at}.${name}`;
    const remark = remarks.get(line);
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name);
    const field = `${key}: ${sourceOf(each, remarks, line)},`;
    return remark === undefined ? field : `${field} // ${oneLine(remark, 200)}\n`;
  });
  return fields.length === 0 ? '{}' : `{ ${fields.join(' ').replace(/,$/, '')} }`;
}

/**
 * A module for `plants/`, which exports the contract; not formatted.
 * @param missing Sentences about the lines that could not be seen.
 */
export function moduleOf(
  settings: object,
  remarks?: ReadonlyMap<string, string>,
  missing: readonly string[] = [],
): string {
  const text = sourceOf(settings, remarks);
  const helpers = ['listAt', 'valueAt'].filter((name) => text.includes(`${name}(`));
  const type = 'AzumutaContractSettings';
  const imported = helpers.length === 0 ? `type { ${type} }` : `{ type ${type}, ${helpers.join(', ')} }`;
  const notSeen = missing.map((each) => `// - ${oneLine(each, 300)}\n`).join('');
  return `import ${imported} from '#azumuta-erp';

/** How this plant's Azumuta talks, where it differs from what is assumed. Proposed by \`npm run probe\`. */
export const contract: AzumutaContractSettings = ${text};
${notSeen && `\n// Not seen; where they differ from what is assumed, write them by hand:\n${notSeen}`}`;
}

/** As `npm run init` writes it: a plant's configuration imports it from the beginning. */
export const emptyContract = moduleOf({});
