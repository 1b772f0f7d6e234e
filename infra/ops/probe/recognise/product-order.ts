import { defaultContract } from '../../../../shared/azumuta/contract.ts';
import { isOneOf } from '../../../../shared/azumuta/fields.ts';
import type { ScreenValues } from '../screen-values.ts';
import type { Resources } from './answers.ts';
import {
  byName,
  byValue,
  type Finding,
  notFound,
  ownId,
  pastTimesIn,
  reading,
  timeOf,
  urlOf,
} from './findings.ts';
import { isId, named, namesIn, wordsIn } from './json-nodes.ts';
import { parametersOf, recordingsOf, variantsOf } from './lists.ts';

/** The lines of a product order, its parameters, its variants and the recordings that it names. */
export function recogniseProductOrder(
  { order, entry, orderId, article, recordingId }: Resources,
  seen: ScreenValues,
  now: Date,
): Finding[] {
  const resource = order?.resource ?? entry?.resource;
  if (!resource) return [notFound('productOrder', 'no answer has the number that was seen')];
  const names = namesIn(resource);
  const articleLine = 'productOrder.article';
  return [
    byValue('productOrder.number', named(names, seen.number), seen.number),
    ownId('productOrder.id', resource, orderId),
    ...statusOf(resource, seen.completedStatus),
    // Several times look alike, and only a name says which is which.
    byName(
      'productOrder.completedAt',
      pastTimesIn(resource, now),
      'no name means its completion, or it is not completed',
    ),
    seen.article === undefined
      ? byName(articleLine, names, 'no name means an article, and its number was not seen')
      : byValue(articleLine, named(names, seen.article), seen.article),
    ...parametersOf(resource, seen.parameter),
    ...variantsOf(resource, article?.resource, seen.variant),
    ...recordingsOf(resource, recordingId),
    urlOf('productOrder.url', resource, seen.page),
  ];
}

function statusOf(order: object, completedStatus: string | undefined): Finding[] {
  const line = 'productOrder.status';
  const words = wordsIn(order);
  if (completedStatus === undefined) {
    const candidates = words.filter(({ path, value }) => !isId(path) && timeOf(value) === undefined);
    return [
      byName(line, candidates, 'no name means a status'),
      notFound('completedStatuses', 'what the status says of a completed order was not seen'),
    ];
  }
  const found = byValue(line, reading(words, completedStatus), completedStatus);
  if (found.set === undefined || isOneOf(defaultContract.completedStatuses)(completedStatus)) return [found];
  const statuses = { line: 'completedStatuses', set: [completedStatus], shown: completedStatus };
  return [found, { ...statuses, certainty: found.certainty, why: 'as it was seen' }];
}
