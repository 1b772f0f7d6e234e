import { fromJSONSchema } from './from-json-schema.ts';
import { kindOfItem } from './reads.ts';
import type { RecordedItem, RecordedMessage } from './recorded.ts';

/** Attributes whose values are the words of a state: each word is a form of its own. */
const states: ReadonlySet<string> = new Set(['state', 'kind', 'via', 'stage', 'cause', 'book', 'open']);
/** Objects whose keys are chosen by people or by the plant. */
const maps: ReadonlySet<string> = new Set(['parameters', 'groups', 'failing']);

/** The paths of a value with their types, and the words of its states. */
function* featuresOf(value: unknown, path: string): Generator<string> {
  const name = path.split('.').at(-1) ?? '';
  if (Array.isArray(value)) for (const each of value) yield* featuresOf(each, `${path}[]`);
  else if (value !== null && typeof value === 'object')
    for (const [key, inner] of Object.entries(value))
      yield* featuresOf(inner, `${path}.${maps.has(name) ? '*' : key}`);
  else yield `${path} is ${value === null ? 'null' : typeof value}`;
  if (states.has(name)) yield `${path} = ${String(value)}`;
}

/**
 * One example of each form: those with an attribute, a state or a combination of attributes that no earlier one has.
 */
function distinct<T>(all: readonly T[], formsOf: (one: T) => Iterable<string>): T[] {
  const seen = new Set<string>();
  return all.filter((one) => {
    const before = seen.size;
    for (const form of formsOf(one)) seen.add(form);
    return seen.size > before;
  });
}

export function distinctItems(items: readonly RecordedItem[]): RecordedItem[] {
  return distinct(items, function* (item) {
    const kind = kindOfItem(item);
    yield* featuresOf(item, kind);
    yield `${kind} ${String(item.state)} with ${Object.keys(item).sort().join(' ')}`;
  }).sort((a, b) => kindOfItem(a).localeCompare(kindOfItem(b)));
}

export function distinctMessages(messages: readonly RecordedMessage[]): RecordedMessage[] {
  return distinct(messages, ({ queue, body, attributes }) =>
    featuresOf({ body, attributes }, `${queue} ${attributes.stage ?? ''}`),
  );
}

/** A JSON Schema as zod writes it, with the keywords that the recorded schemas use. */
type JsonSchema = Parameters<typeof fromJSONSchema>[0];

/** The parts of a schema for which no value is an example: attributes, words, alternatives. */
export function* unseenOf(schema: JsonSchema, values: readonly unknown[], path: string): Generator<string> {
  if (typeof schema === 'boolean') return;
  const { anyOf, enum: words, properties, additionalProperties, items } = schema;
  if (anyOf)
    for (const [at, branch] of anyOf.entries()) {
      const own = fromJSONSchema(branch);
      const fitting = values.filter((value) => own.safeParse(value).success);
      if (fitting.length === 0) yield `${path} (alternative ${at + 1})`;
      else yield* unseenOf(branch, fitting, path);
    }
  for (const word of words ?? []) if (!values.includes(word)) yield `${path} = ${String(word)}`;
  const objects = values.filter((value) => value !== null && typeof value === 'object');
  for (const [name, inner] of Object.entries(properties ?? {})) {
    // An attribute that must not exist has no example.
    if (typeof inner === 'object' && inner.not) continue;
    const found = objects.flatMap((value) => (Object.hasOwn(value, name) ? [Object(value)[name]] : []));
    if (found.length === 0) yield `${path}.${name}`;
    else yield* unseenOf(inner, found, `${path}.${name}`);
  }
  if (additionalProperties) {
    const others = objects.flatMap((value) => Object.values(value));
    if (others.length === 0) yield `${path}.*`;
    else yield* unseenOf(additionalProperties, others, `${path}.*`);
  }
  if (items && !Array.isArray(items)) {
    const entries = values.flatMap((value) => (Array.isArray(value) ? value : []));
    if (entries.length === 0) yield `${path}[]`;
    else yield* unseenOf(items, entries, `${path}[]`);
  }
}
