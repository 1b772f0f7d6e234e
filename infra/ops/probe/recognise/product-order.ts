import { defaultContract } from '../../../../shared/azumuta/contract.ts';
import { isOneOf } from '../../../../shared/azumuta/value-forms.ts';
import { isRecord } from '../../../../shared/platform/json.ts';
import type { ScreenValues } from '../screen-values.ts';
import type { ProvedId, Resources } from './answers.ts';
import { fitsName, isId, ranked } from './field-names.ts';
import { type Finding, notFound, notSeen, within } from './findings.ts';
import { hasNames, hasWords, type JsonNode, listsIn, nodesIn, pastTimesIn, wordsIn } from './json-nodes.ts';
import { byId, byName, byNumber, byValue, byWords, ownId, reading, urlOf, withColumns } from './places.ts';
import { nameOf, reads, timeOf } from './values.ts';

/** The lines of a product order, its parameters, its variants and the recordings that it names. */
export function recogniseProductOrder(resources: Resources, seen: ScreenValues, now: Date): Finding[] {
  const { order, entry, article, recording } = resources;
  const resource = (order.located ?? entry)?.resource;
  if (!resource) return [notFound('productOrder', 'no answer has the number that was seen')];
  return [
    byNumber('productOrder.number', resource, seen.number),
    ownId('productOrder.id', resource, order.id),
    ...statusOf(resource, seen.completedStatus),
    // Several times look alike, and only a name says which is which.
    byName('productOrder.completedAt', pastTimesIn(resource, now)),
    byNumber('productOrder.article', resource, seen.article),
    ...parametersOf(resource, seen.parameter),
    ...variantsOf(resource, article.located?.resource, seen.variant),
    ...recordingsOf(resource, recording.id),
    urlOf('productOrder.url', resource, seen.page),
  ];
}

function statusOf(order: object, completedStatus: string | undefined): Finding[] {
  const line = 'productOrder.status';
  if (completedStatus === undefined) {
    const words = wordsIn(order).filter(({ path, value }) => !isId(path) && timeOf(value) === undefined);
    const why = 'what the status says of a completed order was not seen';
    return [byName(line, words, notSeen), notFound('completedStatuses', why)];
  }
  const found = byWords(line, order, completedStatus);
  if (found.set === undefined || isOneOf(defaultContract.completedStatuses)(completedStatus)) return [found];
  const statuses = { line: 'completedStatuses', set: [completedStatus], shown: completedStatus };
  return [found, { ...statuses, certainty: found.certainty, why: 'as it was seen' }];
}

function parametersOf(order: object, parameter: ScreenValues['parameter']): Finding[] {
  const line = 'productOrder.parameters';
  const nodes = nodesIn(order).filter(({ path, value }) => path !== '' && value instanceof Object);
  if (!parameter) return [byName(line, nodes, notSeen)];
  const { name, value } = parameter;
  const containers = nodes
    .flatMap((node) => parameterIn(node, name))
    .filter(({ entry }) => nodesIn(entry).some((node) => reads(node.value, value)));
  const found = byValue(line, containers, name, 'has the parameter that was seen, with its value');
  const [best] = ranked(line, containers);
  if (!best || !isRecord(best.entry)) return [found];
  const words = wordsIn(best.entry);
  const keys = Array.isArray(best.value) ? reading(words, name) : [];
  const values = reading(words, value).filter(({ path }) => !keys.some((key) => key.path === path));
  const fields = [withColumns(byValue('parameter.value', values, value), best.entries)];
  if (keys.length > 0) fields.unshift(byValue('parameter.key', keys, name));
  return [found, ...within(found, fields)];
}

/** The parameter of this name, where the node is a list of parameters or a map of them. */
function parameterIn(node: JsonNode, name: string) {
  const { value } = node;
  const entries: unknown[] = isRecord(value) ? Object.values(value) : [value].flat();
  const entry: unknown = isRecord(value)
    ? new Map(Object.entries(value)).get(name)
    : entries.find((each) => isRecord(each) && hasWords(each, name));
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
  const own = listsIn(order).filter(({ value }) => value.some(isSeen));
  const theirs = listsIn(article).filter(({ value }) => value.some(isSeen));
  const proof = 'has the variant that was seen';
  const found = byValue(line, own, variant, proof);
  const lists = article ? [found, byValue(ofArticle, theirs, variant, proof)] : [found];
  const [list] = [...ranked(ofArticle, theirs), ...ranked(line, own)];
  const entry = list?.value.filter(isRecord).find(isSeen);
  if (entry === undefined) return lists;
  const container = lists.find(({ certainty }) => certainty !== 'sure') ?? found;
  const name = byWords('variant.name', entry, variant);
  return [...lists, ...within(container, [name]), ownId('variant.id', entry, undefined)];
}

/** @param proved The id of a recording. */
function recordingsOf(order: object, proved: ProvedId | undefined): Finding[] {
  const line = 'productOrder.recordings';
  if (!proved) {
    const lists = listsIn(order, (each) => isRecord(each) || nameOf(each) !== undefined);
    const others = lists.filter(({ path }) => !fitsName('productOrder.variants', path));
    return [byName(line, others)];
  }
  const hasId = (entry: unknown) => hasNames(entry, [proved.id]);
  const lists = listsIn(order).filter(({ value }) => value.some(hasId));
  const found = byId(line, lists, proved, (proof) => `has an id that ${proof}`);
  const entry = ranked(line, lists)[0]?.value.find(hasId);
  return isRecord(entry) ? [found, ...within(found, [ownId('recordingRef.id', entry, proved)])] : [found];
}
