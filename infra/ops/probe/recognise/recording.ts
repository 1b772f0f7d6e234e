import { defaultContract } from '../../../../shared/azumuta/contract.ts';
import { isOneOf } from '../../../../shared/azumuta/value-forms.ts';
import { isRecord } from '../../../../shared/platform/json.ts';
import { listAt, valueAt } from '../../../../shared/platform/places.ts';
import { literal, withSource } from '../contract-text.ts';
import type { ScreenValues } from '../screen-values.ts';
import type { Known, Resources } from './answers.ts';
import { fitsName, isId } from './field-names.ts';
import { type Finding, notFound, notSeen, sure, toConfirm, within } from './findings.ts';
import { type JsonNode, listsIn, namesIn, nodesIn, pastTimesIn, scalarsIn, wordsIn } from './json-nodes.ts';
import { byId, byName, byNumber, byValue, byWords, ownId, reading, urlOf, withColumns } from './places.ts';
import { isScalar, nameOf, timeOf } from './values.ts';

/** The lines of a recording and its steps. */
export function recogniseRecording(resources: Resources, seen: ScreenValues, now: Date): Finding[] {
  const { order, workInstruction } = resources;
  const recording = resources.recording.located?.resource;
  if (!recording) return [notFound('recording', 'no recording was read')];
  const names = namesIn(recording);
  const numbers = scalarsIn(recording).filter(({ value }) => Number.isFinite(Number(value)));
  const words = wordsIn(recording).filter(({ path, value }) => !isId(path) && timeOf(value) === undefined);
  const operators = words.filter(({ value }) => typeof value === 'string');
  const operator = byName('recording.operator', operators);
  const [ofOrder, ofInstruction] = ['recording.productOrderId', 'recording.workInstructionId'];
  return [
    ownId('recording.id', recording, resources.recording.id),
    order.id
      ? byId(ofOrder, names, order.id, () => "has the product order's id")
      : notFound(ofOrder, "the product order's id is not sure"),
    byNumber('recording.productOrderNumber', recording, seen.number),
    workInstruction.id ? byId(ofInstruction, names, workInstruction.id) : byName(ofInstruction, names),
    titleOf('recording.workInstructionName', recording, workInstruction.located?.resource),
    byName('recording.workInstructionVersion', numbers),
    ...timesOf(recording, now),
    operator,
    ...stepsOf(recording, seen, operator.shown),
    urlOf('recording.url', recording),
  ];
}

/** The name of a work instruction: the recording and the instruction itself have it in common. */
function titleOf(line: string, resource: object, other: object | undefined): Finding {
  const words = wordsIn(resource).filter(({ path, value }) => !isId(path) && typeof value !== 'number');
  const known = wordsIn(other).flatMap(({ value }) => textsIn(value));
  const isKnown = ({ value }: JsonNode) => textsIn(value).some((text) => known.includes(text));
  const common = words.filter((node) => fitsName(line, node.path) && isKnown(node));
  // They fit by their names, so it does not matter how telling the text is.
  return common.length > 0 ? byValue(line, common, '', 'is in another answer, too') : byName(line, words);
}

function textsIn(value: unknown): string[] {
  return (isRecord(value) ? Object.values(value) : [value]).filter((text) => typeof text === 'string');
}

/** Start, end and duration of a recording. A duration that is the time between two others proves all three. */
function timesOf(recording: object, now: Date): Finding[] {
  const times = pastTimesIn(recording, now);
  const [span, ...others] = spansIn(recording, times);
  const [start, end, line] = ['recording.startedAt', 'recording.finishedAt', 'recording.durationSeconds'];
  if (!span || others.length > 0) {
    const why = span ? 'several figures fit the times' : 'no figure is the time between two others';
    return [byName(start, times), byName(end, times), notFound(line, why)];
  }
  const { duration, unit } = span;
  const proved = (line: string, { path, value: shown }: JsonNode): Finding => {
    const why = 'start, end and duration fit each other';
    return { ...(fitsName(line, path) ? sure : toConfirm)(line, path, why), shown };
  };
  const found = proved(line, duration);
  const why = `${found.why}; it is in ${unit.name}`;
  const inSeconds = { ...found, set: secondsAt(duration.path, unit), why };
  return [proved(start, span.start), proved(end, span.end), unit.seconds === 1 ? found : inSeconds];
}

const units = [
  { name: 'seconds', seconds: 1, conversion: '' },
  { name: 'minutes', seconds: 60, conversion: ' * 60' },
  { name: 'milliseconds', seconds: 0.001, conversion: ' / 1000' },
] as const;

/** No recording has more; each is tried with each. */
const maxTimes = 12;
const maxDurations = 40;

function spansIn(recording: object, times: readonly JsonNode[]) {
  const durations = scalarsIn(recording)
    .filter(({ path, value }) => Number(value) > 0 && !isId(path) && timeOf(value) === undefined)
    .slice(0, maxDurations)
    .flatMap((duration) => units.map((unit) => ({ duration, unit })));
  const few = times.slice(0, maxTimes);
  return few.flatMap((start) =>
    few.flatMap((end) => {
      const gap = ((timeOf(end.value) ?? 0) - (timeOf(start.value) ?? 0)) / 1000;
      // Start and end may each be rounded to seconds.
      return durations
        .filter(({ duration, unit }) => gap > 1 && Math.abs(gap - Number(duration.value) * unit.seconds) <= 1)
        .map((fitting) => ({ start, end, ...fitting }));
    }),
  );
}

