import { shorten } from '../model/text.ts';
import { withoutSecrets } from './aws/credentials.ts';
import type { HttpResponse } from './http.ts';
import { leavesOf } from './json.ts';
import { type Place, valueAt } from './places.ts';

/**
 * Where partners put the sentence of an error: OData V4 and V2, RFC 9457, OAuth2, common in-house forms, AFAS
 * (`externalMessage`: AFASSoftware/OASContent, MarkdownPages/Profit/nl), Epicor (`ErrorMessage`) and Infor's IDOs (`Message`).
 */
export const usualPlaces = [
  'error.message',
  'error.message.value',
  'error.description',
  'errors.0.message',
  'errors.0.detail',
  'errors.0',
  'error_description',
  'detail',
  'message',
  'message.value',
  'title',
  'reason',
  'error.reason',
  'error',
  'errors',
  'externalMessage',
  'ErrorMessage',
  'Message',
  '',
];
const longest = 300;

/** Whether a body is neither JSON nor XML, nor empty: such as a page, which a proxy may have sent instead of the partner. */
export function isPage(answer: Pick<HttpResponse, 'json' | 'text' | 'headers'>): boolean {
  return answer.json === undefined && answer.text.trim() !== '' && !isXml(answer);
}

/** HTML is none, whatever it begins with: proxies send whole pages, and pieces such as `<h1>Not Found</h1>`. */
function isXml({ text, headers }: Pick<HttpResponse, 'text' | 'headers'>): boolean {
  const start = text.trimStart().slice(0, longestProlog);
  const isCalledHtml = /html/i.test(headers.get('content-type') ?? '');
  return /^<[?a-z]/i.test(start) && !isCalledHtml && !htmlElement.test(start);
}

const htmlElement = /<(!doctype\s+html|html|head|body|title|center|h[1-6]|p|div|pre|hr|br)[\s/>]/i;
const longestProlog = 2000;
/** Elements that hold the sentence of an error, the likeliest first: OData, SOAP 1.1 and 1.2, RFC 9457 as XML. */
const sentenceElements = ['message', 'detail', 'faultstring', 'text', 'description', 'reason', 'title'];

/** The sentence in XML: of an element of such a name, else the longest text of several words. */
function wordsInXml(text: string): string | undefined {
  const plain = text.replaceAll(/<!\[CDATA\[|]]>/g, '');
  const leaves = [...plain.matchAll(/<([^\s<>/]+)(?:\s[^<>]*)?>([^<>]+)</g)].flatMap(
    ([, name = '', words = '']) => {
      const local = name.slice(name.indexOf(':') + 1).toLowerCase();
      return words.trim() === '' ? [] : { local, words: words.trim() };
    },
  );
  const named = sentenceElements.flatMap((one) => leaves.filter(({ local }) => local === one));
  const longest = leaves.filter(({ words }) => /\S\s+\S/.test(words));
  const [best] = [...named, ...longest.toSorted((a, b) => b.words.length - a.words.length)];
  return best?.words.replaceAll(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => xmlCharacters[name] ?? '');
}

const xmlCharacters: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

/** A partner's own sentence about a refusal, on one line, without these secrets; undefined when it gives none. */
export function sentenceOf(
  answer: HttpResponse,
  secrets: Iterable<string>,
  place: Place = usualPlaces,
): string | undefined {
  const { json } = answer;
  const found = [place]
    .flat()
    .map((each) => valueAt(json, each))
    .find(isSentence);
  const plain =
    found?.toString() ?? longestWords(json) ?? (json === undefined ? wordsOutsideJson(answer) : '');
  // Before it is cut, as half a secret would not be found.
  const line = withoutSecrets(plain, secrets).replace(/\s+/g, ' ').trim().replace(/\.$/, '');
  return line === '' ? undefined : shorten(line, longest);
}

function wordsOutsideJson(answer: HttpResponse): string {
  const { text } = answer;
  if (isXml(answer)) return wordsInXml(text) ?? '';
  return /<\w/.test(text) ? '' : text;
}

const deepest = 4;

function longestWords(json: unknown): string | undefined {
  return leavesOf(json, deepest)
    .filter((leaf) => typeof leaf === 'string' && /\S\s+\S/.test(leaf))
    .map(String)
    .toSorted((one, other) => other.length - one.length)[0];
}

function isSentence(value: unknown): value is string | number {
  return typeof value === 'number' || (typeof value === 'string' && value !== '');
}

/** Whether a value found at the place of an error is one: not null, false, empty or an empty list. */
export function isError(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}
