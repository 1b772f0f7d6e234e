import { oneLine } from '../../../shared/model/text.ts';
import { isObject } from './spots.ts';

/** A text as it stands in TypeScript, whatever is in it. */
export function literal(text: string): string {
  const quoted = JSON.stringify(text);
  if (text.includes("'")) return quoted;
  return `'${quoted.slice(1, -1).replaceAll('\\"', '"')}'`;
}

/** What a value alone does not tell. */
interface Notes {
  /** How functions of ours are written; those that somebody wrote by hand show it themselves. */
  readonly sources: ReadonlyMap<unknown, string>;
  /** Remarks, by the path of a line. */
  readonly remarks: ReadonlyMap<string, string>;
}

const noNotes: Notes = { sources: new Map(), remarks: new Map() };
const maxRemark = 200;

/** A value of the configuration in TypeScript, not formatted. @param at The path of its line; '' is the whole. */
export function sourceOf(value: unknown, notes = noNotes, at = ''): string {
  if (typeof value === 'function') return notes.sources.get(value) ?? String(value);
  if (typeof value === 'string') return literal(value);
  if (Array.isArray(value)) return `[${value.map((each) => sourceOf(each, notes, '*')).join(', ')}]`;
  if (!isObject(value)) return String(value);
  const fields = Object.entries(value).map(([name, each]) => {
    const line = at === '' ? name : `${at}.${name}`;
    const remark = notes.remarks.get(line);
    const field = `${nameIn(name)}: ${sourceOf(each, notes, line)},`;
    return remark === undefined ? field : `${field} // ${oneLine(remark, maxRemark)}\n`;
  });
  return fields.length === 0 ? '{}' : `{ ${fields.join(' ').replace(/,$/, '')} }`;
}

function nameIn(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name);
}

/** A module for `plants/`, which exports the contract; not formatted. */
export function moduleOf(settings: object, notes: Notes): string {
  const text = sourceOf(settings, notes);
  const helpers = ['listAt', 'valueAt'].filter((name) => text.includes(`${name}(`));
  const imported =
    helpers.length === 0
      ? 'type { AzumutaContractSettings }'
      : `{ ${['type AzumutaContractSettings', ...helpers].join(', ')} }`;
  return `import ${imported} from '#azumuta-erp';

/** How this plant's Azumuta talks, where it differs from what is assumed. Proposed by \`npm run probe\`. */
export const contract: AzumutaContractSettings = ${text};
`;
}

/** As `npm run init` writes it: a plant's configuration imports it from the beginning. */
export const emptyContract = moduleOf({}, noNotes);
