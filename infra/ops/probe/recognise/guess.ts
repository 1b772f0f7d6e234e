import { defaultContract } from '../../../../shared/azumuta/contract.ts';
import { valueAt } from '../../../../shared/platform/places.ts';
import { orderIn, type Resources } from '../explore.ts';
import { withLine } from '../proposal.ts';
import { isId, lastOf } from './field-names.ts';
import { type Finding, toConfirm } from './findings.ts';
import { listsIn, nameOf, namesIn } from './json-nodes.ts';

type PlaceOf = (line: string) => string | undefined;

/**
 * What no answer to a question shows: the body and the answer of a create, and the fields of a trigger. They are taken
 * to have the names of what was read, and are never sure. A create with other names is refused; a name that no trigger
 * has does no harm.
 */
export function guessCreateAndTrigger(findings: readonly Finding[], resources: Resources): Finding[] {
  const placeOf: PlaceOf = (line) => {
    const set = findings.find((finding) => finding.line === line)?.set;
    return typeof set === 'string' ? set : undefined;
  };
  const { readProductOrder: order } = resources;
  const isOfList = order && Array.isArray(valueAt(order.json, order.place));
  const answer = isOfList ? undefined : order?.place || undefined;
  // A trigger may name its order as a product order names itself, or as a recording names its order.
  const ofRecording = [placeOf('recording.productOrderNumber') ?? ''].filter((place) => place.includes('.'));
  const asRead = 'only a create shows it; taken to be as in a product order';
  const asCalled = 'only a trigger shows it; taken to be called as in a product order';
  const guesses = [
    toConfirm('createdProductOrder.id', placeOf('productOrder.id'), asRead),
    toConfirm('createdProductOrder.number', placeOf('productOrder.number'), asRead),
    toConfirm('createdProductOrder.url', placeOf('productOrder.url'), asRead),
    toConfirm('operations.createProductOrder.answer', answer, asRead),
    toConfirm('operations.createProductOrder.body', bodyOf(placeOf, resources), asRead),
    toConfirm(
      'trigger.productOrderNumber',
      [...triggerName(placeOf('productOrder.number')), ...ofRecording],
      asCalled,
    ),
    toConfirm('trigger.recordingIds', triggerName(placeOf('productOrder.recordings')), asCalled),
    toConfirm('trigger.id', triggerName(placeOf('recordingRef.id')), asCalled),
  ];
  return guesses.filter(({ set }) => set !== undefined && !(Array.isArray(set) && set.length === 0));
}

/** The name that a trigger may use, too; none where it is so general that it may mean anything. */
function triggerName(place = ''): string[] {
  const name = lastOf(place);
  return /^(_?id|name|code|key|value|ref|number|data|items|results|title|label)?$/i.test(name) ? [] : [name];
}

/** The body of a create; none, which leaves the assumed one, unless the product order has another name for its number. */
function bodyOf(placeOf: PlaceOf, resources: Resources): object | undefined {
  const resource = orderIn(resources)?.resource;
  const number = placeOf('productOrder.number');
  if (number === undefined || number === defaultContract.productOrder.number || !resource) return undefined;
  const ofArticle = placeOf('article.id') ?? defaultContract.article.id;
  const id = nameOf(valueAt(resources.findArticle?.resource, ofArticle));
  const articleId = namesIn(resource).find(({ path, value }) => isId(path) && nameOf(value) === id);
  const [parameters, variants] = [placeOf('productOrder.parameters'), placeOf('productOrder.variants')];
  const isList = listsIn(resource).some(({ path }) => path === parameters);
  const haveNames = variants !== undefined && placeOf('variant.id') === undefined;
  const fields: readonly (readonly [string | undefined, string])[] = [
    [number, '{number}'],
    articleId ? [articleId.path, '{article.id}'] : [placeOf('productOrder.article'), '{article.number}'],
    [parameters, isList ? '{parameterList}' : '{parameters}'],
    [variants, haveNames ? '{variantNames}' : '{variantIds}'],
  ];
  return fields.reduce((body, [place, template]) => {
    return place === undefined ? body : withLine(body, place, template);
  }, {});
}
