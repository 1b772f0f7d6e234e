import { defaultContract } from '../../../shared/azumuta/contract.ts';
import { isOneOf } from '../../../shared/azumuta/forms.ts';
import { listAt, valueAt } from '../../../shared/platform/places.ts';
import { withColumns } from './fields.ts';
import { byName, byValue, type Finding, notFound, reading, seenThere, within } from './findings.ts';
import type { Seen } from './seen.ts';
import { literal } from './source.ts';
import { isObject, isScalar, listsIn, nameOf, reads, type Spot, spotsIn, wordsIn } from './spots.ts';

type Recorded = NonNullable<Seen['recorded']>;

interface Steps extends Spot {
  readonly steps: readonly object[];
  /** Of a list within the entries of a list. */
  readonly within?: { readonly outer: string; readonly inner: string };
}

/** @param operator Who recorded it, as far as that is known. */
export function stepsOf(recording: object, { recorded }: Seen, operator: unknown): Finding[] {
  const line = 'recording.steps';
  const all = stepListsOf(recording);
  const lists = recorded ? all.filter(({ steps }) => steps.some((step) => isRecorded(step, recorded))) : all;
  const found = recorded
    ? byValue(line, lists, recorded.value, 'holds what was recorded')
    : byName(line, lists, 'nothing that was recorded was seen, and no name tells its steps');
  const best = lists.find(({ path }) => path === found.set);
  if (!best) return [found];
  const place = best.within ? { ...found, ...nested(best.within) } : found;
  const fields = stepFieldsOf(best.steps, recorded);
  return [place, ...within(place, [...fields, ...personalTypes(best.steps, fields, operator)])];
}

function stepFieldsOf(steps: readonly object[], recorded: Recorded | undefined): Finding[] {
  const spots = spotsOfAll(steps);
  const step = recorded && steps.find((each) => isRecorded(each, recorded));
  const name =
    recorded?.step !== undefined && step
      ? byValue('step.name', reading(wordsIn(step), recorded.step), recorded.step, seenThere)
      : byName('step.name', spots.filter(isText), 'no name tells it');
  const free = (spot: Spot) => spot.path !== name.set;
  const value =
    recorded && step
      ? withColumns(
          byValue('step.value', valuesOf(step, recorded.value).filter(free), recorded.value, seenThere),
          steps,
        )
      : byName('step.value', spots.filter(free), 'nothing that was recorded was seen');
  const taken = [value.set].flat();
  const rest = spots.filter((spot) => free(spot) && !taken.includes(spot.path));
  const others = ['id', 'type', 'unit', 'result'].map((field) =>
    byName(`step.${field}`, rest, 'no name tells it'),
  );
  const results = steps.flatMap((each) =>
    spotsIn(each).filter(({ path, value: told }) => isScalar(told) && path === others[3]?.set),
  );
  const isOk = isOneOf(defaultContract.okResults);
  const unknown = results.length > 0 && !results.some((result) => isOk(String(result.value)));
  return [
    name,
    value,
    ...others,
    ...(unknown ? [notFound('okResults', 'which of the words there means: in order')] : []),
  ];
}

/** A step that has recorded the operator's name is a signature, and so are all of its type. */
function personalTypes(steps: readonly object[], fields: readonly Finding[], operator: unknown): Finding[] {
  const place = fields.find(({ line }) => line === 'step.type')?.set;
  if (typeof place !== 'string' || typeof operator !== 'string') return [];
  const { personalStepTypes: known } = defaultContract;
  const types = steps
    .filter((step) => wordsIn(step).some(({ value }) => reads(value, operator)))
    .flatMap((step) => nameOf(valueAt(step, place)) ?? [])
    .filter((type) => !isOneOf(known)(type));
  if (types.length === 0) return [];
  const why = 'such a step has recorded the name of its operator';
  return [{ line: 'personalStepTypes', set: [...known, ...new Set(types)], certainty: 'to confirm', why }];
}

function isText({ value }: Spot): boolean {
  return typeof value === 'string' || isObject(value);
}

/** Lists of objects, and lists within those. */
function stepListsOf(recording: object): Steps[] {
  return listsIn(recording).flatMap(({ path, value, inMap }): Steps[] => {
    const entries = value.filter(isObject);
    if (entries.length === 0) return [];
    const inner = new Set(
      entries.flatMap((entry) =>
        listsIn(entry)
          .filter((list) => list.value.some(isObject))
          .map((list) => list.path),
      ),
    );
    return [
      { path, value, inMap, steps: entries },
      ...[...inner].map((each) => ({
        path: `${path}.${each}`,
        value,
        inMap,
        steps: entries.flatMap((entry) =>
          listsIn(entry)
            .filter((list) => list.path === each)
            .flatMap((list) => list.value.filter(isObject)),
        ),
        within: { outer: path, inner: each },
      })),
    ];
  });
}

function nested({ outer, inner }: { readonly outer: string; readonly inner: string }) {
  return {
    set: (recording: unknown) => listAt(recording, outer).flatMap((each) => listAt(each, inner)),
    source: `(recording: unknown) => listAt(recording, ${literal(outer)}).flatMap((each) => listAt(each, ${literal(inner)}))`,
  };
}

function isRecorded(step: object, { value, step: name }: Recorded): boolean {
  return (
    valuesOf(step, value).length > 0 &&
    (name === undefined || wordsIn(step).some((words) => reads(words.value, name)))
  );
}

/** A step may have recorded a list of values. */
function valuesOf(step: object, value: string): Spot[] {
  return reading([...wordsIn(step), ...listsIn(step).filter((list) => list.value.every(isScalar))], value);
}

/** Of each place the first value that tells anything, in whichever step; nothing where none does. */
function spotsOfAll(steps: readonly object[]): Spot[] {
  const told = steps.flatMap(wordsIn);
  const silent = steps.flatMap((step) => spotsIn(step).filter(({ value }) => value === null));
  return [
    ...new Map([...told, ...silent].toReversed().map((spot) => [spot.path, spot])).values(),
  ].toReversed();
}
