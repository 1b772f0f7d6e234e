import { analogies } from './analogies.ts';
import { type Finding, within } from './findings.ts';
import { recogniseProductOrder } from './recognise-product-order.ts';
import { recogniseArticle, recogniseRecording, recogniseWorkInstruction } from './recognise-recording.ts';
import { type Answers, type ProvedId, type Resources, resourcesIn } from './resources.ts';
import type { Seen } from './seen.ts';
import { type Located, languagesOf, listsIn, wordsIn } from './spots.ts';

/**
 * Where each field of the contract stands in these answers, and how sure that is. It asks nobody.
 * @param now No order was completed later.
 */
export function recognise(answers: Answers, seen: Seen, now: Date): Finding[] {
  const resources = resourcesIn(answers, seen);
  const { entry, order, article, recording, workInstruction } = resources;
  const { orderId, recordingId, workInstructionId } = resources;
  const findings = [
    ...(entry ? [bothLists(entry, article)] : []),
    ...inAnswer('readProductOrder', order, orderId, recogniseProductOrder(resources, seen, now)),
    ...recogniseArticle(resources, seen),
    ...inAnswer('readRecording', recording, recordingId, recogniseRecording(resources, seen, now)),
    ...inAnswer(
      'readWorkInstruction',
      workInstruction,
      workInstructionId,
      recogniseWorkInstruction(resources),
    ),
  ];
  return [...findings, ...analogies(findings, resources), ...language(resources, seen)];
}

/** Fields are as sure as it is where the resource stands in its answer. */
function inAnswer(
  name: string,
  located: Located | undefined,
  id: ProvedId | undefined,
  fields: readonly Finding[],
): Finding[] {
  if (!located) return [...fields];
  const { place, isDoubtful } = located;
  const found = { line: `operations.${name}.answer`, set: place };
  const answer: Finding =
    isDoubtful && !id?.wasAsked
      ? { ...found, certainty: 'to confirm', why: 'what is around it, or beside it, may be meant as well' }
      : { ...found, certainty: 'sure', why: 'what was looked for stands there' };
  return [...(place === '' ? [] : [answer]), ...within(answer, fields)];
}

/** Where the entries of lists stand; lists of articles may be in another envelope. */
function bothLists(entry: Located, article: Located | undefined): Finding {
  const found = { line: 'list.entries', set: entry.place };
  if (!article || article.place === entry.place)
    return { ...found, certainty: 'sure', why: 'what was looked for stands there' };
  // The answer itself always tells something: it is the last place to look at.
  const set = [entry.place, article.place].toSorted((a) => (a === '' ? 1 : -1));
  return { ...found, set, certainty: 'to confirm', why: 'lists of orders and of articles differ' };
}

/** The language in which words were seen, where the answers have several. */
function language({ entry, order, article, recording }: Resources, seen: Seen): Finding[] {
  const words = [seen.variant, seen.completedStatus, seen.recorded?.step].filter(
    (each) => each !== undefined,
  );
  const all = [order ?? entry, article, recording].flatMap((located) => [
    located?.resource,
    ...listsIn(located?.resource).flatMap(({ value }) => value),
  ]);
  const maps = all.flatMap((resource) => wordsIn(resource)).map(({ value }) => value);
  const languages = words.flatMap((text) =>
    maps.flatMap((map) => [languagesOf(map, text)].filter(({ length }) => length > 0)),
  );
  const common = languages[0]?.filter((each) => languages.every((one) => one.includes(each))) ?? [];
  const [set] = common;
  if (set === undefined || common.includes('en')) return [];
  return [
    {
      line: 'language',
      set,
      certainty: common.length === 1 ? 'sure' : 'to confirm',
      why: 'what was seen is in this language',
    },
  ];
}
