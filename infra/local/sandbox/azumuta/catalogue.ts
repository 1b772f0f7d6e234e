import { createHash, randomBytes } from 'node:crypto';

/** Azumuta mixes plain names and language maps (VERIFIED). */
export type Name = string | Readonly<Record<string, string>>;

interface StepSource {
  readonly name: Name;
  readonly type: 'number' | 'yes-no' | 'confirmation' | 'choice' | 'signature';
  readonly unit?: string;
  /** Permitted range of a measured number. */
  readonly minimum?: number;
  readonly maximum?: number;
  /** What of a completion this step records; a measurement or a check if absent. */
  readonly records?: 'good-quantity' | 'scrap-quantity' | 'serial';
}

/** As a plant writes it: things name each other by key. */
export interface CatalogueSource {
  readonly articleCategories: readonly { readonly key: string; readonly name: Name }[];
  readonly workInstructions: readonly {
    readonly key: string;
    readonly name: Name;
    readonly version: number;
    readonly articleCategory: string;
    readonly steps: readonly StepSource[];
  }[];
  readonly articles: readonly {
    readonly number: string;
    readonly name: Name;
    readonly articleCategory: string;
    readonly variants: readonly Name[];
    readonly parameters: readonly {
      readonly key: string;
      readonly valueType: 'Text' | 'Number' | 'Boolean';
    }[];
    readonly workInstructions: readonly string[];
  }[];
}

/** What a plant has configured in Azumuta. */
export type Catalogue = ReturnType<typeof catalogueOf>;
export type Article = Catalogue['articles'][number];
export type WorkInstruction = Catalogue['workInstructions'][number];
export type Step = WorkInstruction['steps'][number];

/** Ids are made from keys and numbers, so they stay the same over restarts. */
export function catalogueOf(source: CatalogueSource) {
  const categories = new Map(
    source.articleCategories.map(({ key, name }) => [key, { id: meteorIdOf(`category ${key}`), key, name }]),
  );
  const workInstructions = new Map(
    source.workInstructions.map(({ key, articleCategory, steps, ...rest }) => [
      key,
      {
        ...rest,
        key,
        id: meteorIdOf(`work instruction ${key}`),
        category: named(categories, articleCategory, 'article category'),
        steps: steps.map((step, index) => ({ ...step, id: uuidOf(`step ${key} ${index}`) })),
      },
    ]),
  );
  const articles = source.articles.map((article) => ({
    id: meteorIdOf(`article ${article.number}`),
    number: article.number,
    name: article.name,
    category: named(categories, article.articleCategory, 'article category'),
    variants: article.variants.map((name) => ({
      id: meteorIdOf(`variant ${article.number} ${inEnglish(name)}`),
      name,
    })),
    parameters: article.parameters,
    workInstructions: article.workInstructions.map((key) => named(workInstructions, key, 'work instruction')),
  }));
  return { articles, workInstructions: [...workInstructions.values()] };
}

/** The English words of a name, or its first ones. */
function inEnglish(name: Name): string {
  return typeof name === 'string' ? name : (name.en ?? Object.values(name)[0] ?? '');
}

function named<T>(known: ReadonlyMap<string, T>, key: string, what: string): T {
  const found = known.get(key);
  if (!found) throw new Error(`The catalogue has no ${what} "${key}".`);
  return found;
}

/** Alphabet of Meteor ids: no characters that look alike (VERIFIED on ids in Azumuta's public pages). */
const alphabet = '23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz';

/** A new 17-character Meteor id. */
export function newMeteorId(): string {
  return meteorIdFrom(randomBytes(32));
}

/** The same Meteor id for the same name, so ids of the catalogue stay when the sandbox restarts. */
function meteorIdOf(name: string): string {
  return meteorIdFrom(createHash('sha256').update(name).digest());
}

/** The same UUID for the same name, for the steps of work instructions (VERIFIED: step ids are UUIDs). */
function uuidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

function meteorIdFrom(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 17), (byte) => alphabet[byte % alphabet.length]).join('');
}