function secondsAt(path: string, { seconds, conversion }: (typeof units)[number]) {
  return withSource(
    (json) => Number(valueAt(json, path)) * seconds,
    `(recording: unknown) => Number(valueAt(recording, ${literal(path)}))${conversion}`,
  );
}

/** The lines of a work instruction. */
export function recogniseWorkInstruction({ workInstruction, recording }: Resources): Finding[] {
  const resource = workInstruction.located?.resource;
  if (!resource) return [notFound('workInstruction', 'no work instruction was read')];
  return [
    ownId('workInstruction.id', resource, workInstruction.id),
    titleOf('workInstruction.name', resource, recording.located?.resource),
  ];
}

/** The lines of an article, except for its variants. */
export function recogniseArticle({ located, id }: Known, number: string | undefined): Finding[] {
  if (!located) return [notFound('article', 'no article was read')];
  return [byNumber('article.number', located.resource, number), ownId('article.id', located.resource, id)];
}

/**
 * The lines of the steps of a recording.
 * @param operator Who recorded it, as far as that is known.
 */
function stepsOf(recording: object, { recorded }: ScreenValues, operator: unknown): Finding[] {
  const line = 'recording.steps';
  const all = stepListsIn(recording);
  const lists = recorded ? all.filter(({ value }) => value.some((step) => isRecorded(step, recorded))) : all;
  const proof = 'has what was recorded';
  const found = recorded ? byValue(line, lists, recorded.value, proof) : byName(line, lists, notSeen);
  const best = lists.find(({ path }) => path === found.set);
  if (!best) return [found];
  const place = { ...found, set: best.place };
  const fields = stepFieldsOf(best.value, recorded);
  return [place, ...within(place, [...fields, ...personalTypes(best.value, fields, operator)])];
}

function stepFieldsOf(steps: readonly object[], recorded: ScreenValues['recorded']): Finding[] {
  const nodes = firstOfEachPath(steps);
  const step = recorded && steps.find((each) => isRecorded(each, recorded));
  const texts = nodes.filter(({ value }) => typeof value === 'string' || isRecord(value));
  const name = step && recorded.step ? byWords('step.name', step, recorded.step) : byName('step.name', texts);
  const isFree = ({ path }: JsonNode) => path !== name.set;
  const value = step
    ? withColumns(byValue('step.value', valuesOf(step, recorded.value).filter(isFree), recorded.value), steps)
    : byName('step.value', nodes.filter(isFree), notSeen);
  const taken = [name.set, value.set].flat();
  const rest = nodes.filter(({ path }) => !taken.includes(path));
  const others = ['id', 'type', 'unit', 'result'].map((field) => byName(`step.${field}`, rest));
  const isResult = ({ path, value }: JsonNode) => path === others[3]?.set && isScalar(value);
  const results = steps.flatMap((each) => nodesIn(each)).filter(isResult);
  const isOk = isOneOf(defaultContract.okResults);
  const areUnknown = results.length > 0 && !results.some((result) => isOk(String(result.value)));
  const okResults = notFound('okResults', 'which of the words there means: in order');
  return [name, value, ...others, ...(areUnknown ? [okResults] : [])];
}

/** A step that has recorded the operator's name is a signature, and so are all of its type. */
function personalTypes(steps: readonly object[], fields: readonly Finding[], operator: unknown): Finding[] {
  const place = fields.find(({ line }) => line === 'step.type')?.set;
  if (typeof place !== 'string' || typeof operator !== 'string') return [];
  const { personalStepTypes: known } = defaultContract;
  const types = steps
    .filter((step) => reading(wordsIn(step), operator).length > 0)
    .flatMap((step) => nameOf(valueAt(step, place)) ?? [])
    .filter((type) => !isOneOf(known)(type));
  if (types.length === 0) return [];
  const why = 'such a step has recorded the name of its operator';
  return [toConfirm('personalStepTypes', [...known, ...new Set(types)], why)];
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

function isRecorded(step: object, { value, step: name }: NonNullable<ScreenValues['recorded']>): boolean {
  const hasName = name === undefined || reading(wordsIn(step), name).length > 0;
  return hasName && valuesOf(step, value).length > 0;
}

/** A step may have recorded a list of values. */
function valuesOf(step: object, value: string): JsonNode[] {
  return reading([...wordsIn(step), ...listsIn(step, isScalar)], value);
}

/** Of each path the first value in any of the steps; null where no step has one. */
function firstOfEachPath(steps: readonly object[]): JsonNode[] {
  const filled = steps.flatMap(wordsIn);
  const empty = steps.flatMap((step) => nodesIn(step)).filter(({ value }) => value === null);
  const byPath = Map.groupBy([...filled, ...empty], ({ path }) => path);
  return [...byPath.values()].flatMap(([first]) => first ?? []);
}
