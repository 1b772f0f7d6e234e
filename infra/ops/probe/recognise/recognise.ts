import { defaultContract } from '../../../../shared/azumuta/contract.ts';
import { isOneOf } from '../../../../shared/azumuta/value-forms.ts';
import { fieldOf, isRecord, leavesOf } from '../../../../shared/platform/json.ts';
import { valueAt } from '../../../../shared/platform/places.ts';
import type { ScreenValues } from '../screen-values.ts';
import {
  asSureAsContainer,
  type FieldFinding,
  findFieldByName,
  findFieldByValue,
  findFieldByWords,
  findIdField,
  findListField,
  findNumberField,
  findPageUrlField,
  findResourcePlace,
  notFound,
  notSeen,
  toConfirm,
  wasAnswered,
} from './findings.ts';
import { type FoundResources, orderIn } from './found.ts';
import {
  hasLeaf,
  hasNames,
  hasWords,
  nodesIn,
  nodesReadingAs,
  pastTimesIn,
  valuesIn,
  wordsIn,
} from './json-nodes.ts';
import { listsAtAnyPlace } from './placed-lists.ts';

type RecordedOnScreen = NonNullable<ScreenValues['recorded']>;

/** Asks nobody. @param now No order was completed later. */
export function recogniseFields(resources: FoundResources, seen: ScreenValues, now: Date): FieldFinding[] {
  return [
    ...(resources.findProductOrder ? [findResourcePlace('list.entries', resources.findProductOrder)] : []),
    ...recogniseProductOrder(resources, seen, now),
    ...recogniseArticle(resources, seen.article),
    ...recogniseRecording(resources, seen, now),
    ...recogniseWorkInstruction(resources),
  ];
}

function recogniseProductOrder(resources: FoundResources, seen: ScreenValues, now: Date): FieldFinding[] {
  const { findProductOrder: entry, readRecording, findArticle } = resources;
  const found = orderIn(resources);
  if (!found) return [notFound('productOrder', 'no answer has the number that was seen')];
  const { resource: order, id } = found;
  const fields = [
    findNumberField('productOrder.number', order, seen.number),
    findIdField('productOrder.id', order, id),
    ...recogniseStatus(order, seen.completedStatus),
    // Several times look alike, and only a name says which is which.
    findFieldByName('productOrder.completedAt', pastTimesIn(order, now)),
    findNumberField('productOrder.article', order, seen.article),
    ...recogniseParameters(order, seen.parameter),
    ...recogniseVariants(order, findArticle?.resource, seen.variant),
    ...recogniseRecordingList(order, readRecording?.id),
    findPageUrlField('productOrder.url', order),
  ];
  const isIn = (resource: unknown, { set }: FieldFinding) =>
    typeof set === 'string' && valueAt(resource, set) !== undefined;
  if (fields.every((field) => !isIn(order, field) || isIn(entry?.resource ?? order, field))) return fields;
  return [...fields, toConfirm('operations.findProductOrder.summaries', true, 'its list shows less')];
}

function recogniseStatus(order: object, seen: string | undefined): FieldFinding[] {
  const [line, statuses] = ['productOrder.status', 'completedStatuses'];
  if (seen === undefined) return notSeen(line, statuses);
  const found = findFieldByWords(line, order, seen);
  const [flag] = found.set === undefined ? [findFlag(statuses, order)] : [];
  if (flag?.set !== undefined)
    return [
      { ...flag, line },
      { ...flag, set: [true] },
    ];
  const isKnown = isOneOf(defaultContract.completedStatuses);
  // As the answer writes it, in all its languages: a screen may write `In progress` for `in_progress`.
  const words = leavesOf(found.shown ?? []).map(String);
  const set = words.filter((text) => !isKnown(text));
  return set.length === 0 ? [found] : [found, { ...found, line: statuses, set, why: 'it is written so' }];
}

/** Of an order that is completed, a field that says yes and is called so. */
function findFlag(line: string, order: object): FieldFinding {
  return findFieldByName(
    line,
    nodesIn(order).filter(({ value }) => value === true),
  );
}

function recogniseParameters(order: object, parameter: ScreenValues['parameter']): FieldFinding[] {
  const line = 'productOrder.parameters';
  if (!parameter) return notSeen(line);
  const { name, value } = parameter;
  // In a map the parameter has its name as a key.
  const containers = nodesIn(order).map(({ path, value: of }) => {
    const named = isRecord(of) ? [fieldOf(of, name)] : [of].flat().filter((each) => hasWords(each, name));
    return { path, name: path, value: named, place: path };
  });
  const proof = 'has the parameter that was seen, with its value';
  const [found, entry] = findListField(line, containers, (each) => hasWords(each, value), proof);
  if (!entry) return [found];
  const keys = nodesReadingAs(wordsIn(entry), name);
  const values = valuesIn(entry, value).filter(({ path }) => !keys.some((key) => key.path === path));
  const fields = [findFieldByValue('parameter.value', values)];
  if (keys.length > 0) fields.unshift(findFieldByValue('parameter.key', keys));
  return [found, ...asSureAsContainer(found, fields)];
}

