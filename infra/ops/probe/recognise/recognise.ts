import { orderIn, type Resources } from '../explore.ts';
import type { ScreenValues } from '../screen-values.ts';
import { byId, byNumber, type Finding, notFound, sure, toConfirm } from './findings.ts';
import { isWordsMap, listsIn, reads, wordsIn } from './json-nodes.ts';
import { recogniseProductOrder } from './product-order.ts';
import { recogniseRecording, recogniseWorkInstruction } from './recording.ts';

/**
 * Where each field of the contract is in these resources, and how sure that is. Asks nobody.
 * @param now No order was completed later.
 */
export function recognise(resources: Resources, seen: ScreenValues, now: Date): Finding[] {
  return [
    ...entriesOf(resources),
    ...recogniseProductOrder(resources, seen, now),
    ...recogniseArticle(resources, seen.article),
    ...recogniseRecording(resources, seen, now),
    ...recogniseWorkInstruction(resources),
    ...languageOf(resources, seen),
  ];
}

/** The lines of an article, except for its variants. */
function recogniseArticle(resources: Resources, number: string | undefined): Finding[] {
  const { findArticle: article } = resources;
  if (!article) return [notFound('article', 'no article was read')];
  const { resource, id } = article;
  return [byNumber('article.number', resource, number), byId('article.id', resource, id)];
}

/** Where lists have their entries. Lists of articles may have another envelope than those of orders. */
function entriesOf({ findProductOrder: entry, findArticle: article = entry }: Resources): Finding[] {
  if (!entry || !article) return [];
  const line = 'list.entries';
  if (article.place === entry.place) return [sure(line, entry.place, 'what was looked for is there')];
  // The answer itself is never empty, so it comes last.
  const places = [entry.place, article.place].toSorted((a) => (a === '' ? 1 : -1));
  return [toConfirm(line, places, 'lists of orders and of articles differ')];
}

/** The language of the screen, where the answers have several languages. */
function languageOf(resources: Resources, { variant, completedStatus, recorded }: ScreenValues): Finding[] {
  const { findArticle, readRecording } = resources;
  const texts = [variant, completedStatus, recorded?.step].filter((each) => each !== undefined);
  const maps = [orderIn(resources), findArticle, readRecording]
    .map((found) => found?.resource)
    .flatMap((resource) => [resource, ...listsIn(resource).flatMap(({ value }) => value)])
    .flatMap((resource) => wordsIn(resource).flatMap(({ value }) => (isWordsMap(value) ? [value] : [])));
  const languages = texts
    .flatMap((text) => maps.map((map) => Object.keys(map).filter((language) => reads(map[language], text))))
    .filter(({ length }) => length > 0);
  const [first = []] = languages;
  const common = first.filter((each) => languages.every((one) => one.includes(each)));
  const [language] = common;
  if (language === undefined || common.includes('en')) return [];
  const why = 'what was seen is in this language';
  return [(common.length === 1 ? sure : toConfirm)('language', language, why)];
}
