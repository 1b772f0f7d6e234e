import { defaultContract } from '../../../../shared/azumuta/contract.ts';
import { isOneOf } from '../../../../shared/azumuta/value-forms.ts';
import { fieldOf, isRecord, leavesOf } from '../../../../shared/platform/json.ts';
import { listAt, valueAt } from '../../../../shared/platform/places.ts';
import { literal, withSource } from '../contract-text.ts';
import { orderIn, type Resources } from '../explore.ts';
import type { ScreenValues } from '../screen-values.ts';
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
  listsIn,
  nodesIn,
  pastTimesIn,
  reading,
  valuesIn,
  wordsIn,
} from './json-nodes.ts';

type Recorded = NonNullable<ScreenValues['recorded']>;

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
  if (seen === undefined) return notSeen(line, statuses);
  const found = byWords(line, order, seen);
  const isKnown = isOneOf(defaultContract.completedStatuses);
  // As the answer writes it, in all its languages: a screen may write `In progress` for `in_progress`.
  const words = leavesOf(found.shown ?? []).map(String);
  const set = words.filter((text) => !isKnown(text));
  return set.length === 0 ? [found] : [found, { ...found, line: statuses, set, why: 'it is written so' }];
}

function parametersOf(order: object, parameter: ScreenValues['parameter']): Finding[] {
  const line = 'productOrder.parameters';
  if (!parameter) return notSeen(line);
  const { name, value } = parameter;
  // In a map the parameter has its name as a key.
  const containers = nodesIn(order).map(({ path, value: of }) => {
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
  if (variant === undefined) return notSeen(line, ofArticle);
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
  if (recordingId === undefined) return [notFound(line, 'no recording was read')];
  const hasId = (entry: unknown) => hasNames(entry, [recordingId]);
  const [found, entry] = listOf(line, listsIn(order), hasId, `has an id that ${wasAnswered}`);
  return entry ? [found, ...within(found, [byId('recordingRef.id', entry, recordingId)])] : [found];
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

/** The lines of the steps. @param recorded What one of them has recorded. */
function stepsOf(recording: object, recorded: Recorded | undefined): Finding[] {
  const line = 'recording.steps';
  if (!recorded) return notSeen(line, 'step.name', 'step.value');
  const { value, step: name } = recorded;
  const isOwn = (step: object) =>
    (name === undefined || hasWords(step, name)) && valuesIn(step, value).length > 0;
  const lists = stepListsIn(recording).filter((list) => list.value.some(isOwn));
  const found = byValue(line, lists, 'has what was recorded');
  const best = lists.find(({ path }) => path === found.set);
  if (!best) return [found];
  const own = best.value.find(isOwn) ?? {};
  return [{ ...found, set: best.place }, ...within(found, stepFieldsOf(best.value, own, recorded))];
}

function stepFieldsOf(steps: readonly object[], own: object, recorded: Recorded): Finding[] {
  // What no step has yet is there under its name, too.
  const empty = steps.flatMap((step) => nodesIn(step)).filter(({ value }) => value === null);
  const all = [...empty, ...steps.flatMap(wordsIn)];
  const words = [...new Map(all.map((node) => [node.path, node])).values()];
  const name = recorded.step ? byWords('step.name', own, recorded.step) : byName('step.name', words);
  const values = valuesIn(own, recorded.value).filter(({ path }) => path !== name.set);
  const value = byValue('step.value', values);
  const rest = words.filter(({ path }) => path !== name.set && path !== value.set);
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
