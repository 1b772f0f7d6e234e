import { defaultContract } from '../../../shared/azumuta/contract.ts';
import { valueAt } from '../../../shared/platform/places.ts';
import type { Finding } from './findings.ts';
import { withLine } from './proposal.ts';
import type { Resources } from './resources.ts';
import { isIdName, lastOf, listsIn, nameOf, scalarsIn } from './spots.ts';

/**
 * What reading cannot show, taken to be called as what it shows: what a create takes and answers, and what triggers
 * carry. None of it is sure; a create that is called otherwise is refused, and a name that no trigger has does no harm.
 */
export function analogies(findings: readonly Finding[], resources: Resources): Finding[] {
  const placeOf = (line: string) => {
    const { set } = findings.find((finding) => finding.line === line) ?? {};
    return typeof set === 'string' ? set : undefined;
  };
  const guessed = (line: string, set: unknown, why: string): Finding[] =>
    set === undefined ? [] : [{ line, set, certainty: 'to confirm', why }];
  const number = placeOf('productOrder.number');
  const recordings = placeOf('productOrder.recordings');
  const ofRecording = placeOf('recording.productOrderNumber');
  const ofCreate = 'only a create shows it; taken to be as in a product order';
  const ofTrigger = 'only a trigger shows it; taken to be called as in a product order';
  return [
    ...(['id', 'number', 'url'] as const).flatMap((name) =>
      guessed(`createdProductOrder.${name}`, placeOf(`productOrder.${name}`), ofCreate),
    ),
    ...guessed(
      'operations.createProductOrder.answer',
      resources.order?.isList ? undefined : placeOf('operations.readProductOrder.answer'),
      ofCreate,
    ),
    ...guessed('operations.createProductOrder.body', bodyOf(placeOf, resources), ofCreate),
    ...guessed('trigger.productOrderNumber', namesOfNumber(number, ofRecording), ofTrigger),
    ...guessed('trigger.recordingIds', nameIn(recordings), ofTrigger),
    ...guessed('trigger.id', nameIn(placeOf('recordingRef.id')), ofTrigger),
  ];
}

/** A trigger may name its order as a product order names itself, or as a recording names its order. */
function namesOfNumber(own: string | undefined, ofRecording = ''): string[] | undefined {
  const names = [...(nameIn(own) ?? []), ...(ofRecording.includes('.') ? [ofRecording] : [])];
  return names.length > 0 ? names : undefined;
}

/** What may be called so in a trigger, too; so general a name may be anything's. */
function nameIn(place: string | undefined): string[] | undefined {
  const name = place === undefined ? '' : lastOf(place);
  return /^(_?id|name|code|key|value|ref|number|data|items|results|title|label)?$/i.test(name)
    ? undefined
    : [name];
}

/** The assumed body, unless the product order calls its number otherwise. */
function bodyOf(placeOf: (line: string) => string | undefined, resources: Resources): object | undefined {
  const order = (resources.order ?? resources.entry)?.resource;
  const number = placeOf('productOrder.number');
  if (number === undefined || number === defaultContract.productOrder.number || !order) return undefined;
  const idSpots = scalarsIn(order).filter(({ path }) => isIdName(lastOf(path)));
  const id = valueAt(resources.article?.resource, placeOf('article.id') ?? defaultContract.article.id);
  const articleId = id === undefined ? undefined : idSpots.find(({ value }) => nameOf(value) === nameOf(id));
  const [parameters, variants] = [placeOf('productOrder.parameters'), placeOf('productOrder.variants')];
  const isList = listsIn(order).some(({ path }) => path === parameters);
  const hasNames = variants !== undefined && placeOf('variant.id') === undefined;
  const fields: readonly (readonly [string | undefined, string])[] = [
    [number, '{number}'],
    articleId ? [articleId.path, '{article.id}'] : [placeOf('productOrder.article'), '{article.number}'],
    [parameters, isList ? '{parameterList}' : '{parameters}'],
    [variants, hasNames ? '{variantNames}' : '{variantIds}'],
  ];
  return fields.reduce<Readonly<Record<string, unknown>>>(
    (body, [place, template]) => (place === undefined ? body : withLine(body, place.split('.'), template)),
    {},
  );
}
