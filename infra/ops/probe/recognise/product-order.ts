import { defaultContract } from '../../../../shared/azumuta/contract.ts';
import { isOneOf } from '../../../../shared/azumuta/value-forms.ts';
import { fieldOf, isRecord, leavesOf } from '../../../../shared/platform/json.ts';
import { orderIn, type Resources } from '../explore.ts';
import type { ScreenValues } from '../screen-values.ts';
import { fitsName, isId, ranked } from './field-names.ts';
import {
  byId,
  byName,
  byNumber,
  byValue,
  byWords,
  type Finding,
  notFound,
  notSeen,
  urlOf,
  wasAnswered,
  withColumns,
  within,
} from './findings.ts';
import {
  hasNames,
  hasWords,
  type JsonNode,
  listsIn,
  nameOf,
  namesIn,
  nodesIn,
  pastTimesIn,
  plainWordsIn,
  reading,
  valuesIn,
  wordsIn,
} from './json-nodes.ts';

/** The lines of a product order, its parameters, its variants and the recordings that it names. */
export function recogniseProductOrder(resources: Resources, seen: ScreenValues, now: Date): Finding[] {
  const { readRecording, findArticle } = resources;
  const found = orderIn(resources);
  if (!found) return [notFound('productOrder', 'no answer has the number that was seen')];
  const { resource: order, id } = found;
  return [
    byNumber('productOrder.number', order, seen.number),
    byId('productOrder.id', order, id),
    ...statusOf(order, seen.completedStatus),
    // Several times look alike, and only a name says which is which.
    byName('productOrder.completedAt', pastTimesIn(order, now)),
    byNumber('productOrder.article', order, seen.article),
    ...parametersOf(order, seen.parameter),
    ...variantsOf(order, findArticle?.resource, seen.variant),
    ...recordingsOf(order, readRecording?.id),
    urlOf('productOrder.url', order),
  ];
}

function statusOf(order: object, seen: string | undefined): Finding[] {
  const [line, statuses] = ['productOrder.status', 'completedStatuses'];
  if (seen === undefined) {
    const why = 'what the status says of a completed order was not seen';
    return [byName(line, plainWordsIn(order), notSeen), notFound(statuses, why)];
  }
  const found = byWords(line, order, seen);
  const isKnown = isOneOf(defaultContract.completedStatuses);
  // As the answer writes it, in all its languages: a screen may write `In progress` for `in_progress`.
  const words = leavesOf(found.shown ?? [])
    .map(String)
    .filter((text) => !isKnown(text));
  return words.length === 0
    ? [found]
    : [found, { ...found, line: statuses, set: words, shown: words, why: 'it is written so' }];
}

function parametersOf(order: object, parameter: ScreenValues['parameter']): Finding[] {
  const line = 'productOrder.parameters';
  const nodes = nodesIn(order).filter(({ path, value }) => path !== '' && value instanceof Object);
  if (!parameter) return [byName(line, nodes, notSeen)];
  const { name, value } = parameter;
  const containers = nodes.flatMap((node) => parameterIn(node, name, value));
  const found = byValue(line, containers, 'has the parameter that was seen, with its value');
  const [best] = ranked(line, containers);
  if (!best || !isRecord(best.entry)) return [found];
  const words = wordsIn(best.entry);
  const keys = Array.isArray(best.value) ? reading(words, name) : [];
  const values = valuesIn(best.entry, value).filter(({ path }) => !keys.some((key) => key.path === path));
  const fields = [withColumns(byValue('parameter.value', values), best.entries)];
  if (keys.length > 0) fields.unshift(byValue('parameter.key', keys));
  return [found, ...within(found, fields)];
}

/** The parameter of this name and value, where the node is a list of parameters or a map of them. */
function parameterIn(node: JsonNode, name: string, value: string) {
  const isMap = isRecord(node.value);
  const entries: unknown[] = isMap ? Object.values(Object(node.value)) : [node.value].flat();
  const named = isMap ? [fieldOf(node.value, name)] : entries.filter((each) => hasWords(each, name));
  const entry = named.find((each) => valuesIn(each, value).length > 0);
  return entry === undefined ? [] : [{ ...node, entry, entries }];
}

function variantsOf(order: object, article: object | undefined, variant: string | undefined): Finding[] {
  const [line, ofArticle] = ['productOrder.variants', 'article.variants'];
  if (variant === undefined) {
    const isVariant = (each: unknown) => isRecord(each) || typeof each === 'string';
    const own = byName(line, listsIn(order, isVariant), notSeen);
    return article ? [own, byName(ofArticle, listsIn(article, isRecord), notSeen)] : [own];
  }
  const isSeen = (entry: unknown) => hasWords(entry, variant);
  const entries = [order, article].flatMap((each) => listsIn(each)).flatMap(({ value }) => value);
  const ids = entries
    .filter((each) => isRecord(each) && isSeen(each))
    .flatMap(namesIn)
    .filter(({ path }) => isId(path));
  // An order may list the ids of its variants, next to its article with all of them.
  const isMeant = (entry: unknown) =>
    isSeen(entry) || ids.some(({ value }) => nameOf(entry) === nameOf(value));
  const having = (resource: unknown) => listsIn(resource).filter(({ value }) => value.some(isMeant));
  const [own, theirs] = [having(order), having(article)];
  const proof = 'has the variant that was seen';
  const found = byValue(line, own, proof);
  const lists = article ? [found, byValue(ofArticle, theirs, proof)] : [found];
  const [list] = [...ranked(ofArticle, theirs), ...ranked(line, own)];
  const entry = list?.value.filter(isRecord).find(isSeen);
  if (entry === undefined) return lists;
  const container = lists.find(({ certainty }) => certainty !== 'sure') ?? found;
  const name = byWords('variant.name', entry, variant);
  return [...lists, ...within(container, [name]), byId('variant.id', entry, undefined)];
}

function recordingsOf(order: object, recordingId: string | undefined): Finding[] {
  const line = 'productOrder.recordings';
  if (recordingId === undefined) {
    const lists = listsIn(order, (each) => isRecord(each) || nameOf(each) !== undefined);
    return [
      byName(
        line,
        lists.filter(({ path }) => !fitsName('productOrder.variants', path)),
      ),
    ];
  }
  const hasId = (entry: unknown) => hasNames(entry, [recordingId]);
  const lists = listsIn(order).filter(({ value }) => value.some(hasId));
  const found = byValue(line, lists, `has an id that ${wasAnswered}`);
  const entry = ranked(line, lists)[0]?.value.find(hasId);
  return isRecord(entry) ? [found, ...within(found, [byId('recordingRef.id', entry, recordingId)])] : [found];
}
