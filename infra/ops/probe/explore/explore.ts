import { defaultContract } from '../../../../shared/azumuta/contract.ts';
import type { Answers, ReadOperation } from '../recognise/answers.ts';
import { type Finding, notFound, toConfirm } from '../recognise/findings.ts';
import { nameOf } from '../recognise/values.ts';
import { Stopped } from './account.ts';
import {
  type Answered,
  findAbsence,
  findInList,
  type IdAnswer,
  idsOf,
  readById,
  type Search,
} from './find.ts';
import { findRecording } from './find-recording.ts';

/**
 * Looks for the product order that was seen, and follows it to its recordings, their work instruction and its article, at
 * the addresses of the contract.
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
    const { operations } = defaultContract;
    // The only path that Azumuta documents, unless the configuration has paths of its own.
    if (contract.operations.findProductOrder.path === operations.findProductOrder.path)
      await ask({ path: collectionOf(operations.readWorkInstruction.path) });
    const list = await findInList(search, 'findProductOrder', seen.number);
    note('findProductOrder', list, 'this list does not have the number');
    const order = await readOrder(search, list);
    note('readProductOrder', order);
    const resource = (order ?? list)?.located.resource;
    if (!resource) return;
    const base = collectionOf((list ?? order)?.question.path ?? '');
    const why = 'only a create shows it; taken to be where the list is';
    findings.push(toConfirm('operations.createProductOrder.path', base, why));
    const recording = await findRecording(search, resource, order);
    note('readRecording', recording, 'no recording is answered there');
    const instruction = recording && (await readInstruction(search, recording, resource));
    note('readWorkInstruction', instruction);
    const article =
      seen.article === undefined ? undefined : await findInList(search, 'findArticle', seen.article);
    note('findArticle', article, seen.article && 'this list does not have the article');
    for (const read of [order, recording, instruction])
      if (read) findings.push(...(await findAbsence(ask, read)));
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

function readOrder(search: Search, list?: Answered) {
  const { page, number } = search.seen;
  // In the address of its page, the id is the last name, or the one before the name of a tab.
  const names = page === undefined ? [] : new URL(page).pathname.split('/').toReversed();
  const ofPage = names.filter((name) => name.length > 3 || /\d/.test(name));
  const asNode = (value: string) => ({ path: '', value });
  const isOfPage = ({ value }: { readonly value: unknown }) => ofPage.includes(String(value));
  const own = idsOf('productOrder.id', list?.located.resource);
  const ids = list
    ? [...own.filter(isOfPage), ...own.filter((node) => !isOfPage(node)), asNode(number)]
    : ofPage.map(asNode);
  return readById(search, { name: 'readProductOrder', mustHave: number, ids });
}

/** Reads what a recording names by an id, other than itself and its product order. */
function readInstruction(search: Search, recording: IdAnswer, order: object) {
  const others = [recording.id, ...idsOf('productOrder.id', order).map(({ value }) => nameOf(value))];
  const ids = idsOf('recording.workInstructionId', recording.located.resource);
  return readById(search, {
    name: 'readWorkInstruction',
    ids: ids.filter(({ value }) => !others.includes(nameOf(value))),
  });
}

/** The collection of a path: `/v2/builds` of `/v2/builds/search` and `/v2/builds/{id}`. */
function collectionOf(path: string): string {
  return path.replace(/\/(search|find|query|list|filter|\{id\})$/i, '');
}
