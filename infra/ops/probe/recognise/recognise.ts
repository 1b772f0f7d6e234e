import type { ScreenValues } from '../screen-values.ts';
import { type Answers, type Known, type Resources, resourcesIn } from './answers.ts';
import { guessCreateAndTrigger } from './create-and-trigger.ts';
import { type Finding, sure, toConfirm, within } from './findings.ts';
import { type Located, languagesOf, listsIn, wordsIn } from './json-nodes.ts';
import { recogniseProductOrder } from './product-order.ts';
import { recogniseArticle, recogniseRecording, recogniseWorkInstruction } from './recording.ts';

/**
 * Where each field of the contract is in these answers, and how sure that is. Asks nobody.
 * @param now No order was completed later.
 */
export function recognise(answers: Answers, seen: ScreenValues, now: Date): Finding[] {
  const resources = resourcesIn(answers, seen);
  const { entry, order, article, recording, workInstruction } = resources;
  const findings = [
    ...(entry ? [entriesOf(entry, article.located)] : []),
    ...inAnswer('readProductOrder', order, recogniseProductOrder(resources, seen, now)),
    ...recogniseArticle(article, seen.article),
    ...inAnswer('readRecording', recording, recogniseRecording(resources, seen, now)),
    ...inAnswer('readWorkInstruction', workInstruction, recogniseWorkInstruction(resources)),
  ];
  return [...findings, ...guessCreateAndTrigger(findings, resources), ...languageOf(resources, seen)];
}

const lookedForThere = 'what was looked for is there';

/** Adds where the resource is in its answer. Its fields are at most as sure as that. */
function inAnswer(name: string, { located, id }: Known, fields: readonly Finding[]): Finding[] {
  if (!located) return [...fields];
  const { place, isDoubtful } = located;
  const line = `operations.${name}.answer`;
  const answer =
    isDoubtful && !id?.wasAsked
      ? toConfirm(line, place, 'the object around it, or an entry beside it, may be meant as well')
      : sure(line, place, lookedForThere);
  return [...(place === '' ? [] : [answer]), ...within(answer, fields)];
}

/** Where lists have their entries. Lists of articles may have another envelope than those of orders. */
function entriesOf({ place }: Located, article: Located | undefined): Finding {
  const line = 'list.entries';
  if (!article || article.place === place) return sure(line, place, lookedForThere);
  // The answer itself is never empty, so it comes last.
  const places = [place, article.place].toSorted((a) => (a === '' ? 1 : -1));
  return toConfirm(line, places, 'lists of orders and of articles differ');
}

/** The language of the screen, where the answers have several languages. */
function languageOf({ entry, order, article, recording }: Resources, seen: ScreenValues): Finding[] {
  const texts = [seen.variant, seen.completedStatus, seen.recorded?.step].filter(
    (each) => each !== undefined,
  );
  const resources = [order.located ?? entry, article.located, recording.located].map(
    (each) => each?.resource,
  );
  const words = resources
    .flatMap((resource) => [resource, ...listsIn(resource).flatMap(({ value }) => value)])
    .flatMap(wordsIn);
  const languages = texts
    .flatMap((text) => words.map(({ value }) => languagesOf(value, text)))
    .filter(({ length }) => length > 0);
  const [first = []] = languages;
  const common = first.filter((each) => languages.every((one) => one.includes(each)));
  const [language] = common;
  if (language === undefined || common.includes('en')) return [];
  const why = 'what was seen is in this language';
  return [(common.length === 1 ? sure : toConfirm)('language', language, why)];
}
