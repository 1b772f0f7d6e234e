import { isRecord } from '../../../../shared/platform/json.ts';
import { listAt } from '../../../../shared/platform/places.ts';
import { stringLiteralOf, withSource } from '../contract-text.ts';
import { listsIn, type PlacedList } from './json-nodes.ts';

/** Lists, and lists within the entries of lists, which only a function can name. */
export function listsAtAnyPlace(json: unknown): PlacedList[] {
  return listsIn(json).flatMap(({ path, value }) => {
    const entries = value.filter(isRecord);
    const names = new Set(entries.flatMap((entry) => listsIn(entry).map((list) => list.path)));
    const within = [...names].map((name) => ({
      path: path === '' ? name : `${path}.${name}`,
      name,
      value: entries.flatMap((entry) => listAt(entry, name)),
      place: withSource(
        (answer) => listAt(answer, path).flatMap((each) => listAt(each, name)),
        `(answer: unknown) => listAt(answer, ${stringLiteralOf(path)}).flatMap((each) => listAt(each, ${stringLiteralOf(name)}))`,
      ),
    }));
    return [{ path, name: path, value, place: path }, ...within];
  });
}
