import { defaultContract } from '../../../shared/azumuta/contract.ts';
import { isOneOf } from '../../../shared/azumuta/forms.ts';
import { idOf, isTime, named, timeOf, urlOf } from './fields.ts';
import { byName, byValue, type Finding, notFound, reading, seenThere } from './findings.ts';
import { parametersOf, recordingsOf, variantsOf } from './recognise-lists.ts';
import type { Resources } from './resources.ts';
import type { Seen } from './seen.ts';
import { isIdName, lastOf, nameOf, scalarsIn, wordsIn } from './spots.ts';

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
