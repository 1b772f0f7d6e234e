import type { ScreenValues } from '../screen-values.ts';
import type { ProvedId } from './answers.ts';
import { fitsName, ranked } from './field-names.ts';
import {
  byId,
  byName,
  byValue,
  type Finding,
  ownId,
  proofOf,
  reading,
  withColumns,
  within,
} from './findings.ts';
import {
  hasWords,
  isObject,
  type JsonNode,
  listsIn,
  named,
  nameOf,
  namesIn,
  nodesIn,
  reads,
  wordsIn,
} from './json-nodes.ts';

export function parametersOf(order: object, parameter: ScreenValues['parameter']): Finding[] {
  const line = 'productOrder.parameters';
  const nodes = nodesIn(order).filter(({ path }) => path !== '');
  if (!parameter) {
    const containers = nodes.filter(({ value }) => isObject(value) || Array.isArray(value));
    return [byName(line, containers, 'no parameter was seen, and no name means parameters')];
  }
  const { name, value } = parameter;
  const containers = nodes
    .flatMap((node) => parameterIn(node, name))
    .filter(({ entry }) => nodesIn(entry).some((node) => reads(node.value, value)));
  const found = byValue(line, containers, name, 'has the parameter that was seen, with its value');
  const [best] = ranked(line, containers);
  if (!best || !isObject(best.entry)) return [found];
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
  const entries: unknown[] = isObject(value) ? Object.values(value) : [value].flat();
  const entry: unknown = isObject(value)
    ? new Map(Object.entries(value)).get(name)
    : entries.find((each) => isObject(each) && hasWords(each, name));
  return entry === undefined ? [] : [{ ...node, entry, entries }];
}

export function variantsOf(
  order: object,
  article: object | undefined,
  variant: ScreenValues['variant'],
): Finding[] {
  const [line, ofArticle] = ['productOrder.variants', 'article.variants'];
  if (variant === undefined) {
    const missing = 'no variant was seen, and no name means variants';
    const own = listsIn(order).filter(({ value }) =>
      value.every((each) => isObject(each) || typeof each === 'string'),
    );
    const theirs = listsIn(article).filter(({ value }) => value.every(isObject));
    return [byName(line, own, missing), ...(article ? [byName(ofArticle, theirs, missing)] : [])];
  }
  const isSeen = (entry: unknown) => hasWords(entry, variant);
  const own = listsIn(order).filter(({ value }) => value.some(isSeen));
  const theirs = listsIn(article).filter(({ value }) => value.some(isSeen));
  const proof = 'has the variant that was seen';
  const found = byValue(line, own, variant, proof);
  const lists = article ? [found, byValue(ofArticle, theirs, variant, proof)] : [found];
  const [list] = [...ranked(ofArticle, theirs), ...ranked(line, own)];
  const entry = list?.value.find((each) => isObject(each) && isSeen(each));
  if (entry === undefined) return lists;
  const container = lists.find(({ certainty }) => certainty !== 'sure') ?? found;
  const name = byValue('variant.name', reading(wordsIn(entry), variant), variant);
  return [...lists, ...within(container, [name]), ownId('variant.id', entry, undefined)];
}

/** @param proved The id of a recording. */
export function recordingsOf(order: object, proved: ProvedId | undefined): Finding[] {
  const line = 'productOrder.recordings';
  if (!proved) {
    const lists = listsIn(order).filter(
      ({ path, value }) =>
        !fitsName('productOrder.variants', path) &&
        value.every((each) => isObject(each) || nameOf(each) !== undefined),
    );
    return [byName(line, lists, 'no name means recordings')];
  }
  const hasId = (entry: unknown) => named(namesIn(entry), proved.id).length > 0;
  const lists = ranked(
    line,
    listsIn(order).filter(({ value }) => value.some(hasId)),
  );
  const found = byId(line, lists, proved, `has an id that ${proofOf(proved)}`);
  const entry = lists[0]?.value.find(hasId);
  if (!isObject(entry)) return [found];
  return [found, ...within(found, [byId('recordingRef.id', named(namesIn(entry), proved.id), proved)])];
}
