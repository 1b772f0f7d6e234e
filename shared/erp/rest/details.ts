import { reasonOf } from '../../model/errors.ts';
import { mapConcurrently } from '../../platform/map-concurrently.ts';
import { rejected } from '../failures.ts';
import { isAccepted } from './errors.ts';
import type { RestAnswer, RestDetail, RestQuestion } from './options.ts';
import type { Reader } from './session.ts';

/** The result of a second request for a row: an answer, or why there is none; neither if there was nothing to ask. */
export interface Detail {
  readonly answer?: RestAnswer | undefined;
  readonly problem?: string | undefined;
}

/** Whom to ask, and what. */
interface DetailQuestions<Row> {
  readonly reader: Reader;
  /** Undefined where no row needs a second request. */
  readonly detail: RestDetail<Row> | undefined;
  readonly signal: AbortSignal;
}

/**
 * Details of a page's rows, in their order; an invalid row is undefined. If the ERP refuses a request, the
 * details of its rows are the reason.
 * @param known What was read for earlier pages: each request is made once.
 * @throws RetryLater as `Reader.read` does: an ERP that is down ends the page. Rejected for too many requests.
 */
export async function readDetails<Row>(
  rows: readonly (Row | undefined)[],
  questions: DetailQuestions<Row>,
  known = new Map<string, Detail>(),
): Promise<Detail[]> {
  const { reader, detail } = questions;
  const { most = 500, atOnce = 4 } = detail ?? {};
  const asked = rows.map((row) => (row === undefined ? {} : questionOf(row, detail)));
  const missing = new Map(
    asked.flatMap(({ question }) =>
      question && !known.has(idOf(question)) ? [[idOf(question), question]] : [],
    ),
  );
  if (missing.size > most) {
    throw rejected(
      'configuration',
      `${reader.partner}: a page of its orders needs ${missing.size} requests for details, and orders.detail.most ` +
        `is ${most}: ask for fewer rows in orders.paging, or allow more.`,
    );
  }
  await mapConcurrently([...missing], atOnce, async ([id, question]) => {
    known.set(id, await readOne(question, questions));
  });
  return asked.map(({ question, problem }) => (question && known.get(idOf(question))) ?? { problem });
}

function questionOf<Row>(
  row: Row,
  detail: RestDetail<Row> | undefined,
): { question?: RestQuestion | undefined; problem?: string } {
  try {
    return { question: detail?.request(row) };
  } catch (error) {
    return { problem: `orders.detail.request fails on it with "${reasonOf(error)}"` };
  }
}

async function readOne<Row>(
  question: RestQuestion,
  { reader, detail, signal }: DetailQuestions<Row>,
): Promise<Detail> {
  const { accepts = [] } = detail ?? {};
  const what = `reading ${question.path} for its orders`;
  // A 403 is about our rights to this one record.
  const answer = await reader.read(question, { what, signal, accepts: [...accepts, 403] });
  if (isAccepted(answer, accepts)) return { answer };
  return { problem: `its detail at ${question.path} was refused${reader.said(answer)}` };
}

/** Equal for equal requests. */
function idOf(question: RestQuestion): string {
  return JSON.stringify(question);
}
