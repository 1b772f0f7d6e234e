import type { Resources } from '../explore.ts';
import type { ScreenValues } from '../screen-values.ts';
import { byNumber, type Finding, notFound, ownId, provedId, sure, toConfirm } from './findings.ts';
import { guessCreateAndTrigger } from './guess.ts';
import { isWordsMap, type Located, listsIn, reads, wordsIn } from './json-nodes.ts';
import { recogniseProductOrder } from './product-order.ts';
import { recogniseRecording, titleOf } from './recording.ts';

/**
 * Where each field of the contract is in these resources, and how sure that is. Asks nobody.
 * @param now No order was completed later.
 */
export function recognise(resources: Resources, seen: ScreenValues, now: Date): Finding[] {
  const { findProductOrder: entry, findArticle: article, readRecording, readWorkInstruction } = resources;
  const order = resources.readProductOrder ?? entry;
  const [id, articleId] = [provedId(order, readRecording), provedId(article, order)];
  const [recordingId, instructionId] = [provedId(readRecording), provedId(readWorkInstruction)];
  const [recording, instruction] = [readRecording?.resource, readWorkInstruction?.resource];
  const ofOrder = { id, recordingId, article: article?.resource };
  const ofRecording = { id: recordingId, orderId: id, instructionId, instruction };
  const findings = [
    ...(entry ? [entriesOf(entry, article)] : []),
    ...(order
      ? recogniseProductOrder(order.resource, ofOrder, seen, now)
      : [notFound('productOrder', 'no answer has the number that was seen')]),
    ...(article
      ? [
          byNumber('article.number', article.resource, seen.article),
          ownId('article.id', article.resource, articleId),
        ]
      : [notFound('article', 'no article was read')]),
    ...(recording
      ? recogniseRecording(recording, ofRecording, seen, now)
      : [notFound('recording', 'no recording was read')]),
    ...(instruction
      ? [
          ownId('workInstruction.id', instruction, instructionId),
          titleOf('workInstruction.name', instruction, recording),
        ]
      : [notFound('workInstruction', 'no work instruction was read')]),
  ];
  const words = [order?.resource, article?.resource, recording];
  return [...findings, ...guessCreateAndTrigger(findings, resources), ...languageOf(words, seen)];
}

/** Where lists have their entries. Lists of articles may have another envelope than those of orders. */
function entriesOf({ place }: Located, article: Located | undefined): Finding {
  const line = 'list.entries';
  if (!article || article.place === place) return sure(line, place, 'what was looked for is there');
  // The answer itself is never empty, so it comes last.
  const places = [place, article.place].toSorted((a) => (a === '' ? 1 : -1));
  return toConfirm(line, places, 'lists of orders and of articles differ');
}

/** The language of the screen, where the answers have several languages. */
function languageOf(
  resources: readonly unknown[],
  { variant, completedStatus, recorded }: ScreenValues,
): Finding[] {
  const texts = [variant, completedStatus, recorded?.step].filter((each) => each !== undefined);
  const maps = resources
    .flatMap((resource) => [resource, ...listsIn(resource).flatMap(({ value }) => value)])
    .flatMap((resource) => wordsIn(resource).flatMap(({ value }) => (isWordsMap(value) ? [value] : [])));
  const languages = texts
    .flatMap((text) => maps.map((map) => Object.keys(map).filter((language) => reads(map[language], text))))
    .filter(({ length }) => length > 0);
  const [first = []] = languages;
  const common = first.filter((each) => languages.every((one) => one.includes(each)));
  const [language] = common;
  if (language === undefined || common.includes('en')) return [];
  const why = 'what was seen is in this language';
  return [(common.length === 1 ? sure : toConfirm)('language', language, why)];
}
