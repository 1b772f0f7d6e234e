import { valueAt } from '../../../../shared/platform/places.ts';
import { literal, withSource } from '../contract-text.ts';
import type { ScreenValues } from '../screen-values.ts';
import type { Known, Resources } from './answers.ts';
import { fitsName } from './field-names.ts';
import {
  byId,
  byName,
  byNumber,
  byValue,
  type Finding,
  inAnotherAnswer,
  notFound,
  ownId,
  pastTimesIn,
  sure,
  timeOf,
  toConfirm,
  urlOf,
} from './findings.ts';
import { isId, isObject, type JsonNode, namesIn, scalarsIn, wordsIn } from './json-nodes.ts';
import { stepsOf } from './steps.ts';

/** The lines of a recording and its steps. */
export function recogniseRecording(resources: Resources, seen: ScreenValues, now: Date): Finding[] {
  const { order, workInstruction } = resources;
  const recording = resources.recording.located?.resource;
  if (!recording) return [notFound('recording', 'no recording was read')];
  const numbers = scalarsIn(recording).filter(({ value }) => Number.isFinite(Number(value)));
  const operators = wordsIn(recording).filter(
    ({ path, value }) => typeof value === 'string' && !isId(path) && timeOf(value) === undefined,
  );
  const operator = byName('recording.operator', operators);
  const ofOrder = 'recording.productOrderId';
  const ofInstruction = 'recording.workInstructionId';
  return [
    ownId('recording.id', recording, resources.recording.id),
    order.id
      ? byId(ofOrder, recording, order.id, "has the product order's id")
      : notFound(ofOrder, "the product order's id is not sure"),
    byNumber('recording.productOrderNumber', recording, seen.number),
    workInstruction.id
      ? byId(ofInstruction, recording, workInstruction.id)
      : byName(ofInstruction, namesIn(recording)),
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
  const common = words.filter(
    ({ path, value }) => fitsName(line, path) && textsIn(value).some((text) => known.includes(text)),
  );
  const [first] = common;
  return first ? byValue(line, common, textsIn(first.value)[0] ?? '', inAnotherAnswer) : byName(line, words);
}

function textsIn(value: unknown): string[] {
  return (isObject(value) ? Object.values(value) : [value]).filter((text) => typeof text === 'string');
}

/** Start, end and duration of a recording. A duration that is the time between two others proves all three. */
function timesOf(recording: object, now: Date): Finding[] {
  const times = pastTimesIn(recording, now);
  const [span, ...others] = spansIn(recording, times);
  if (!span || others.length > 0) {
    const why = span ? 'several figures fit the times' : 'no figure is the time between two others';
    return [
      byName('recording.startedAt', times),
      byName('recording.finishedAt', times),
      notFound('recording.durationSeconds', why),
    ];
  }
  const { start, end, duration, unit } = span;
  const proved = (line: string, { path, value }: JsonNode, place: unknown = path, remark = ''): Finding => {
    const why = `start, end and duration fit each other${remark}`;
    return { ...(fitsName(line, path) ? sure : toConfirm)(line, place, why), shown: value };
  };
  const line = 'recording.durationSeconds';
  return [
    proved('recording.startedAt', start),
    proved('recording.finishedAt', end),
    unit.seconds === 1
      ? proved(line, duration)
      : proved(line, duration, inSeconds(duration.path, unit), `; it is in ${unit.name}`),
  ];
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

function inSeconds(path: string, { seconds, conversion }: (typeof units)[number]) {
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
