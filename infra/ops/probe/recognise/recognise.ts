import { defaultContract } from '../../../../shared/azumuta/contract.ts';
import { valueAt } from '../../../../shared/platform/places.ts';
import { withLine } from '../proposal.ts';
import type { ScreenValues } from '../screen-values.ts';
import { type Answers, type Known, type Resources, resourcesIn } from './answers.ts';
import { isId, lastOf } from './field-names.ts';
import { type Finding, sure, toConfirm } from './findings.ts';
import { type Located, listsIn, named, namesIn, wordsIn } from './json-nodes.ts';
import { recogniseProductOrder } from './product-order.ts';
import { recogniseArticle, recogniseRecording, recogniseWorkInstruction } from './recording.ts';
import { languagesOf, nameOf } from './values.ts';

/**
 * Where each field of the contract is in these answers, and how sure that is. Asks nobody.
 * @param now No order was completed later.
 */
export function recognise(answers: Answers, seen: ScreenValues, now: Date): Finding[] {
  const resources = resourcesIn(answers, seen);
  const { entry, order, article, recording, workInstruction } = resources;
  const findings = [
    ...(entry ? [entriesOf(entry, article.located)] : []),
    ...inAnswer('readProductOrder', order, recogniseProductOrder(resources, seen, now)),
    ...recogniseArticle(article, seen.article),
    ...inAnswer('readRecording', recording, recogniseRecording(resources, seen, now)),
    ...inAnswer('readWorkInstruction', workInstruction, recogniseWorkInstruction(resources)),
  ];
  return [...findings, ...guessCreateAndTrigger(findings, resources), ...languageOf(resources, seen)];
}

const lookedForThere = 'what was looked for is there';

/** Adds where the resource is in its answer. */
function inAnswer(name: string, { located }: Known, fields: readonly Finding[]): Finding[] {
  if (!located || located.place === '') return [...fields];
  return [sure(`operations.${name}.answer`, located.place, lookedForThere), ...fields];
}

/** Where lists have their entries. Lists of articles may have another envelope than those of orders. */
function entriesOf({ place }: Located, article: Located | undefined): Finding {
  const line = 'list.entries';
  if (!article || article.place === place) return sure(line, place, lookedForThere);
  // The answer itself is never empty, so it comes last.
  const places = [place, article.place].toSorted((a) => (a === '' ? 1 : -1));
  return toConfirm(line, places, 'lists of orders and of articles differ');
}

/** The language of the screen, where the answers have several languages. */
function languageOf({ entry, order, article, recording }: Resources, seen: ScreenValues): Finding[] {
  const { variant, completedStatus, recorded } = seen;
  const texts = [variant, completedStatus, recorded?.step].filter((each) => each !== undefined);
  const words = [order.located ?? entry, article.located, recording.located]
    .map((located) => located?.resource)
    .flatMap((resource) => [resource, ...listsIn(resource).flatMap(({ value }) => value)])
    .flatMap(wordsIn);
  const all = texts.flatMap((text) => words.map(({ value }) => languagesOf(value, text)));
  const languages = all.filter(({ length }) => length > 0);
  const [first = []] = languages;
  const common = first.filter((each) => languages.every((one) => one.includes(each)));
  const [language] = common;
  if (language === undefined || common.includes('en')) return [];
  const why = 'what was seen is in this language';
  return [(common.length === 1 ? sure : toConfirm)('language', language, why)];
}

type PlaceOf = (line: string) => string | undefined;

/**
 * What no answer to a question shows: the body and the answer of a create, and the fields of a trigger. They are taken
 * to have the names of what was read, and are never sure. A create with other names is refused; a name that no trigger
 * has does no harm.
 */
function guessCreateAndTrigger(findings: readonly Finding[], resources: Resources): Finding[] {
  const placeOf: PlaceOf = (line) => {
    const set = findings.find((finding) => finding.line === line)?.set;
    return typeof set === 'string' ? set : undefined;
  };
  const asRead = 'only a create shows it; taken to be as in a product order';
  const asCalled = 'only a trigger shows it; taken to be called as in a product order';
  const isOfList = resources.order.located?.isList;
  const answer = isOfList ? undefined : placeOf('operations.readProductOrder.answer');
  // A trigger may name its order as a product order names itself, or as a recording names its order.
  const ofRecording = [placeOf('recording.productOrderNumber') ?? ''].filter((place) => place.includes('.'));
  const numbers = [...triggerName(placeOf('productOrder.number')), ...ofRecording];
  const guesses = [
    toConfirm('createdProductOrder.id', placeOf('productOrder.id'), asRead),
    toConfirm('createdProductOrder.number', placeOf('productOrder.number'), asRead),
    toConfirm('createdProductOrder.url', placeOf('productOrder.url'), asRead),
    toConfirm('operations.createProductOrder.answer', answer, asRead),
    toConfirm('operations.createProductOrder.body', bodyOf(placeOf, resources), asRead),
    toConfirm('trigger.productOrderNumber', numbers, asCalled),
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
  const known = fields.flatMap(([place, template]) => (place === undefined ? [] : { place, template }));
  return known.reduce((body, { place, template }) => withLine(body, place, template), {});
}
