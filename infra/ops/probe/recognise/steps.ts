import { defaultContract } from '../../../../shared/azumuta/contract.ts';
import { isOneOf } from '../../../../shared/azumuta/value-forms.ts';
import { isRecord } from '../../../../shared/platform/json.ts';
import { listAt, valueAt } from '../../../../shared/platform/places.ts';
import { literal, withSource } from '../contract-text.ts';
import type { ScreenValues } from '../screen-values.ts';
import {
  byName,
  byValue,
  byWords,
  type Finding,
  notSeen,
  toConfirm,
  withColumns,
  within,
} from './findings.ts';
import { hasWords, type JsonNode, listsIn, nameOf, nodesIn, valuesIn, wordsIn } from './json-nodes.ts';

type Recorded = ScreenValues['recorded'];

/**
 * The lines of the steps of a recording.
 * @param recorded What one of them has recorded, as far as it was seen.
 * @param operator Who recorded it, as far as that is known.
 */
export function recogniseSteps(recording: object, recorded: Recorded, operator: unknown): Finding[] {
  const line = 'recording.steps';
  const all = stepListsIn(recording);
  const lists = recorded ? all.filter(({ value }) => value.some((step) => isRecorded(step, recorded))) : all;
  const proof = 'has what was recorded';
  const found = recorded ? byValue(line, lists, proof) : byName(line, lists, notSeen);
  const best = lists.find(({ path }) => path === found.set);
  if (!best) return [found];
  const isAlone = !recorded || best.value.filter((step) => isRecorded(step, recorded)).length === 1;
  const place = isAlone
    ? { ...found, set: best.place }
    : { ...toConfirm(line, best.place, 'several steps have what was recorded'), shown: found.shown };
  const fields = stepFieldsOf(best.value, recorded);
  return [place, ...within(place, [...fields, ...personalTypes(best.value, fields, operator)])];
}

function stepFieldsOf(steps: readonly object[], recorded: Recorded): Finding[] {
  const nodes = firstOfEachPath(steps);
  const step = recorded && steps.find((each) => isRecorded(each, recorded));
  const texts = nodes.filter(({ value }) => typeof value === 'string' || isRecord(value));
  const name = step && recorded.step ? byWords('step.name', step, recorded.step) : byName('step.name', texts);
  const isFree = ({ path }: JsonNode) => path !== name.set;
  const value = step
    ? withColumns(byValue('step.value', valuesIn(step, recorded.value).filter(isFree)), steps)
    : byName('step.value', nodes.filter(isFree), notSeen);
  const taken = [name.set, value.set].flat();
  const rest = nodes.filter(({ path }) => !taken.includes(path));
  const others = ['id', 'type', 'unit', 'result'].map((field) => byName(`step.${field}`, rest));
  return [name, value, ...others];
}

/** A step that has recorded the operator's name is a signature, and so are all of its type. */
function personalTypes(steps: readonly object[], fields: readonly Finding[], operator: unknown): Finding[] {
  const place = fields.find(({ line }) => line === 'step.type')?.set;
  if (typeof place !== 'string' || typeof operator !== 'string') return [];
  const { personalStepTypes: known } = defaultContract;
  const types = steps
    .filter((step) => hasWords(step, operator))
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

function isRecorded(step: object, { value, step: name }: NonNullable<Recorded>): boolean {
  return (name === undefined || hasWords(step, name)) && valuesIn(step, value).length > 0;
}

/** Of each path the first value in any of the steps; null where no step has one. */
function firstOfEachPath(steps: readonly object[]): JsonNode[] {
  const filled = steps.flatMap(wordsIn);
  const empty = steps.flatMap((step) => nodesIn(step)).filter(({ value }) => value === null);
  const byPath = Map.groupBy([...filled, ...empty], ({ path }) => path);
  return [...byPath.values()].flatMap(([first]) => first ?? []);
}
