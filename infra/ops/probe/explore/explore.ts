import { defaultContract } from '../../../../shared/azumuta/contract.ts';
import type { Answers, ReadOperation } from '../recognise/answers.ts';
import { lastOf, ranked } from '../recognise/field-names.ts';
import { type Finding, notFound, toConfirm } from '../recognise/findings.ts';
import { type JsonNode, named, namesIn } from '../recognise/json-nodes.ts';
import { nameOf } from '../recognise/values.ts';
import { Stopped } from './account.ts';
import {
  type Answered,
  findAbsence,
  findInLists,
  type IdAnswer,
  idsOf,
  readById,
  type Search,
} from './find.ts';
import { findRecording } from './find-recording.ts';
import { articlePaths, collectionOf, orderPaths, parentOf, siblings, waysToRead } from './guesses.ts';
import { findNextPage } from './next-page.ts';

const documented = defaultContract.operations.readWorkInstruction.path;
const maxInstructionIds = 3;

/**
 * Looks for the product order that was seen, and follows it to its recordings, their work instruction and its article.
 * @returns The answers, the lines that say how to ask for them, and why nothing more was asked, if something was left.
 */
export async function explore(search: Search) {
  const { ask, contract, seen } = search;
  const answers: Partial<Record<ReadOperation, unknown>> = {};
  const asked: Partial<Record<ReadOperation, string>> = {};
  const findings: Finding[] = [];
  let stopped: string | undefined;
  try {
    await follow();
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    stopped = error.message;
  }
  return { answers: { ...answers, asked } satisfies Answers, findings, stopped };

  async function follow(): Promise<void> {
    // The only path that Azumuta documents, unless the configuration has paths of its own.
    if (contract.operations.findProductOrder.path === defaultContract.operations.findProductOrder.path)
      await ask({ path: collectionOf(documented) });
    const wanted = { name: 'findProductOrder', number: seen.number, paths: orderPaths } as const;
    const list = await findInLists(search, wanted);
    note('findProductOrder', list, 'no list that was tried has the number');
    const order = await readOrder(search, list);
    note('readProductOrder', order);
    const resource = (order ?? list)?.located.resource;
    if (!resource) return;
    const base = collectionOf((list ?? order)?.question.path ?? '');
    const why = 'only a create shows it; taken to be where the list is';
    findings.push(toConfirm('operations.createProductOrder.path', base, why));
    const recording = await findRecording(search, resource, base, order);
    note('readRecording', recording, 'no address that was tried answers a recording');
    const instruction = recording && (await readInstruction(search, recording, base, resource));
    note('readWorkInstruction', instruction);
    const article = await findArticle(search, resource, base, list);
    note('findArticle', article, seen.article && 'no list that was tried has the article');
    // The lines that the flows can do without come last, as there are only so many calls.
    for (const read of [order, recording, instruction])
      if (read) findings.push(...(await findAbsence(ask, read)));
    const lists = [article, list].filter((each) => each !== undefined);
    findings.push(...(await findNextPage(search, lists)));
  }

  function note(name: ReadOperation, answered: Answered | undefined, missing?: string): void {
    if (answered) {
      answers[name] = answered.json;
      if (answered.id !== undefined) asked[name] = answered.id;
      findings.push(...answered.findings);
    } else if (missing !== undefined) {
      const why = `${missing}: ask Azumuta for its address, and write it there`;
      findings.push(notFound(`operations.${name}.path`, why));
    }
  }
}

async function readOrder(search: Search, list?: Answered) {
  const { page, number } = search.seen;
  // In the address of its page, the id is the last name, or the one before the name of a tab.
  const names = page === undefined ? [] : new URL(page).pathname.split('/').toReversed();
  const ofPage = names.filter((name) => name.length > 3 || /\d/.test(name));
  const asNode = (value: string) => ({ path: '', value });
  const wanted = { name: 'readProductOrder', mustHave: number } as const;
  if (!list) {
    const ways = orderPaths.slice(0, 4).flatMap((path) => waysToRead(path));
    return readById(search, { ...wanted, ways, ids: ofPage.map(asNode) });
  }
  const rankOf = ({ value }: JsonNode) => (ofPage.includes(String(value)) ? 0 : 1);
  const own = idsOf('productOrder.id', list.located.resource).sort((a, b) => rankOf(a) - rankOf(b));
  const ids = [...own, asNode(number)];
  return readById(search, { ...wanted, ways: waysToRead(collectionOf(list.question.path), list.form), ids });
}

/** Reads what a recording names by an id, other than itself and its product order. */
async function readInstruction(search: Search, recording: IdAnswer, base: string, order: object) {
  const line = 'recording.workInstructionId';
  const others = [recording.id, ...idsOf('productOrder.id', order).map(({ value }) => nameOf(value))];
  const ids = idsOf(line, recording.located.resource).filter(({ value }) => !others.includes(nameOf(value)));
  for (const node of ids.slice(0, maxInstructionIds)) {
    const paths = new Set([documented, ...siblings(base, node.path).map((path) => `${path}/{id}`)]);
    const ways = [...paths].map((path) => ({ path }));
    const found = await readById(search, { name: 'readWorkInstruction', ids: [node], ways });
    if (found) return found;
  }
  return undefined;
}

/** Finds the article in a list with the name that the product order gives to its article. */
async function findArticle(search: Search, order: object, base: string, list?: Answered) {
  const { article: number } = search.seen;
  if (number === undefined) return undefined;
  const nodes = ranked('productOrder.article', named(namesIn(order), number));
  const ofNames = nodes.flatMap(({ path }) => siblings(base, path));
  const paths = [...ofNames, ...articlePaths.map((path) => parentOf(base) + path)];
  const fields = nodes.map(({ path }) => lastOf(path));
  return findInLists(search, { name: 'findArticle', number, paths, fields, form: list?.form });
}
