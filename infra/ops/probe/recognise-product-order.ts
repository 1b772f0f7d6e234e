import { defaultContract } from '../../../shared/azumuta/contract.ts';
import { isOneOf } from '../../../shared/azumuta/fields.ts';
import { rankOf } from './candidates.ts';
import { idOf, isTime, named, timeOf, urlOf, withColumns } from './fields.ts';
import { byName, byValue, type Finding, notFound, ranked, reading, seenThere } from './findings.ts';
import type { ProvedId, Resources } from './resources.ts';
import type { Seen } from './seen.ts';
import {
  isIdName,
  isObject,
  lastOf,
  listsIn,
  nameOf,
  reads,
  type Spot,
  scalarsIn,
  spotsIn,
  wordsIn,
} from './spots.ts';

/** The lines of a product order, its parameters, variants and the recordings that it names. */
export function recogniseProductOrder(resources: Resources, seen: Seen, now: Date): Finding[] {
  const order = resources.order?.resource ?? resources.entry?.resource;
  if (!order) return [notFound('productOrder', 'no answer bears the number that was seen')];
  const names = scalarsIn(order).filter(({ value }) => nameOf(value) !== undefined);
  const article = seen.article;
  return [
    byValue('productOrder.number', named(names, seen.number), seen.number, seenThere),
    idOf('productOrder.id', names, resources.orderId),
    ...statusOf(order, seen),
    completedAtOf(order, now),
    article === undefined
      ? byName('productOrder.article', names, 'its name tells no article; its number was not seen')
      : byValue('productOrder.article', named(names, article), article, seenThere),
    ...parametersOf(order, seen),
    ...variantsOf(order, resources.article?.resource, seen),
    ...recordingsOf(order, resources.recordingId),
    urlOf('productOrder.url', order, seen.page),
  ];
}

function statusOf(order: object, seen: Seen): Finding[] {
  const line = 'productOrder.status';
  const words = wordsIn(order);
  if (seen.completedStatus === undefined) {
    const found = byName(
      line,
      words.filter(({ path, value }) => !isIdName(lastOf(path)) && !isTime(value)),
      'no name tells a status',
    );
    return [
      found,
      notFound('completedStatuses', 'what the status says when an order is completed was not seen'),
    ];
  }
  const found = byValue(line, reading(words, seen.completedStatus), seen.completedStatus, seenThere);
  if (found.set === undefined || isOneOf(defaultContract.completedStatuses)(seen.completedStatus))
    return [found];
  const { certainty } = found;
  return [
    found,
    {
      line: 'completedStatuses',
      set: [seen.completedStatus],
      certainty,
      why: 'as it was seen',
      shown: seen.completedStatus,
    },
  ];
}

/** Several times look alike, and only a name tells which is which; none that is to come. */
function completedAtOf(order: object, now: Date): Finding {
  const past = scalarsIn(order).filter(
    ({ value }) => (timeOf(value) ?? Number.POSITIVE_INFINITY) <= now.getTime(),
  );
  return byName(
    'productOrder.completedAt',
    past,
    'no name tells when it was completed, or it is not completed',
  );
}

interface Container extends Spot {
  /** The parameter that was seen: an entry of a list, or what a map has of that name. */
  readonly entry: unknown;
  /** All parameters. */
  readonly entries: readonly unknown[];
}

function parametersOf(order: object, { parameter }: Seen): Finding[] {
  const line = 'productOrder.parameters';
  if (!parameter) {
    const containers = spotsIn(order).filter(
      ({ value, path }) => path !== '' && (isObject(value) || Array.isArray(value)),
    );
    return [byName(line, containers, 'no parameter was seen, and no name tells them')];
  }
  const { name, value } = parameter;
  const containers = containersOf(order, name).filter(({ entry }) =>
    spotsIn(entry).some((spot) => reads(spot.value, value)),
  );
  const found = byValue(line, containers, name, 'holds the parameter that was seen, with its value');
  const [best] = ranked(line, containers);
  if (!best) return [found];
  const isList = Array.isArray(best.value);
  const keys = isList ? reading(wordsIn(best.entry), name) : [];
  const values = reading(wordsIn(best.entry), value).filter(
    ({ path }) => !keys.some((key) => key.path === path),
  );
  return [
    found,
    ...(isList ? [byValue('parameter.key', keys, name, 'has the name that was seen')] : []),
    ...(isObject(best.entry)
      ? [withColumns(byValue('parameter.value', values, value, seenThere), best.entries)]
      : []),
  ];
}

