import { defaultContract } from '../../../../shared/azumuta/contract.ts';
import { isOneOf } from '../../../../shared/azumuta/value-forms.ts';
import { fieldOf, isRecord, leavesOf } from '../../../../shared/platform/json.ts';
import { listAt, valueAt } from '../../../../shared/platform/places.ts';
import { literal, withSource } from '../contract-text.ts';
import { orderIn, type Resources } from '../explore.ts';
import type { ScreenValues } from '../screen-values.ts';
import { isNamed } from './field-names.ts';
import {
  byId,
  byName,
  byNumber,
  byValue,
  byWords,
  type Finding,
  listOf,
  notFound,
  notSeen,
  placeOf,
  toConfirm,
  urlOf,
  wasAnswered,
  within,
} from './findings.ts';
import {
  hasNames,
  hasWords,
  type JsonNode,
  listsIn,
  nameOf,
  nodesIn,
  pastTimesIn,
  reading,
  valuesIn,
  wordsIn,
} from './json-nodes.ts';

type Recorded = ScreenValues['recorded'];

/** Asks nobody. @param now No order was completed later. */
export function recognise(resources: Resources, seen: ScreenValues, now: Date): Finding[] {
  return [
    ...(resources.findProductOrder ? [placeOf('list.entries', resources.findProductOrder)] : []),
    ...productOrderOf(resources, seen, now),
    ...articleOf(resources, seen.article),
    ...recordingOf(resources, seen, now),
    ...workInstructionOf(resources),
  ];
}

