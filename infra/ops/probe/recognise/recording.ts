import { isRecord, leavesOf } from '../../../../shared/platform/json.ts';
import { listAt } from '../../../../shared/platform/places.ts';
import { literal, withSource } from '../contract-text.ts';
import { orderIn, type Resources } from '../explore.ts';
import type { ScreenValues } from '../screen-values.ts';
import { fitsName, isId } from './field-names.ts';
import {
  byId,
  byName,
  byNumber,
  byValue,
  byWords,
  type Finding,
  notFound,
  notSeen,
  toConfirm,
  urlOf,
  within,
} from './findings.ts';
import {
  hasWords,
  type JsonNode,
  listsIn,
  nodesIn,
  pastTimesIn,
  plainWordsIn,
  valuesIn,
  wordsIn,
} from './json-nodes.ts';

type Recorded = ScreenValues['recorded'];

/** The lines of a recording and its steps. */
export function recogniseRecording(resources: Resources, seen: ScreenValues, now: Date): Finding[] {
  const { readRecording, readWorkInstruction } = resources;
  if (!readRecording) return [notFound('recording', 'no recording was read')];
  const { resource: recording, id } = readRecording;
  const numbers = wordsIn(recording).filter(({ value }) => Number.isFinite(Number(value)));
  const operators = plainWordsIn(recording).filter(({ value }) => typeof value === 'string');
  const times = pastTimesIn(recording, now);
  const otherUnit = 'no field has such a name: write a function where it has another unit than seconds';
  return [
    byId('recording.id', recording, id),
    byId('recording.productOrderId', recording, orderIn(resources)?.id),
    byNumber('recording.productOrderNumber', recording, seen.number),
    byId('recording.workInstructionId', recording, readWorkInstruction?.id),
    titleOf('recording.workInstructionName', recording, readWorkInstruction?.resource),
    byName('recording.workInstructionVersion', numbers),
    // Several times and figures look alike, and only a name says which is which.
    byName('recording.startedAt', times),
    byName('recording.finishedAt', times),
    byName('recording.durationSeconds', numbers, otherUnit),
    byName('recording.operator', operators),
    ...stepsOf(recording, seen.recorded),
    urlOf('recording.url', recording),
  ];
}

/** The lines of a work instruction. */
export function recogniseWorkInstruction(resources: Resources): Finding[] {
  const { readWorkInstruction: found, readRecording } = resources;
  if (!found) return [notFound('workInstruction', 'no work instruction was read')];
  return [
    byId('workInstruction.id', found.resource, found.id),
    titleOf('workInstruction.name', found.resource, readRecording?.resource),
  ];
}

/** The name of a work instruction: mostly the recording and the instruction itself have it in common. */
function titleOf(line: string, resource: object, other: object | undefined): Finding {
  const textsIn = (value: unknown) => leavesOf(value).filter((text) => typeof text === 'string');
  const words = wordsIn(resource).filter(({ path, value }) => !isId(path) && typeof value !== 'number');
  const known = new Set(wordsIn(other).flatMap(({ value }) => textsIn(value)));
  const common = words.filter(({ value }) => textsIn(value).some((text) => known.has(text)));
  return byName(line, common.some(({ path }) => fitsName(line, path)) ? common : words);
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
