import { createHash, randomBytes } from 'node:crypto';

/** Azumuta mixes plain names and language maps (VERIFIED). */
export type Name = string | Readonly<Record<string, string>>;

export interface StepSource {
  readonly name: Name;
  readonly type: 'number' | 'yes-no' | 'confirmation' | 'choice' | 'signature';
  readonly unit?: string;
  /** Permitted range of a measured number. */
  readonly minimum?: number;
  readonly maximum?: number;
  /** What of a completion this step records; a measurement or a check if absent. */
  readonly records?: 'good-quantity' | 'scrap-quantity' | 'scrap-reason' | 'serial';
}

/** What a plant has configured in Azumuta. Ids are made from names and numbers, so they stay the same over restarts. */
export type Catalogue = readonly CatalogueArticle[];

export type CatalogueArticle = ReturnType<typeof defineArticle>;
export type CatalogueInstruction = ReturnType<typeof defineWorkInstruction>;
export type InstructionStep = CatalogueInstruction['steps'][number];
type Category = ReturnType<typeof defineArticleCategory>;

export function defineArticleCategory(name: Name) {
  return { id: meteorIdOf(`category ${inEnglish(name)}`), name };
}

export function defineWorkInstruction(
  about: {
    readonly name: Name;
    readonly version: number;
    readonly category: Category;
    /** What it uses; the operators scan the lots. */
    readonly components?: readonly {
      readonly article: string;
      readonly perPiece: number;
      readonly unit: string;
      readonly lot: string;
    }[];
  },
  steps: readonly StepSource[],
) {
  const name = inEnglish(about.name);
  return {
    ...about,
    id: meteorIdOf(`work instruction ${name}`),
    steps: steps.map((step, index) => ({ ...step, id: uuidOf(`step ${name} ${index}`) })),
  };
}

export function defineArticle(
  number: string,
  about: {
    readonly name: Name;
    readonly category: Category;
    readonly variants: readonly Name[];
    readonly parameters: Readonly<Record<string, 'Text' | 'Number' | 'Boolean'>>;
    readonly workInstructions: readonly CatalogueInstruction[];
  },
) {
  return {
    ...about,
    number,
    id: meteorIdOf(`article ${number}`),
    variants: about.variants.map((name) => ({
      id: meteorIdOf(`variant ${number} ${inEnglish(name)}`),
      name,
    })),
    parameters: Object.entries(about.parameters).map(([key, valueType]) => ({ key, valueType })),
  };
}

/** Those of all articles, each once. */
export const workInstructionsOf = (catalogue: Catalogue) => [
  ...new Set(catalogue.flatMap(({ workInstructions }) => workInstructions)),
];

/** The English words of a name, or its first ones. */
function inEnglish(name: Name): string {
  return typeof name === 'string' ? name : (name.en ?? Object.values(name)[0] ?? '');
}

/** Alphabet of Meteor ids: no characters that look alike (VERIFIED on ids in Azumuta's public pages). */
const alphabet = '23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz';

/** A 17-character Meteor id: a new one, or the same for the same bytes. */
export function newMeteorId(bytes: Uint8Array = randomBytes(17)): string {
  return Array.from(bytes.subarray(0, 17), (byte) => alphabet[byte % alphabet.length]).join('');
}

const meteorIdOf = (name: string) => newMeteorId(createHash('sha256').update(name).digest());

/** The same UUID for the same name, for the steps of work instructions (VERIFIED: step ids are UUIDs). */
function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5');
}
