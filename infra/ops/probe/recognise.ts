import { analogies } from './analogies.ts';
import type { Finding } from './findings.ts';
import { recogniseProductOrder } from './recognise-product-order.ts';
import { recogniseArticle, recogniseRecording, recogniseWorkInstruction } from './recognise-recording.ts';
import { type Answers, type Resources, resourcesIn } from './resources.ts';
import type { Seen } from './seen.ts';
import { type Located, languagesOf, listsIn, wordsIn } from './spots.ts';

/**
 * Where each field of the contract stands in these answers, and how sure that is. It asks nobody.
 * @param now No order was completed later.
 */
export function recognise(answers: Answers, seen: Seen, now: Date): Finding[] {
  const resources = resourcesIn(answers, seen);
  const findings = [
    ...envelopes(resources),
    ...recogniseProductOrder(resources, seen, now),
    ...recogniseArticle(resources, seen),
    ...recogniseRecording(resources, seen, now),
    ...recogniseWorkInstruction(resources),
  ];
  return [...findings, ...analogies(findings, resources), ...language(resources, seen)];
}

/** Where the list and the resources stand in the answers. */
function envelopes(resources: Resources): Finding[] {
  const { entry, order, article, recording, workInstruction } = resources;
  const at = (line: string, located: Located | undefined): Finding[] =>
    located && (located.place !== '' || line === 'list.entries')
      ? [{ line, set: located.place, certainty: 'sure', why: 'what was looked for stands there' }]
      : [];
  return [
    ...at('list.entries', entry).map((found) => bothLists(found, article)),
    ...at('operations.readProductOrder.answer', order),
    ...at('operations.readRecording.answer', recording),
    ...at('operations.readWorkInstruction.answer', workInstruction),
  ];
}

/** Lists of articles may be in another envelope. */
function bothLists(found: Finding, article: Located | undefined): Finding {
  if (!article || article.place === found.set) return found;
  // The answer itself always tells something: it is the last place to look at.
  const places = [found.set, article.place].toSorted((a) => (a === '' ? 1 : -1));
  return { ...found, set: places, certainty: 'to confirm', why: 'lists of orders and of articles differ' };
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
