import { defaultContract } from '../../../../shared/azumuta/contract.ts';
import { valueAt } from '../../../../shared/platform/places.ts';
import { withLine } from '../proposal.ts';
import type { Resources } from './answers.ts';
import { type Finding, toConfirm } from './findings.ts';
import { isId, lastOf, listsIn, named, nameOf, namesIn } from './json-nodes.ts';

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
  const guessed = (why: string, guesses: Readonly<Record<string, unknown>>) =>
    Object.entries(guesses).flatMap(([line, set]) => (set === undefined ? [] : toConfirm(line, set, why)));
  const ofRecording = placeOf('recording.productOrderNumber') ?? '';
  // A trigger may name its order as a product order names itself, or as a recording names its order.
  const numbers = [
    ...triggerName(placeOf('productOrder.number')),
    ...(ofRecording.includes('.') ? [ofRecording] : []),
  ];
  const orNone = (names: string[]) => (names.length > 0 ? names : undefined);
  return [
    ...guessed('only a create shows it; taken to be as in a product order', {
      'createdProductOrder.id': placeOf('productOrder.id'),
      'createdProductOrder.number': placeOf('productOrder.number'),
      'createdProductOrder.url': placeOf('productOrder.url'),
      'operations.createProductOrder.answer': resources.order.located?.isList
        ? undefined
        : placeOf('operations.readProductOrder.answer'),
      'operations.createProductOrder.body': bodyOf(placeOf, resources),
    }),
    ...guessed('only a trigger shows it; taken to be called as in a product order', {
      'trigger.productOrderNumber': orNone(numbers),
      'trigger.recordingIds': orNone(triggerName(placeOf('productOrder.recordings'))),
      'trigger.id': orNone(triggerName(placeOf('recordingRef.id'))),
    }),
  ];
}

/** The name that a trigger may use, too; none where it is so general that it may mean anything. */
function triggerName(place = ''): string[] {
  const name = lastOf(place);
  return /^(_?id|name|code|key|value|ref|number|data|items|results|title|label)?$/i.test(name) ? [] : [name];
}

/** The body of a create; none, which leaves the assumed one, unless the product order has another name for its number. */
function bodyOf(placeOf: PlaceOf, { order, entry, article }: Resources): object | undefined {
  const resource = (order.located ?? entry)?.resource;
  const number = placeOf('productOrder.number');
  if (number === undefined || number === defaultContract.productOrder.number || !resource) return undefined;
  const id = nameOf(valueAt(article.located?.resource, placeOf('article.id') ?? defaultContract.article.id));
  const articleId = named(namesIn(resource), id ?? '').find(({ path }) => isId(path));
  const [parameters, variants] = [placeOf('productOrder.parameters'), placeOf('productOrder.variants')];
  const isList = listsIn(resource).some(({ path }) => path === parameters);
  const haveNames = variants !== undefined && placeOf('variant.id') === undefined;
  const fields: readonly (readonly [string | undefined, string])[] = [
    [number, '{number}'],
    articleId ? [articleId.path, '{article.id}'] : [placeOf('productOrder.article'), '{article.number}'],
    [parameters, isList ? '{parameterList}' : '{parameters}'],
    [variants, haveNames ? '{variantNames}' : '{variantIds}'],
  ];
  return fields.reduce(
    (body, [place, template]) => (place === undefined ? body : withLine(body, place, template)),
    {},
  );
}
