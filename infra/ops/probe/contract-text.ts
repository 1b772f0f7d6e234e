import { defaultContract } from '../../../shared/azumuta/contract.ts';
import { oneLine } from '../../../shared/model/text.ts';
import { isRecord } from '../../../shared/platform/json.ts';
import { valueAt } from '../../../shared/platform/places.ts';
import type { FieldFinding } from './recognise/findings.ts';

export function stringLiteralOf(text: string): string {
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
  if (typeof value === 'string') return stringLiteralOf(value);
  if (Array.isArray(value)) return `[${value.map(sourceOf).join(', ')}]`;
  if (!isRecord(value)) return String(value);
  const keyOf = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : stringLiteralOf(name));
  const fields = Object.entries(value).map(([name, each]) => `${keyOf(name)}: ${sourceOf(each)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

/** A module for `plants/`, not formatted. @param remarks Sentences about lines that somebody has to look at. */
function moduleOf(settings: object, remarks: readonly string[] = []): string {
  const text = sourceOf(settings);
  const helpers = ['listAt', 'valueAt'].filter((name) => text.includes(`${name}(`));
  const type = 'AzumutaContractSettings';
  const imported = helpers.length === 0 ? `type { ${type} }` : `{ type ${type}, ${helpers.join(', ')} }`;
  const lines = remarks.map((each) => `// - ${oneLine(each, 300)}\n`).join('');
  return `import ${imported} from '#azumuta-erp';

/** How this plant's Azumuta talks, where it differs from what is assumed. Proposed by \`npm run probe\`. */
export const contract: AzumutaContractSettings = ${text};
${lines && `\n// Look at these, what books wrong first; where they differ, write them above by hand:\n${lines}`}`;
}

/** As `npm run init` writes it: a plant's configuration imports it from the beginning. */
export const emptyContract = moduleOf({});

/** Lines by which something wrong is booked come first, then those by which something is missed. */
const wrongFirst = [
  ...['step.value', 'recording.steps', 'step.name', 'productOrder.status', 'completedStatuses'],
  ...['productOrder.', 'parameter.', 'recording', 'operations.', 'list.'],
];

/** The contract as a module, not formatted, with whatever somebody must confirm, could not be seen, or is configured otherwise. */
export function contractModule(settings: object, findings: readonly FieldFinding[]): string {
  const rankOf = ({ line }: FieldFinding) => wrongFirst.findIndex((start) => line.startsWith(start)) >>> 0;
  const remarks = findings
    .toSorted((a, b) => rankOf(a) - rankOf(b))
    .flatMap(({ line, set, certainty, why, isOwn }) => {
      if (isOwn) return [];
      if (set === undefined) return `${line}: ${certainty}: ${why}`;
      const own = valueAt(settings, line) ?? valueAt(defaultContract, line);
      const isOther = certainty === 'sure' && sourceOf(own) !== sourceOf(set);
      if (isOther)
        return `${line}: the configuration's line is kept, but ${describeSetting(set)} is sure: ${why}`;
      return certainty === 'sure' ? [] : `${line}: ${describeSetting(set)} is to confirm: ${why}`;
    });
  return moduleOf(settings, [...remarks, ...cannotBeRead]);
}

export function describeSetting(set: unknown): string | undefined {
  if (set === undefined) return undefined;
  return typeof set === 'string' ? set || 'the answer itself' : sourceOf(set).replace(/\s+/g, ' ');
}

export const cannotBeRead = [
  "what a create takes and answers, and how it answers a number that exists already (operations.createProductOrder, createdProductOrder): write it from the page of Azumuta's API",
  'where a recording lists the components that were used (recording.components, component), if your mapping takes them from there, and the limits of a step (step.min, step.max)',
  'what says that results are final, where they are so only later (recording.settled), and how steps are called that a recording names by id only (step.nameIn, workInstruction.steps, instructionStep)',
  'the names of the fields of a trigger (trigger): complete a test order; a call that cannot be read becomes a dead letter that lists its fields',
  'where a 200 says that it is an error (error.at), which words of a step mean in order (okResults), which of a status that an order is still open (openStatuses), which steps name a person (personalStepTypes), and in which language names are read where there are several (language)',
];
