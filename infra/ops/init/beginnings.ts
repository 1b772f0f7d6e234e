import { existsSync, readFileSync } from 'node:fs';
import * as connectors from '../../../shared/erp/registry.ts';

/** What the configuration of a plant begins with, by its ERP. */
export interface Beginning {
  /** The ERP, for a person. */
  readonly title: string;
  /** Source of the configuration, into which the answers are written. */
  readonly configuration: (plant: string) => string;
  /** A file with an order as the list of this ERP gives it, to try the mapping on; absent: as an ERP posts one. */
  readonly order?: string;
  /** Sources of the files that it imports, by their names in `plants/`. What is there already is kept. */
  readonly files: (plant: string) => Readonly<Record<string, string>>;
  /** What is to be written by hand before anything else works: a file, and the page that says how. */
  readonly byHand?: (plant: string) => { readonly file: string; readonly page: string };
}

const projectSource = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const examples = 'plants/examples';
const exampleSource = (name: string) => projectSource(`${examples}/${name}`);

/** The connectors that have an example. */
const ofConnectors = Object.values(connectors).flatMap(({ facts: { folder } }) => {
  const file = new URL(`../../../${examples}/${folder}.config.ts`, import.meta.url);
  if (!existsSync(file)) return [];
  const title = projectSource(`shared/erp/${folder}/README.md`).replace(/^# |\n.*/gs, '');
  const beginning: Beginning = {
    title,
    configuration: () => exampleSource(`${folder}.config.ts`),
    order: `${examples}/${folder}.order.json`,
    files: () => ({}),
  };
  return [[folder, beginning] as const];
});

/** Its description is in files that several plants may share. */
const ofDolibarr: Beginning = {
  title: 'Dolibarr 22',
  configuration: () => exampleSource('dolibarr.config.ts'),
  files: () =>
    Object.fromEntries(['dolibarr.ts', 'dolibarr-orders.ts'].map((name) => [name, exampleSource(name)])),
};

const firstBookingPage = 'shared/erp/rest/FIRST-BOOKING.md';

const aboutDescription = `/*
 * The HTTP API of this plant's ERP. What stands here is an example: write in its place what the ERP's people answer.
 * ${firstBookingPage} says what to ask them, and how to try it, up to the first booking.
 */
`;

/** An ERP that no connector knows begins with what the page has in a section: code, under what is said of it. */
function ofSection(section: string, title: string): Beginning {
  const fileOf = (plant: string) => `${plant}-erp.ts`;
  const code = () => `${aboutDescription}${codeOfSection(section)}`;
  return {
    title: `Another ERP, over ${title}`,
    files: (plant) => ({ [fileOf(plant)]: code() }),
    configuration(plant) {
      const [, described = ''] = /\nexport const (\w+) = /.exec(code()) ?? [];
      return codeOfSection('The plant')
        .replaceAll('myErp', described)
        .replace('./my-erp.ts', `./${fileOf(plant)}`);
    },
    byHand: (plant) => ({ file: `plants/${fileOf(plant)}`, page: firstBookingPage }),
  };
}

/** The code of a section of the page as one module, each block under its paragraph as a comment. */
function codeOfSection(section: string): string {
  const [, text = ''] =
    new RegExp(`\\n## ${section}\\n([\\s\\S]*?)(?=\\n## |$)`).exec(projectSource(firstBookingPage)) ?? [];
  const blocks = text.matchAll(/(?:^|\n)([^\n`|][\s\S]*?)\n\n```ts\n([\s\S]*?)```/g);
  return Array.from(blocks, ([, before = '', code = '']) => {
    const said = before.split('\n\n').at(-1) ?? '';
    const comment = withoutMarkdown(said)
      .split('\n')
      .map((line) => `// ${line}`);
    return [...comment, code].join('\n');
  }).join('\n');
}

/** Without what only a reader of the page needs: bold, and where a link leads. */
function withoutMarkdown(markdown: string): string {
  return markdown
    .replaceAll('**', '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/:$/, '.');
}

/** By what is written as `erp` into a file of answers; in the order in which they are offered. */
export const beginnings: Readonly<Record<string, Beginning>> = {
  ...Object.fromEntries(ofConnectors),
  dolibarr: ofDolibarr,
  rest: ofSection('REST', 'REST'),
  odata: ofSection('OData', 'OData'),
  graphql: ofSection('GraphQL', 'GraphQL'),
};

/** @throws Error when there is none: an answer names one. */
export function beginningFor(erp: string): Beginning {
  const beginning = beginnings[erp];
  if (!beginning) throw new Error(`No configuration begins with ${erp}.`);
  return beginning;
}
