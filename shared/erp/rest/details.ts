import { reasonOf } from '../../model/errors.ts';
import { mapConcurrently } from '../../platform/map-concurrently.ts';
import { rejected } from '../failures.ts';
import { isAccepted } from './errors.ts';
import type { RestAnswer, RestDetail, RestQuestion } from './options.ts';
import type { Reader } from './session.ts';

/** A row as it was listed. */
export interface ParsedRow<Row> {
  readonly raw: unknown;
  /** What its schema makes of it; as it was listed if it is invalid. */
  readonly row: Row;
  /** The answer to a second request for it. */
  readonly detail?: RestAnswer;
  /** Why it cannot be read. */
  readonly problem?: string;
}

/**
 * @returns a function that gives the rows of a page their details: each request is made once, whatever the page, and where
 *   the ERP refuses it, that is the problem of its rows. It throws RetryLater as `Reader.read` does (an ERP that is down ends
 *   the page), and Rejected for too many requests.
 */
export function createDetailReader<Row>(
  reader: Reader,
  detail: RestDetail<Row> | undefined,
  signal: AbortSignal,
) {
  const { accepts = [], most = 500, atOnce = 4 } = detail ?? {};
  const known = new Map<string, Pick<ParsedRow<Row>, 'detail' | 'problem'>>();

  function questionAbout(row: ParsedRow<Row>): { row: ParsedRow<Row>; question?: RestQuestion | undefined } {
    if (row.problem !== undefined) return { row };
    try {
      return { row, question: detail?.request(row.row) };
    } catch (error) {
      return { row: { ...row, problem: `orders.detail.request fails on it with "${reasonOf(error)}"` } };
    }
  }

  async function readOne(question: RestQuestion) {
    const what = `reading ${question.path} for its orders`;
    // A 403 is about our rights to this one record.
    const answer = await reader.read(question, { what, signal, accepts: [...accepts, 403] });
    if (isAccepted(answer, accepts)) return { detail: answer };
    return { problem: `its detail at ${question.path} was refused${reader.said(answer)}` };
  }

  return async (rows: readonly ParsedRow<Row>[]): Promise<ParsedRow<Row>[]> => {
    const asked = rows.map(questionAbout);
    const questions = new Map(
      asked.flatMap(({ question }) => (question ? [[idOf(question), question]] : [])),
    );
    const missing = [...questions].filter(([id]) => !known.has(id));
    if (missing.length > most) {
      throw rejected(
        'configuration',
        `${reader.partner}: a page of its orders needs ${missing.length} requests for details, and orders.detail.most ` +
          `is ${most}: ask for fewer rows in orders.paging, or allow more.`,
      );
    }
    await mapConcurrently(missing, atOnce, async ([id, question]) => {
      known.set(id, await readOne(question));
    });
    return asked.map(({ row, question }) => ({ ...row, ...(question && known.get(idOf(question))) }));
  };
}

/** Equal for equal requests. */
function idOf(question: RestQuestion): string {
  return JSON.stringify(question);
}