function containersOf(order: object, name: string): Container[] {
  return spotsIn(order).flatMap((spot): Container[] => {
    const { path, value } = spot;
    if (path === '') return [];
    if (Array.isArray(value)) {
      const entry = value.find(
        (each) => isObject(each) && wordsIn(each).some((words) => reads(words.value, name)),
      );
      return entry === undefined ? [] : [{ ...spot, entry, entries: value }];
    }
    if (!isObject(value)) return [];
    const [, entry] = Object.entries(value).find(([key]) => key === name) ?? [];
    return entry === undefined ? [] : [{ ...spot, entry, entries: Object.values(value) }];
  });
}

/** Lists in which an entry reads as a variant. */
function listsWith(resource: object | undefined, variant: string): Spot[] {
  return listsIn(resource).filter(({ value }) =>
    value.some((each) => reads(each, variant) || wordsIn(each).some((words) => reads(words.value, variant))),
  );
}

function variantsOf(order: object, article: object | undefined, { variant }: Seen): Finding[] {
  const line = 'productOrder.variants';
  if (variant === undefined)
    return [
      byName(
        line,
        listsIn(order).filter(({ value }) => value.every(isVariant)),
        'no variant was seen, and no name tells them',
      ),
      ...(article
        ? [
            byName(
              'article.variants',
              listsIn(article).filter(({ value }) => value.every(isObject)),
              'no name tells them',
            ),
          ]
        : []),
    ];
  const own = listsWith(order, variant);
  const ofArticle = listsWith(article, variant);
  const proof = 'holds the variant that was seen';
  const entries = [...ranked('article.variants', ofArticle), ...ranked(line, own)].flatMap(({ value }) =>
    Array.isArray(value)
      ? value.filter((each) => isObject(each) && wordsIn(each).some((words) => reads(words.value, variant)))
      : [],
  );
  const [entry] = entries;
  return [
    byValue(line, own, variant, proof),
    ...(article ? [byValue('article.variants', ofArticle, variant, proof)] : []),
    ...(entry === undefined
      ? []
      : [
          byValue('variant.name', reading(wordsIn(entry), variant), variant, seenThere),
          idOf('variant.id', scalarsIn(entry), undefined),
        ]),
  ];
}

function isVariant(entry: unknown): boolean {
  return isObject(entry) || typeof entry === 'string';
}

function recordingsOf(order: object, proved: ProvedId | undefined): Finding[] {
  const line = 'productOrder.recordings';
  if (!proved) {
    const lists = listsIn(order).filter(({ value }) =>
      value.every((each) => isObject(each) || nameOf(each) !== undefined),
    );
    return [
      byName(
        line,
        lists.filter(({ path }) => rankOf('productOrder.variants', path) === Number.POSITIVE_INFINITY),
        'no name tells recordings',
      ),
    ];
  }
  const lists = listsIn(order).filter(({ value }) => value.some((each) => holds(each, proved.id)));
  const found = byValue(line, lists, proved.id, `holds an id that ${proved.proof}`);
  const [best] = ranked(line, lists);
  const entry = best?.value.find((each) => holds(each, proved.id));
  if (!isObject(entry)) return [found];
  return [found, byValue('recordingRef.id', named(scalarsIn(entry), proved.id), proved.id, proved.proof)];
}

function holds(entry: unknown, id: string): boolean {
  return nameOf(entry) === id || (isObject(entry) && named(scalarsIn(entry), id).length > 0);
}
