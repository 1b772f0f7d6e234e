import { oneLine } from '../../../shared/model/text.ts';
import { isObject } from './spots.ts';

/** A text as it stands in TypeScript, whatever is in it. */
export function literal(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** What a value alone does not tell. */
export interface SourceNotes {
  /** How functions of ours are written; those that somebody wrote by hand show it themselves. */
  readonly sources: ReadonlyMap<unknown, string>;
  /** Remarks, by the path of a line. */
  readonly remarks: ReadonlyMap<string, string>;
}

const noNotes: SourceNotes = { sources: new Map(), remarks: new Map() };
/** What is longer is broken into lines. */
const maxWidth = 80;
const maxRemark = 200;

/** A value of the configuration in TypeScript. @param at The path of its line; '' is the whole. */
export function sourceOf(value: unknown, notes = noNotes, at = '', indent = ''): string {
  if (typeof value === 'function') return notes.sources.get(value) ?? String(value);
  if (typeof value === 'string') return literal(value);
  if (Array.isArray(value)) return `[${value.map((each) => sourceOf(each, notes)).join(', ')}]`;
  if (!isObject(value)) return String(value);
  const fields = Object.entries(value).filter(([, each]) => each !== undefined);
  const isRemarked = [...notes.remarks.keys()].some((line) => line.startsWith(`${at}.`));
  const inline = `{ ${fields.map(([name, each]) => `${nameIn(name)}: ${sourceOf(each, notes)}`).join(', ')} }`;
  if (!isRemarked && at !== '' && indent.length + inline.length < maxWidth) return inline;
  const inner = `${indent}  `;
  const lines = fields.map(([name, each]) => {
    const line = at === '' ? name : `${at}.${name}`;
    const remark = notes.remarks.get(line);
    return `${inner}${nameIn(name)}: ${sourceOf(each, notes, line, inner)},${remark ? ` // ${oneLine(remark, maxRemark)}` : ''}\n`;
  });
  return `{\n${lines.join('')}${indent}}`;
}

function nameIn(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name);
}

/** A module for `plants/`, which exports the contract. */
export function moduleOf(settings: object, notes: SourceNotes): string {
  const text = sourceOf(settings, notes);
  const helpers = ['listAt', 'valueAt'].filter((name) => text.includes(`${name}(`));
  return `import { ${['type AzumutaContractSettings', ...helpers].join(', ')} } from '#azumuta-erp';

/** How this plant's Azumuta talks, where it differs from what is assumed. Proposed by \`npm run probe\`. */
export const contract: AzumutaContractSettings = ${text};
`;
}

/** As `npm run init` writes it: a plant's configuration imports it from the beginning. */
export const emptyContract = moduleOf({}, noNotes);
