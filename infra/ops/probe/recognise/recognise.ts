import type { Resources } from '../explore.ts';
import type { ScreenValues } from '../screen-values.ts';
import { byId, byNumber, type Finding, notFound, placeOf, toConfirm } from './findings.ts';
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
  if (article.place === entry.place) return [placeOf(line, entry)];
  // The answer itself is never empty, so it comes last.
  const places = [entry.place, article.place].toSorted((a) => (a === '' ? 1 : -1));
  return [toConfirm(line, places, 'lists of orders and of articles differ')];
}
