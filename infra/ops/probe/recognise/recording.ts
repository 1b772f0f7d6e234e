import { leavesOf } from '../../../../shared/platform/json.ts';
import { orderIn, type Resources } from '../explore.ts';
import type { ScreenValues } from '../screen-values.ts';
import { fitsName, isId, isNamed } from './field-names.ts';
import { byId, byName, byNumber, byValue, type Finding, notFound, urlOf } from './findings.ts';
import { type JsonNode, pastTimesIn, plainWordsIn, scalarsIn, timeOf, wordsIn } from './json-nodes.ts';
import { recogniseSteps } from './steps.ts';

/** The lines of a recording and its steps. */
export function recogniseRecording(resources: Resources, seen: ScreenValues, now: Date): Finding[] {
  const { readRecording, readWorkInstruction } = resources;
  if (!readRecording) return [notFound('recording', 'no recording was read')];
  const { resource: recording, id } = readRecording;
  const numbers = scalarsIn(recording).filter(({ value }) => Number.isFinite(Number(value)));
  const operators = plainWordsIn(recording).filter(({ value }) => typeof value === 'string');
  const operator = byName('recording.operator', operators);
  return [
    byId('recording.id', recording, id),
    byId('recording.productOrderId', recording, orderIn(resources)?.id),
    byNumber('recording.productOrderNumber', recording, seen.number),
    byId('recording.workInstructionId', recording, readWorkInstruction?.id),
    titleOf('recording.workInstructionName', recording, readWorkInstruction?.resource),
    byName('recording.workInstructionVersion', numbers),
    ...timesOf(recording, now),
    operator,
    ...recogniseSteps(recording, seen.recorded, operator.shown),
    urlOf('recording.url', recording),
  ];
}

/** The lines of a work instruction. */
export function recogniseWorkInstruction({
  readWorkInstruction: found,
  readRecording,
}: Resources): Finding[] {
  if (!found) return [notFound('workInstruction', 'no work instruction was read')];
  return [
    byId('workInstruction.id', found.resource, found.id),
    titleOf('workInstruction.name', found.resource, readRecording?.resource),
  ];
}

/** The name of a work instruction: the recording and the instruction itself have it in common. */
function titleOf(line: string, resource: object, other: object | undefined): Finding {
  const words = wordsIn(resource).filter(({ path, value }) => !isId(path) && typeof value !== 'number');
  const known = wordsIn(other).flatMap(({ value }) => textsIn(value));
  const isKnown = ({ value }: JsonNode) => textsIn(value).some((text) => known.includes(text));
  const common = words.filter((node) => fitsName(line, node.path) && isKnown(node));
  return common.length > 0 ? byValue(line, common, 'is in another answer, too') : byName(line, words);
}

function textsIn(value: unknown): unknown[] {
  return leavesOf(value).filter((text) => typeof text === 'string');
}

/** In which a duration may be told, in seconds. */
const units = [1, 60, 3600, 0.001];

/** Start, end and duration of a recording. The only figure that is the time between the only two times proves all three. */
function timesOf(recording: object, now: Date): Finding[] {
  const times = pastTimesIn(recording, now);
  const [start, end] = [byName('recording.startedAt', times), byName('recording.finishedAt', times)];
  const timeAt = (value: unknown) => (timeOf(value) ?? Number.NaN) / 1000;
  // Start and end may each be rounded to seconds.
  const isGap = (from: unknown, to: unknown, seconds: number) =>
    seconds > 1 && Math.abs(timeAt(to) - timeAt(from) - seconds) <= 1;
  const figures = scalarsIn(recording)
    .filter(({ path, value }) => !isId(path) && timeOf(value) === undefined)
    .filter(({ value }) => units.some((unit) => isGap(start.shown, end.shown, Number(value) * unit)));
  const seconds = figures.filter(({ value }) => isGap(start.shown, end.shown, Number(value)));
  const duration = byValue(
    'recording.durationSeconds',
    seconds,
    'is the time between start and end',
    figures,
  );
  if (seconds.length === 0) return [start, end, { ...duration, why: noDuration }];
  const pairs = times.flatMap(({ value: from }) =>
    times.filter(({ value: to }) => isGap(from, to, Number(duration.shown))),
  );
  const areNamed = [start, end].every(({ line, set }) => isNamed(line, String(set)));
  const isProved = pairs.length === 1 && areNamed && duration.certainty === 'sure';
  const proved = isProved && { certainty: 'sure' as const, why: 'start, end and duration fit each other' };
  return [
    { ...start, ...proved },
    { ...end, ...proved },
    isProved ? duration : { ...duration, certainty: 'to confirm' },
  ];
}
const noDuration =
  'no figure is the seconds between start and end: write a function where it has another unit';
