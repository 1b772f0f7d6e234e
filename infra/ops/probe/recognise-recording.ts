import { valueAt } from '../../../shared/platform/places.ts';
import { rankOf } from './candidates.ts';
import { idOf, named, provedBy, timeOf, urlOf } from './fields.ts';
import { byName, byValue, type Finding, notFound, seenThere } from './findings.ts';
import { stepsOf } from './recognise-steps.ts';
import type { Resources } from './resources.ts';
import type { Seen } from './seen.ts';
import { literal } from './source.ts';
import { isIdName, isObject, lastOf, nameOf, type Spot, scalarsIn, wordsIn } from './spots.ts';

/** The lines of a recording and its steps. */
export function recogniseRecording(resources: Resources, seen: Seen, now: Date): Finding[] {
  const recording = resources.recording?.resource;
  if (!recording) return [notFound('recording', 'no recording was read')];
  const names = scalarsIn(recording).filter(({ value }) => nameOf(value) !== undefined);
  const { orderId } = resources;
  const operator = byName(
    'recording.operator',
    wordsIn(recording).filter(
      ({ path, value }) =>
        typeof value === 'string' && !isIdName(lastOf(path)) && timeOf(value) === undefined,
    ),
    'no name tells who recorded it',
  );
  return [
    idOf('recording.id', names, resources.recordingId),
    orderId
      ? provedBy('recording.productOrderId', named(names, orderId.id), {
          ...orderId,
          proof: "has the product order's id",
        })
      : notFound('recording.productOrderId', "the product order's id is not sure"),
    byValue('recording.productOrderNumber', named(names, seen.number), seen.number, seenThere),
    ...instructionOf(recording, resources),
    ...timesOf(recording, now),
    operator,
    ...stepsOf(recording, seen, operator.shown),
    urlOf('recording.url', recording),
  ];
}

function instructionOf(recording: object, { workInstructionId, workInstruction }: Resources): Finding[] {
  const names = scalarsIn(recording).filter(({ value }) => nameOf(value) !== undefined);
  return [
    workInstructionId
      ? provedBy('recording.workInstructionId', named(names, workInstructionId.id), workInstructionId)
      : byName('recording.workInstructionId', names, 'no name tells a work instruction'),
    titleOf('recording.workInstructionName', recording, workInstruction?.resource),
    byName(
      'recording.workInstructionVersion',
      scalarsIn(recording).filter(({ value }) => Number.isFinite(Number(value))),
      'no name tells its version',
    ),
  ];
}

/** The name of a work instruction: the same words stand in a recording and in the instruction itself. */
function titleOf(line: string, resource: object, other: object | undefined): Finding {
  const words = wordsIn(resource).filter(
    ({ path, value }) => !isIdName(lastOf(path)) && typeof value !== 'number',
  );
  const told = wordsIn(other).flatMap(({ value }) => textsIn(value));
  const shared = words.filter(
    ({ path, value }) =>
      rankOf(line, path) < Number.POSITIVE_INFINITY && textsIn(value).some((text) => told.includes(text)),
  );
  const [first] = shared;
  return first
    ? byValue(line, shared, textsIn(first.value)[0] ?? '', 'stands in another answer, too')
    : byName(line, words, 'no name tells it');
}

/** A text, or those of a language map. */
function textsIn(value: unknown): string[] {
  return (isObject(value) ? Object.values(value) : [value]).filter((text) => typeof text === 'string');
}

interface Span {
  readonly from: Spot;
  readonly to: Spot;
  readonly length: Spot;
  readonly unit: (typeof units)[number];
}

const units = [
  { name: 'seconds', seconds: 1, source: '' },
  { name: 'minutes', seconds: 60, source: ' * 60' },
  { name: 'milliseconds', seconds: 0.001, source: ' / 1000' },
] as const;

/** A length that is the time from one spot to another proves all three. */
function timesOf(recording: object, now: Date): Finding[] {
  const times = scalarsIn(recording).filter(
    ({ value }) => (timeOf(value) ?? Number.POSITIVE_INFINITY) <= now.getTime(),
  );
  const [span, ...others] = spansIn(recording, times);
  if (!span || others.length > 0) {
    const why = span ? 'several figures fit the times' : 'no figure is the time between two others';
    return [
      byName('recording.startedAt', times, 'no name tells it'),
      byName('recording.finishedAt', times, 'no name tells it'),
      notFound('recording.durationSeconds', why),
    ];
  }
  const proved = (line: string, { path, value }: Spot): Finding => ({
    ...{ line, set: path, shown: value, why: 'start, end and duration fit each other' },
    certainty: rankOf(line, path) < Number.POSITIVE_INFINITY ? 'sure' : 'to confirm',
  });
  const length = proved('recording.durationSeconds', span.length);
  const inUnit = {
    ...length,
    ...inSeconds(span.length.path, span.unit),
    why: `${length.why}; it is in ${span.unit.name}`,
  };
  return [
    proved('recording.startedAt', span.from),
    proved('recording.finishedAt', span.to),
    span.unit.seconds === 1 ? length : inUnit,
  ];
}

/** More than a recording tells; each is tried with each. */
const maxTimes = 12;
const maxLengths = 40;

function spansIn(recording: object, times: readonly Spot[]): Span[] {
  const lengths = scalarsIn(recording).filter(
    ({ path, value }) => Number(value) > 0 && !isIdName(lastOf(path)) && timeOf(value) === undefined,
  );
  const few = times.slice(0, maxTimes);
  return few.flatMap((from) =>
    few.flatMap((to) => {
      const gap = ((timeOf(to.value) ?? 0) - (timeOf(from.value) ?? 0)) / 1000;
      // Either end may be rounded to seconds.
      const fits = (length: Spot, unit: Span['unit']) =>
        gap > 1 && Math.abs(gap - Number(length.value) * unit.seconds) <= 1;
      return lengths
        .slice(0, maxLengths)
        .flatMap((length) =>
          units.flatMap((unit) => (fits(length, unit) ? [{ from, to, length, unit }] : [])),
        );
    }),
  );
}

function inSeconds(path: string, { seconds, source }: (typeof units)[number]) {
  return {
    set: (recording: unknown) => Number(valueAt(recording, path)) * seconds,
    source: `(recording: unknown) => Number(valueAt(recording, ${literal(path)}))${source}`,
  };
}

/** The lines of a work instruction. */
export function recogniseWorkInstruction({
  workInstruction,
  workInstructionId,
  recording,
}: Resources): Finding[] {
  if (!workInstruction) return [notFound('workInstruction', 'no work instruction was read')];
  const { resource } = workInstruction;
  const names = scalarsIn(resource).filter(({ value }) => nameOf(value) !== undefined);
  return [
    idOf('workInstruction.id', names, workInstructionId),
    titleOf('workInstruction.name', resource, recording?.resource),
  ];
}

/** The lines of an article, but for its variants. */
export function recogniseArticle({ article, articleId }: Resources, seen: Seen): Finding[] {
  if (!article) return [notFound('article', 'no article was read')];
  const names = scalarsIn(article.resource).filter(({ value }) => nameOf(value) !== undefined);
  const { article: number = '' } = seen;
  return [
    byValue('article.number', named(names, number), number, seenThere),
    idOf('article.id', names, articleId),
  ];
}
