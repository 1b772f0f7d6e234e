import { type AzumutaContract, defaultContract } from '../../../../shared/azumuta/contract.ts';
import type { Answers, ReadOperation } from '../recognise/answers.ts';
import { ranked } from '../recognise/field-names.ts';
import { type Finding, notFound, toConfirm } from '../recognise/findings.ts';
import { lastOf, named, nameOf, namesIn } from '../recognise/json-nodes.ts';
import type { ScreenValues } from '../screen-values.ts';
import { type Ask, Stopped } from './account.ts';
import { type Answered, createSearch, type IdAnswer, idsOf, type ListAnswer } from './find.ts';
import { createRecordingSearch } from './find-recording.ts';
import { articlePaths, collectionOf, orderPaths, parentOf, siblings, waysToRead } from './guesses.ts';
import { findNextPage } from './next-page.ts';

const documented = defaultContract.operations.readWorkInstruction.path;
const maxInstructionIds = 3;

/**
 * Looks for the product order that was seen, and follows it to its recordings, their work instruction and its article.
 * @returns The answers, the lines that say how to ask for them, and why nothing more was asked, if something was left.
 */
export async function explore(ask: Ask, contract: AzumutaContract, seen: ScreenValues) {
  const answers: Partial<Record<ReadOperation, unknown>> = {};
  const asked: Partial<Record<ReadOperation, string>> = {};
  const findings: Finding[] = [];
  const { findInLists, readById, findAbsence } = createSearch(ask, contract);
  const findRecording = createRecordingSearch(ask, contract, seen, readById);

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
    const list = await findInLists({ name: 'findProductOrder', number: seen.number, paths: orderPaths });
    note('findProductOrder', list, 'no list that was tried has the number');
    const order = await readOrder(list);
    note('readProductOrder', order);
    const resource = (order ?? list)?.located.resource;
    if (!resource) return;
    const base = collectionOf((list ?? order)?.question.path ?? '');
    const why = 'only a create shows it; taken to be where the list is';
    findings.push(toConfirm('operations.createProductOrder.path', base, why));
    const recording = await findRecording(resource, base, order);
    note('readRecording', recording, 'no address that was tried answers a recording');
    const instruction = recording && (await readInstruction(recording, base, resource));
    note('readWorkInstruction', instruction);
    const article = await findArticle(resource, base, list);
    const noArticle = seen.article === undefined ? undefined : 'no list that was tried has the article';
    note('findArticle', article, noArticle);
    // The lines that the flows can do without come last, as there are only so many calls.
    for (const read of [order, recording, instruction]) if (read) findings.push(...(await findAbsence(read)));
    const lists = [article, list].filter((each) => each !== undefined);
    findings.push(...(await findNextPage(ask, contract, lists)));
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

  async function readOrder(list: ListAnswer | undefined): Promise<IdAnswer | undefined> {
    // In the address of its page, the id is the last name, or the one before the name of a tab.
    const names = seen.page === undefined ? [] : new URL(seen.page).pathname.split('/').toReversed();
    const ofPage = names.filter((name) => name.length > 3 || /\d/.test(name));
    const asNode = (value: string) => ({ path: '', value });
    const wanted = { name: 'readProductOrder', mustHave: seen.number } as const;
    if (!list) {
      const ways = orderPaths.slice(0, 4).flatMap((path) => waysToRead(path));
      return readById({ ...wanted, ways, ids: ofPage.map(asNode) });
    }
    const isOfPage = ({ value }: { readonly value: unknown }) => ofPage.includes(String(value));
    const own = idsOf('productOrder.id', list.located.resource);
    const others = own.filter((each) => !isOfPage(each));
    const ids = [...own.filter(isOfPage), ...others, asNode(seen.number)];
    return readById({ ...wanted, ways: waysToRead(collectionOf(list.question.path), list.form), ids });
  }

  /** Reads what a recording names by an id, other than itself and its product order. */
  async function readInstruction(
    recording: IdAnswer,
    base: string,
    order: object,
  ): Promise<IdAnswer | undefined> {
    const line = 'recording.workInstructionId';
    const others = [recording.id, ...idsOf('productOrder.id', order).map(({ value }) => nameOf(value))];
    const ids = ranked(line, idsOf(line, recording.located.resource)).filter(
      ({ value }) => !others.includes(nameOf(value)),
    );
    for (const node of ids.slice(0, maxInstructionIds)) {
      const paths = new Set([documented, ...siblings(base, node.path).map((path) => `${path}/{id}`)]);
      const ways = [...paths].map((path) => ({ path }));
      const found = await readById({ name: 'readWorkInstruction', ids: [node], ways });
      if (found) return found;
    }
    return undefined;
  }

  /** Finds the article in a list with the name that the product order gives to its article. */
  async function findArticle(
    order: object,
    base: string,
    list: ListAnswer | undefined,
  ): Promise<ListAnswer | undefined> {
    if (seen.article === undefined) return undefined;
    const nodes = ranked('productOrder.article', named(namesIn(order), seen.article));
    const paths = [
      ...nodes.flatMap(({ path }) => siblings(base, path)),
      ...articlePaths.map((path) => parentOf(base) + path),
    ];
    const fields = nodes.map(({ path }) => lastOf(path));
    return findInLists({ name: 'findArticle', number: seen.article, paths, fields, form: list?.form });
  }
}