export function recogniseVariants(
  order: object,
  article: object | undefined,
  variant: string | undefined,
): FieldFinding[] {
  const [line, ofArticle] = ['productOrder.variants', 'article.variants'];
  const lists = [order, article].map((each) => listsAtAnyPlace(each));
  const [own = [], theirs = []] = lists;
  if (variant === undefined) return notSeen(line, ofArticle);
  const isMeant = (entry: unknown) => hasWords(entry, variant);
  const [found] = findListField(line, own, isMeant, 'has the variant that was seen');
  const [ofArticles] = findListField(ofArticle, theirs, isMeant, 'has the variant that was seen');
  const both = article ? [found, ofArticles] : [found];
  const entry = lists
    .flatMap((each) => each.flatMap(({ value }) => value.filter(isMeant)))
    .findLast(isRecord);
  if (entry === undefined) return both;
  const container = both.find(({ certainty }) => certainty !== 'sure') ?? found;
  const fields = [
    findFieldByWords('variant.name', entry, variant),
    findIdField('variant.id', entry, undefined),
  ];
  return [...both, ...asSureAsContainer(container, fields)];
}

function recogniseRecordingList(order: object, recordingId: string | undefined): FieldFinding[] {
  const line = 'productOrder.recordings';
  if (recordingId === undefined) return [notFound(line, 'no recording was read')];
  const hasId = (entry: unknown) => hasNames(entry, [recordingId]);
  const [found, entry] = findListField(line, listsAtAnyPlace(order), hasId, `has an id that ${wasAnswered}`);
  return entry
    ? [found, ...asSureAsContainer(found, [findIdField('recordingRef.id', entry, recordingId)])]
    : [found];
}

export function recogniseArticle(
  { findArticle: article }: FoundResources,
  number: string | undefined,
): FieldFinding[] {
  if (!article) return [notFound('article', 'no article was read')];
  const { resource, id } = article;
  return [findNumberField('article.number', resource, number), findIdField('article.id', resource, id)];
}

function recogniseRecording(resources: FoundResources, seen: ScreenValues, now: Date): FieldFinding[] {
  const { readRecording, readWorkInstruction } = resources;
  if (!readRecording) return [notFound('recording', 'no recording was read')];
  const { resource: recording, id } = readRecording;
  const words = wordsIn(recording);
  const times = pastTimesIn(recording, now);
  const otherUnit = 'no field has such a name: write a function where it has another unit than seconds';
  return [
    findIdField('recording.id', recording, id),
    findIdField('recording.productOrderId', recording, orderIn(resources)?.id),
    findNumberField('recording.productOrderNumber', recording, seen.number),
    findIdField('recording.workInstructionId', recording, readWorkInstruction?.id),
    findFieldByName('recording.workInstructionName', words),
    findFieldByName('recording.workInstructionVersion', words),
    // Several times and figures look alike, and only a name says which is which.
    findFieldByName('recording.startedAt', times),
    findFieldByName('recording.finishedAt', times),
    findFieldByName('recording.durationSeconds', words, otherUnit),
    findFieldByName('recording.operator', words),
    ...recogniseSteps(recording, seen.recorded),
    findPageUrlField('recording.url', recording),
  ];
}

function recogniseWorkInstruction({
  readWorkInstruction: found,
  readRecording,
}: FoundResources): FieldFinding[] {
  if (!found) return [notFound('workInstruction', 'no work instruction was read')];
  // The recording tells its name, too.
  const leaves = leavesOf(readRecording?.resource);
  const names = wordsIn(found.resource).filter(({ value }) =>
    leavesOf(value).some((each) => leaves.includes(each)),
  );
  return [
    findIdField('workInstruction.id', found.resource, found.id),
    findFieldByName('workInstruction.name', names),
  ];
}

/** The lines of the steps. @param recorded What one of them has recorded. */
function recogniseSteps(recording: object, recorded: RecordedOnScreen | undefined): FieldFinding[] {
  const line = 'recording.steps';
  if (!recorded) return notSeen(line, 'step.name', 'step.value');
  const { value, step: name } = recorded;
  // The names of steps may be in the work instruction only.
  const isNameThere = name !== undefined && hasLeaf(recording, name);
  const isOwn = (step: unknown) =>
    isRecord(step) && (!isNameThere || hasWords(step, name)) && hasWords(step, value);
  const lists = listsAtAnyPlace(recording).filter((list) => list.value.some(isRecord));
  const [found, own] = findListField(line, lists, isOwn, 'has what was recorded');
  const best = lists.find(({ place }) => place === found.set);
  if (!best || !own) return [found];
  const steps = best.value.filter(isRecord);
  return [found, ...asSureAsContainer(found, recogniseStepFields(steps, own, recorded))];
}

function recogniseStepFields(
  steps: readonly object[],
  own: object,
  recorded: RecordedOnScreen,
): FieldFinding[] {
  // What no step has yet is there under its name, too.
  const empty = steps.flatMap((step) => nodesIn(step)).filter(({ value }) => value === null);
  const all = [...empty, ...steps.flatMap(wordsIn)];
  const words = [...new Map(all.map((node) => [node.path, node])).values()];
  const name = recorded.step
    ? findFieldByWords('step.name', own, recorded.step)
    : findFieldByName('step.name', words);
  const values = valuesIn(own, recorded.value).filter(({ path }) => path !== name.set);
  const value = findFieldByValue('step.value', values);
  const rest = words.filter(({ path }) => path !== name.set && path !== value.set);
  return [
    name,
    value,
    ...['id', 'type', 'unit', 'result'].map((field) => findFieldByName(`step.${field}`, rest)),
  ];
}
