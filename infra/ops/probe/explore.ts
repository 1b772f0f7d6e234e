import { type AzumutaContract, defaultContract } from '../../../shared/azumuta/contract.ts';
import { type Ask, Stopped } from './account.ts';
import { articlePaths, orderPaths, type QueryForm } from './candidates.ts';
import { absenceOf, besides, idsOf, type ReadById, readById, readingsOf } from './explore-ids.ts';
import { type FoundInList, findInLists } from './explore-lists.ts';
import { findNextPage } from './explore-pages.ts';
import { readRecording } from './explore-recordings.ts';
import { type Finding, notFound, ranked } from './findings.ts';
import type { Answers } from './resources.ts';
import type { Seen } from './seen.ts';
import { lastOf, nameOf, type Spot, scalarsIn } from './spots.ts';

export interface Explored {
  readonly answers: Answers;
  /** How the account is asked. */
  readonly findings: readonly Finding[];
  /** Why nothing more was asked. */
  readonly stopped: string | undefined;
}

const documented = defaultContract.operations.readWorkInstruction.path;

interface Surroundings {
  readonly ask: Ask;
  readonly contract: AzumutaContract;
  readonly seen: Seen;
}

/** Looks for the product order that was seen, and follows it to its article, its recordings and their instruction. */
export async function explore(around: Surroundings): Promise<Explored> {
  let answers: Answers = {};
  const findings: Finding[] = [];
  const note = (more: Answers, found: readonly Finding[]) => {
    answers = { ...answers, ...more, asked: { ...answers.asked, ...more.asked } };
    findings.push(...found);
  };
  try {
    await follow(around, note);
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    return { answers, findings, stopped: error.message };
  }
  return { answers, findings, stopped: undefined };
}

type Note = (more: Answers, found: readonly Finding[]) => void;

async function follow(around: Surroundings, note: Note): Promise<void> {
  const { ask, contract, seen } = around;
  const missing = (name: string, what: string) =>
    note({}, [
      notFound(`operations.${name}.path`, `${what}: ask Azumuta for its address, and write it there`),
    ]);
  // The only path that Azumuta documents, unless the configuration says otherwise.
  if (contract.operations.findProductOrder.path === defaultContract.operations.findProductOrder.path)
    await ask({ path: collectionOf(documented) });

  const wanted = { ask, contract, number: seen.number, paths: orderPaths };
  const list = await findInLists({ ...wanted, name: 'findProductOrder' });
  if (list) note({ findProductOrder: list.json }, list.findings);
  else missing('findProductOrder', 'no list that was tried has the number');
  const order = await readOrder(around, list);
  if (order) note({ readProductOrder: order.json, asked: { productOrder: order.id } }, order.findings);
  const resource = order?.located.resource ?? list?.located.resource;
  if (!resource) return;

  const base = collectionOf(list?.path ?? order?.operation.path ?? '');
  const why = 'only a create shows it; taken to be where the list is';
  note({}, [{ line: 'operations.createProductOrder.path', set: base, certainty: 'to confirm', why }]);
  const recording = await readRecording(around, resource, base, order);
  if (recording)
    note({ readRecording: recording.json, asked: { recording: recording.id } }, recording.findings);
  else missing('readRecording', 'no address that was tried answers a recording');
  const instruction = recording && (await readInstruction(around, recording, base, resource));
  if (instruction)
    note(
      { readWorkInstruction: instruction.json, asked: { workInstruction: instruction.id } },
      instruction.findings,
    );

  const article = await findArticle(around, resource, base, list?.form);
  if (article) note({ findArticle: article.json }, article.findings);
  else if (seen.article !== undefined) missing('findArticle', 'no list that was tried has the article');
  // What is good to know comes last, as there are only so many calls.
  for (const read of [order, recording, instruction]) if (read) note({}, await absenceOf(ask, read));
  const lists = [article, list].flatMap((found) => found ?? []);
  note({}, await findNextPage(around, lists));
}

/** The collection of a path: `/v2/builds` of `/v2/builds/search` and `/v2/builds/{id}`. */
function collectionOf(path: string): string {
  return path.replace(/\/(search|find|query|list|filter|\{id\})$/i, '');
}

async function readOrder(
  { ask, contract, seen: { number, page } }: Surroundings,
  list: FoundInList | undefined,
) {
  // In the address of its page, the id stands last or before what is shown of it.
  const parts = page === undefined ? [] : new URL(page).pathname.split('/').toReversed();
  const ofPage = parts.filter((part) => part.length > 3 || /\d/.test(part));
  const isOfPage = ({ value }: Spot) => ofPage.includes(String(value));
  const spot = (value: string): Spot => ({ path: '', value, inMap: false });
  const own = list ? idsOf('productOrder.id', list.located.resource) : [];
  const paths = list ? [collectionOf(list.path)] : orderPaths.slice(0, 4);
  return readById({
    ...{ ask, contract, name: 'readProductOrder', bears: number },
    ids: list
      ? [...own.filter(isOfPage), ...own.filter((each) => !isOfPage(each)), spot(number)]
      : ofPage.map(spot),
    ways: paths.flatMap((path) => readingsOf(path, list?.form)),
  });
}

/** The last of what a recording names by an id, beside itself and its product order, that is no person. */
async function readInstruction(
  { ask, contract }: Surroundings,
  recording: ReadById,
  base: string,
  order: object,
): Promise<ReadById | undefined> {
  const others = new Set([
    recording.id,
    ...idsOf('productOrder.id', order).map(({ value }) => nameOf(value)),
  ]);
  const line = 'recording.workInstructionId';
  const ids = ranked(line, idsOf(line, recording.located.resource)).filter(
    ({ value }) => !others.has(nameOf(value)),
  );
  for (const spot of ids.slice(0, 3)) {
    const paths = [documented, ...besides(base, spot.path).map((path) => `${path}/{id}`)];
    const ways = [...new Set(paths)].map((path) => ({ path }));
    const found = await readById({ ask, contract, name: 'readWorkInstruction', ids: [spot], ways });
    if (found) return found;
  }
  return undefined;
}

/** In the list that is called as the product order calls its article. */
async function findArticle(
  { ask, contract, seen }: Surroundings,
  order: object,
  base: string,
  form: QueryForm | undefined,
): Promise<FoundInList | undefined> {
  if (seen.article === undefined) return undefined;
  const spots = ranked(
    'productOrder.article',
    scalarsIn(order).filter(({ value }) => nameOf(value) === seen.article),
  );
  const before = base.slice(0, Math.max(0, base.lastIndexOf('/')));
  const paths = [
    ...spots.flatMap(({ path }) => besides(base, path)),
    ...articlePaths.map((path) => before + path),
  ];
  const fields = spots.map(({ path }) => lastOf(path));
  return findInLists({ ask, contract, name: 'findArticle', number: seen.article, paths, fields, form });
}
