import { instantForm, isLanguageMap } from '../../../shared/azumuta/value-forms.ts';
import { withoutSecrets } from '../../../shared/platform/aws/credentials.ts';
import { isRecord, leavesOf } from '../../../shared/platform/json.ts';
import { holdsSecret, isLikeSecret, recordedOrigin } from '../../local/recorded/account-recording.ts';
import { isIdPath } from '../probe/recognise/field-names.ts';

export interface KeepingOptions {
  /** `https://app.azumuta.com/api/v1`. */
  readonly baseUrl: string;
  /** Never kept, in no form. */
  readonly secrets: readonly string[];
  /** Names of people that a person has typed: no text with one of them is kept. */
  readonly people: readonly string[];
  /** Texts that the kit or a person has typed, and what they are called in the recording. */
  readonly names: ReadonlyMap<string, string>;
  /** Words of the contract: statuses, types. */
  readonly words: readonly string[];
  /** Words of the contract's own paths: `productorders`. No other word of an address is kept. */
  readonly pathWords: readonly string[];
  /** Keeps free texts. */
  readonly values: boolean;
}

/** Fields that say how something is, and not what somebody has written. */
const statusField =
  /(^|[a-z_.])(status|state|phase|type|kind|object|result|verdict|outcome|event|toestand|soort|oordeel|code|unit|uom|eenheid)$/i;
/** Fields about people and their pictures. */
const personalField =
  /operator|worker|employee|user|person|author|creator|assignee|medewerker|(^|[a-z])by$|^who$|signature|initials|e-?mail|phone|avatar|photo|picture|image|thumbnail|attachment/i;
const personalType =
  /sign|handtekening|unterschrift|autograph|paraaf|photo|picture|image|person|user|operator/i;
const plainFieldName = /^[@_$]{0,2}[A-Za-z][\w.$@-]{0,39}$/;
const plainNumber = /^[+-]?\d{1,12}([.,]\d{1,9})?$/;
const statusWord = /^[\p{L}\d .,_%°/-]{1,40}$/u;
const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const nameOfKit = /^KIT-[\w-]{1,40}$/;
/** Smaller numbers name nobody, and may be quantities. */
const leastNumberOfId = 1000;
/** Longer texts are pictures or files. */
const mostCharacters = 60;
const replacementAlphabet = 'abcdefghijklmnopqrstuvwxyz';

/**
 * What a recording keeps: numbers, times and status words. Ids become other ids, and free texts as many characters, each
 * always the same. Names of people, signatures and pictures become characters even where values are kept.
 */
export class Keeping {
  readonly #options: KeepingOptions;
  readonly #names: ReadonlyMap<string, string>;
  readonly #words: ReadonlySet<string>;
  readonly #pathWords: ReadonlySet<string>;
  readonly #ids = new Map<string, string>();
  readonly #replaced = new Map<string, string>();
  readonly #given = new Set<string>();

  constructor(options: KeepingOptions) {
    this.#options = options;
    this.#names = new Map([...options.names].map(([text, name]) => [text.toLowerCase(), name]));
    this.#words = new Set(options.words.map((word) => word.toLowerCase()));
    this.#pathWords = new Set(options.pathWords);
  }