function productOrderOf(resources: Resources, seen: ScreenValues, now: Date): Finding[] {
  const { findProductOrder: entry, readRecording, findArticle } = resources;
  const found = orderIn(resources);
  if (!found) return [notFound('productOrder', 'no answer has the number that was seen')];
  const { resource: order, id } = found;
  const fields = [
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
  const isIn = (resource: unknown, { set }: Finding) =>
    typeof set === 'string' && valueAt(resource, set) !== undefined;
  if (fields.every((field) => !isIn(order, field) || isIn(entry?.resource ?? order, field))) return fields;
  return [...fields, toConfirm('operations.findProductOrder.summaries', true, 'its list shows less')];
}

function statusOf(order: object, seen: string | undefined): Finding[] {
  const [line, statuses] = ['productOrder.status', 'completedStatuses'];
  if (seen === undefined) {
    const why = 'what the status says of a completed order was not seen';
    return [byName(line, wordsIn(order), notSeen), notFound(statuses, why)];
  }
  const found = byWords(line, order, seen);
  const isKnown = isOneOf(defaultContract.completedStatuses);
  // As the answer writes it, in all its languages: a screen may write `In progress` for `in_progress`.
  const words = leavesOf(found.shown ?? []).map(String);
  const set = words.filter((text) => !isKnown(text));
  return set.length === 0 ? [found] : [found, { ...found, line: statuses, set, why: 'it is written so' }];
}

function parametersOf(order: object, parameter: ScreenValues['parameter']): Finding[] {
  const line = 'productOrder.parameters';
  const nodes = nodesIn(order).filter(({ path, value }) => path !== '' && value instanceof Object);
  if (!parameter) return [byName(line, nodes, notSeen)];
  const { name, value } = parameter;
  // In a map the parameter has its name as a key.
  const containers = nodes.map(({ path, value: of }) => {
    const named = isRecord(of) ? [fieldOf(of, name)] : [of].flat().filter((each) => hasWords(each, name));
    return { path, value: named };
  });
  const proof = 'has the parameter that was seen, with its value';
  const [found, entry] = listOf(line, containers, (each) => hasWords(each, value), proof);
  if (!entry) return [found];
  const keys = reading(wordsIn(entry), name);
  const values = valuesIn(entry, value).filter(({ path }) => !keys.some((key) => key.path === path));
  const fields = [byValue('parameter.value', values)];
  if (keys.length > 0) fields.unshift(byValue('parameter.key', keys));
  return [found, ...within(found, fields)];
}

function variantsOf(order: object, article: object | undefined, variant: string | undefined): Finding[] {
  const [line, ofArticle] = ['productOrder.variants', 'article.variants'];
  const lists = [order, article].map((each) => listsIn(each));
  const [own = [], theirs = []] = lists;
  if (variant === undefined) {
    const byNames = [byName(line, own, notSeen), byName(ofArticle, theirs, notSeen)];
    return article ? byNames : byNames.slice(0, 1);
  }
  const isMeant = (entry: unknown) => hasWords(entry, variant);
  const [found] = listOf(line, own, isMeant, 'has the variant that was seen');
  const [ofArticles] = listOf(ofArticle, theirs, isMeant, 'has the variant that was seen');
  const both = article ? [found, ofArticles] : [found];
  const entry = lists
    .flatMap((each) => each.flatMap(({ value }) => value.filter(isMeant)))
    .findLast(isRecord);
  if (entry === undefined) return both;
  const container = both.find(({ certainty }) => certainty !== 'sure') ?? found;
  const fields = [byWords('variant.name', entry, variant), byId('variant.id', entry, undefined)];
  return [...both, ...within(container, fields)];
}

function recordingsOf(order: object, recordingId: string | undefined): Finding[] {
  const line = 'productOrder.recordings';
  const lists = listsIn(order);
  if (recordingId !== undefined) {
    const hasId = (entry: unknown) => hasNames(entry, [recordingId]);
    const [found, entry] = listOf(line, lists, hasId, `has an id that ${wasAnswered}`);
    return entry ? [found, ...within(found, [byId('recordingRef.id', entry, recordingId)])] : [found];
  }
  const isRecording = (each: unknown) => isRecord(each) || nameOf(each) !== undefined;
  const likely = lists.filter(({ path, value }) => value.every(isRecording) && !isNamed('variants', path));
  return [byName(line, likely)];
}

function articleOf({ findArticle: article }: Resources, number: string | undefined): Finding[] {
  if (!article) return [notFound('article', 'no article was read')];
  const { resource, id } = article;
  return [byNumber('article.number', resource, number), byId('article.id', resource, id)];
}

function recordingOf(resources: Resources, seen: ScreenValues, now: Date): Finding[] {
  const { readRecording, readWorkInstruction } = resources;
  if (!readRecording) return [notFound('recording', 'no recording was read')];
  const { resource: recording, id } = readRecording;
  const words = wordsIn(recording);
  const times = pastTimesIn(recording, now);
  const otherUnit = 'no field has such a name: write a function where it has another unit than seconds';
  return [
    byId('recording.id', recording, id),
    byId('recording.productOrderId', recording, orderIn(resources)?.id),
    byNumber('recording.productOrderNumber', recording, seen.number),
    byId('recording.workInstructionId', recording, readWorkInstruction?.id),
    byName('recording.workInstructionName', words),
    byName('recording.workInstructionVersion', words),
    // Several times and figures look alike, and only a name says which is which.
    byName('recording.startedAt', times),
    byName('recording.finishedAt', times),
    byName('recording.durationSeconds', words, otherUnit),
    byName('recording.operator', words),
    ...stepsOf(recording, seen.recorded),
    urlOf('recording.url', recording),
  ];
}

function workInstructionOf({ readWorkInstruction: found, readRecording }: Resources): Finding[] {
  if (!found) return [notFound('workInstruction', 'no work instruction was read')];
  // The recording tells its name, too.
  const told = leavesOf(readRecording?.resource);
  const names = wordsIn(found.resource).filter(({ value }) =>
    leavesOf(value).some((each) => told.includes(each)),
  );
  return [byId('workInstruction.id', found.resource, found.id), byName('workInstruction.name', names)];
}

/** The lines of the steps. @param recorded What one of them has recorded, as far as it was seen. */
function stepsOf(recording: object, recorded: Recorded): Finding[] {
  const line = 'recording.steps';
  const all = stepListsIn(recording);
  const lists = recorded ? all.filter(({ value }) => value.some((step) => isRecorded(step, recorded))) : all;
  const found = recorded ? byValue(line, lists, 'has what was recorded') : byName(line, lists, notSeen);
  const best = lists.find(({ path }) => path === found.set);
  if (!best) return [found];
  const own = best.value.filter((step) => recorded && isRecorded(step, recorded));
  const several = toConfirm(line, best.place, 'several steps have what was recorded');
  const place = own.length > 1 ? several : { ...found, set: best.place };
  return [place, ...within(place, stepFieldsOf(best.value, own[0], recorded))];
}

function stepFieldsOf(steps: readonly object[], own: object | undefined, recorded: Recorded): Finding[] {
  const nodes = firstOfEachPath(steps);
  const texts = nodes.filter(({ value }) => typeof value === 'string' || isRecord(value));
  const name = own && recorded?.step ? byWords('step.name', own, recorded.step) : byName('step.name', texts);
  const isFree = ({ path }: JsonNode) => path !== name.set;
  const value =
    own && recorded
      ? byValue('step.value', valuesIn(own, recorded.value).filter(isFree))
      : byName('step.value', nodes.filter(isFree), notSeen);
  const taken = [name.set, value.set].flat();
  const rest = nodes.filter(({ path }) => !taken.includes(path));
  return [name, value, ...['id', 'type', 'unit', 'result'].map((field) => byName(`step.${field}`, rest))];
}

/** Lists of objects, and lists within the entries of lists, which only a function can name. */
function stepListsIn(recording: object) {
  return listsIn(recording).flatMap(({ path, value }) => {
    const entries = value.filter(isRecord);
    const inner = entries.flatMap((entry) => listsIn(entry)).filter((list) => list.value.some(isRecord));
    const nested = [...new Set(inner.map((list) => list.path))].map((name) => ({
      path: `${path}.${name}`,
      value: entries.flatMap((entry) => listAt(entry, name)).filter(isRecord),
      place: withSource(
        (json) => listAt(json, path).flatMap((each) => listAt(each, name)),
        `(recording: unknown) => listAt(recording, ${literal(path)}).flatMap((each) => listAt(each, ${literal(name)}))`,
      ),
    }));
    return entries.length === 0 ? [] : [{ path, value: entries, place: path }, ...nested];
  });
}

function isRecorded(step: object, { value, step: name }: NonNullable<Recorded>): boolean {
  return (name === undefined || hasWords(step, name)) && valuesIn(step, value).length > 0;
}

/** Of each path the first value in any of the steps; null where no step has one. */
function firstOfEachPath(steps: readonly object[]): JsonNode[] {
  const empty = steps.flatMap((step) => nodesIn(step)).filter(({ value }) => value === null);
  const all = [...steps.flatMap(wordsIn), ...empty].toReversed();
  return [...new Map(all.map((node) => [node.path, node])).values()].toReversed();
}
