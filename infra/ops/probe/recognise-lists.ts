import { rankOf } from './candidates.ts';
import { idOf, named, provedBy, withColumns } from './fields.ts';
import { byName, byValue, type Finding, ranked, reading, seenThere, within } from './findings.ts';
import type { ProvedId } from './resources.ts';
import type { Seen } from './seen.ts';
import { isObject, listsIn, nameOf, reads, type Spot, scalarsIn, spotsIn, wordsIn } from './spots.ts';

interface Container extends Spot {
  /** The parameter that was seen: an entry of a list, or what a map has of that name. */
  readonly entry: unknown;
  /** All parameters. */
  readonly entries: readonly unknown[];
}

export function parametersOf(order: object, { parameter }: Seen): Finding[] {
  const line = 'productOrder.parameters';
  if (!parameter) {
    const containers = spotsIn(order).filter(
      ({ value, path }) => path !== '' && (isObject(value) || Array.isArray(value)),
    );
    return [byName(line, containers, 'no parameter was seen, and no name tells them')];
  }
  const { name, value } = parameter;
  const containers = ranked(line, containersOf(order, name)).filter(({ entry }) =>
    spotsIn(entry).some((spot) => reads(spot.value, value)),
  );
  const found = byValue(line, containers, name, 'holds the parameter that was seen, with its value');
  const [best] = containers;
  if (!best || !isObject(best.entry)) return [found];
  const words = wordsIn(best.entry);
  const keys = Array.isArray(best.value) ? reading(words, name) : [];
  const values = reading(words, value).filter(({ path }) => !keys.some((key) => key.path === path));
  const valueFound = withColumns(byValue('parameter.value', values, value, seenThere), best.entries);
  return [
    found,
    ...within(found, [
      ...(keys.length > 0 ? [byValue('parameter.key', keys, name, seenThere)] : []),
      valueFound,
    ]),
  ];
}

function containersOf(order: object, name: string): Container[] {
  return spotsIn(order).flatMap((spot): Container[] => {
    const { path, value } = spot;
    if (path === '') return [];
    if (Array.isArray(value)) {
      const entry = value.find((each) => isObject(each) && isSaying(each, name));
      return entry === undefined ? [] : [{ ...spot, entry, entries: value }];
    }
    if (!isObject(value)) return [];
    const [, entry] = Object.entries(value).find(([key]) => key === name) ?? [];
    return entry === undefined ? [] : [{ ...spot, entry, entries: Object.values(value) }];
  });
}

function isSaying(entry: unknown, text: string): boolean {
  return wordsIn(entry).some(({ value }) => reads(value, text));
}

export function variantsOf(order: object, article: object | undefined, { variant }: Seen): Finding[] {
  const [line, ofArticle] = ['productOrder.variants', 'article.variants'];
  if (variant === undefined) {
    const missing = 'no variant was seen, and no name tells them';
    const own = listsIn(order).filter(({ value }) =>
      value.every((each) => isObject(each) || typeof each === 'string'),
    );
    const theirs = listsIn(article).filter(({ value }) => value.every(isObject));
    return [byName(line, own, missing), ...(article ? [byName(ofArticle, theirs, missing)] : [])];
  }
  const [own, theirs] = [order, article].map((resource) =>
    listsIn(resource).filter(({ value }) => value.some((each) => isSaying(each, variant))),
  );
  const proof = 'holds the variant that was seen';
  const lists = [
    byValue(line, own ?? [], variant, proof),
    ...(article ? [byValue(ofArticle, theirs ?? [], variant, proof)] : []),
  ];
  const [list] = [...ranked(ofArticle, theirs ?? []), ...ranked(line, own ?? [])];
  const entry = list?.value.find((each) => isObject(each) && isSaying(each, variant));
  if (entry === undefined) return lists;
  const container = lists.find(({ certainty }) => certainty !== 'sure') ?? lists[0];
  const name = byValue('variant.name', reading(wordsIn(entry), variant), variant, seenThere);
  return [
    ...lists,
    ...(container ? within(container, [name]) : []),
    idOf('variant.id', scalarsIn(entry), undefined),
  ];
}

export function recordingsOf(order: object, proved: ProvedId | undefined): Finding[] {
  const line = 'productOrder.recordings';
  if (!proved) {
    const lists = listsIn(order).filter(
      ({ path, value }) =>
        rankOf('productOrder.variants', path) === Number.POSITIVE_INFINITY &&
        value.every((each) => isObject(each) || nameOf(each) !== undefined),
    );
    return [byName(line, lists, 'no name tells recordings')];
  }
  const lists = ranked(line, listsIn(order)).filter(({ value }) =>
    value.some((each) => isHolding(each, proved.id)),
  );
  const found = provedBy(line, lists, { ...proved, proof: `holds an id that ${proved.proof}` });
  const entry = lists[0]?.value.find((each) => isHolding(each, proved.id));
  if (!isObject(entry)) return [found];
  return [found, ...within(found, [provedBy('recordingRef.id', named(scalarsIn(entry), proved.id), proved)])];
}

function isHolding(entry: unknown, id: string): boolean {
  return named(scalarsIn(entry), id).length > 0;
}