  /** An answer or a body. @param path Names of the fields that lead to it. */
  json(value: unknown, path: readonly string[] = [], isPersonal = false): unknown {
    if (typeof value === 'string') return this.#text(value, path, isPersonal);
    if (typeof value === 'number') return this.#number(value, path);
    if (Array.isArray(value)) return value.map((each) => this.json(each, path, isPersonal));
    if (!isRecord(value)) return value;
    const isAboutPerson = isPersonal || hasPersonalType(value);
    const isWords = isLanguageMap(value);
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => {
        const within = isWords ? path : [...path, name];
        const isOfPerson = isAboutPerson || personalField.test(name);
        return [this.#fieldName(name), this.json(each, within, isOfPerson)];
      }),
    );
  }

  /** The text of an answer that is no JSON. */
  plain(text: string): string {
    return text.replace(/[^<>/\s"'=]+/g, (word) =>
      /^[a-z!?-]{1,10}$/i.test(word) ? word : this.#charactersOf(word),
    );
  }

  /** A path or an address. */
  address(text: string): string {
    const { baseUrl } = this.#options;
    const base = new URL(baseUrl);
    const url = URL.canParse(text, baseUrl) ? new URL(text, baseUrl) : null;
    if (url === null) return this.#charactersOf(text);
    const segments = url.pathname.split('/').map((segment) => this.#segment(segment));
    const query = new URLSearchParams();
    for (const [name, value] of url.searchParams)
      query.append(this.#fieldName(name), this.#text(value, [name], false));
    const asked = query.size === 0 ? '' : `?${query}`;
    const isOwn = url.origin === base.origin;
    const origin = isOwn ? recordedOrigin : 'https://elsewhere.example';
    return `${text.startsWith('/') ? '' : origin}${segments.join('/')}${asked}`;
  }

  query(query: Readonly<Record<string, unknown>>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(query).map(([name, value]) => [name, this.#asked(String(value), name)]),
    );
  }

  /** A filter, `Guid eq '…'`, has words of the contract around what was looked for. */
  #asked(value: string, name: string): string {
    const isFilter = /\s/.test(value) && /['"]/.test(value) && !this.#names.has(value.toLowerCase());
    if (!isFilter) return this.#text(value, [name], false);
    return value.replace(/(?<=')[^']+(?=')|(?<=")[^"]+(?=")/g, (quoted) => this.#text(quoted, ['id'], false));
  }

  /** A `Link` header: its addresses. */
  links(header: string): string {
    return header.replace(/<([^>]*)>/g, (_, address: string) => `<${this.address(address)}>`);
  }

  #segment(segment: string): string {
    const text = decodedSegment(segment);
    if (text === '' || this.#pathWords.has(text)) return segment;
    const isWord = /^[a-z][a-z-]{0,24}$/i.test(text) && !this.#ids.has(text);
    // A word is no id: as one, it would be replaced wherever it stands.
    const kept = isWord && !isLikeSecret(text) ? this.#wordOf(text) : this.#text(text, ['id'], false);
    return encodeURIComponent(kept);
  }

  #wordOf(text: string): string {
    return this.#names.get(text.toLowerCase()) ?? this.#charactersOf(text);
  }

  #fieldName(name: string): string {
    const mayBeSecret = isLikeSecret(name) || this.#isNever(name);
    return plainFieldName.test(name) && !mayBeSecret ? name : this.#text(name, [], false);
  }

  #number(value: number, path: readonly string[]): number {
    const text = String(value);
    const isId = isIdPath(path.join('.')) || this.#ids.has(text);
    const isTime = instantForm.understand(value) !== undefined && value > 1e9;
    const isKept = !isId || !Number.isInteger(value) || value < leastNumberOfId || isTime;
    return isKept ? value : Number(this.#idOf(text));
  }

  #text(value: string, path: readonly string[], isPersonal: boolean): string {
    const field = path.join('.');
    if (value === '') return value;
    const known = this.#names.get(value.toLowerCase());
    if (known !== undefined) return known;
    if (nameOfKit.test(value)) return value;
    if (/^(https?:\/\/|\/\w)/i.test(value))
      return isPersonal || this.#isNever(value) ? this.#charactersOf(value) : this.address(value);
    if (this.#ids.has(value)) return this.#idOf(value);
    if (isPersonal || this.#isNever(value))
      return isWordOfType(path, value) ? value : this.#charactersOf(value);
    if (isKeptAsItStands(value, field)) return value;
    if (this.#words.has(value.toLowerCase())) return value;
    const isId = isIdPath(field) || uuid.test(value) || isLikeSecret(value) || isCursor(value, field);
    if (isId) return this.#idOf(value);
    if (statusField.test(field) && statusWord.test(value)) return value;
    return this.#options.values && !holdsSecret(value) ? value : this.#charactersOf(value);
  }

  /** Holds a secret, or the name of somebody. */
  #isNever(text: string): boolean {
    const { secrets, people } = this.#options;
    const words = new Set(wordsOfText(text));
    const isOfPerson = people.some((name) => wordsOfText(name).some((part) => words.has(part)));
    return isOfPerson || withoutSecrets(text, secrets) !== text;
  }

  #idOf(text: string): string {
    const known = this.#ids.get(text);
    if (known !== undefined) return known;
    const count = String(this.#ids.size + 1);
    const id = uuid.test(text)
      ? `00000000-0000-4000-8000-${count.padStart(12, '0')}`
      : /^\d+$/.test(text)
        ? `9${count.padStart(Math.max(3, text.length - 1), '0')}`
        : `id${count.padStart(Math.max(3, Math.min(text.length, 40) - 2), '0')}`;
    this.#ids.set(text, id);
    return id;
  }

  /** As many characters, which no other text has got. */
  #charactersOf(text: string): string {
    const known = this.#replaced.get(text);
    if (known !== undefined) return known;
    const shape = text.slice(0, mostCharacters).replace(/[^\s.,:;()-]/gu, 'a');
    const places = [...shape].flatMap((character, at) => (character === 'a' ? [at] : [])).toReversed();
    let characters = shape;
    for (let count = this.#replaced.size; count < this.#replaced.size + mostCharacters; count++) {
      characters = written(shape, places, count);
      if (!this.#given.has(characters)) break;
    }
    this.#given.add(characters);
    this.#replaced.set(text, characters);
    return characters;
  }
}

/** Words of two characters at least, as names have them. */
const wordsOfText = (text: string) => text.toLowerCase().match(/\p{L}{2,}/gu) ?? [];

/** A count in characters, at these places from the last to the first. */
function written(shape: string, places: readonly number[], count: number): string {
  const characters = [...shape];
  let left = count;
  for (const place of places) {
    characters[place] = replacementAlphabet[left % replacementAlphabet.length] ?? 'a';
    left = Math.floor(left / replacementAlphabet.length);
  }
  return characters.join('');
}

/** An answer may hold what looks like an address, and is not well formed. */
function decodedSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Numbers and times, which are not those of people: a long number may be one of a phone. */
function isKeptAsItStands(value: string, field: string): boolean {
  if (isIdPath(field)) return false;
  return plainNumber.test(value) || instantForm.understand(value) !== undefined;
}

const isCursor = (value: string, field: string) =>
  /cursor|next|token|after/i.test(field) && !/\s/.test(value);

/** What kind of step it is names nobody, not even where what was signed does. */
function isWordOfType(path: readonly string[], value: string): boolean {
  const name = path.at(-1) ?? '';
  return /^(type|kind|soort|object)$/i.test(name) && statusWord.test(value);
}

function hasPersonalType(value: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(value).some(
    ([name, each]) =>
      /type|kind|soort|^is$/i.test(name) && leavesOf(each, 3).some((leaf) => personalType.test(String(leaf))),
  );
}
