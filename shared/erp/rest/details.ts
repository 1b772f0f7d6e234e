import { Rejected, reasonOf } from '../../model/errors.ts';
import { mapConcurrently } from '../../platform/map-concurrently.ts';
import type { RestAnswer, RestDetail, RestQuestion } from './options.ts';
import type { Reader } from './session.ts';

/** What a second request told of a row: an answer, why there is none, or nothing as nothing was asked. */
export interface Detail {
  readonly answer?: RestAnswer;
  readonly problem?: string;
}

export interface DetailsOfRows {
  /** For each row. */
  readonly details: readonly Detail[];
  /** How many requests it took. */
  readonly calls: number;
}

/** Reads the details of a page's rows; undefined for a row that does not fit. */
export type ReadDetails<Row> = (rows: readonly (Row | undefined)[]) => Promise<DetailsOfRows>;

const defaultAtOnce = 4;
const defaultMost = 500;

/**
 * Each request once for all the pages that it is made for, so many at the same time. What the ERP refuses of one is
 * told of its rows.
 * @throws RetryLater as `Reader.read` does: an ERP that is unwell ends the page.
 */
export function createReadDetails<Row>(
  reader: Reader,
  detail: RestDetail<Row> | undefined,
  signal: AbortSignal,
): ReadDetails<Row> {
  const known = new Map<string, Detail>();

  return async (rows) => {
    if (!detail) return { details: rows.map(() => ({})), calls: 0 };
    const asked = rows.map((row) => (row === undefined ? {} : questionOf(row, detail)));
    const missing = new Map<string, RestQuestion>();
    for (const { id, question } of asked) {
      if (id !== undefined && question && !known.has(id)) missing.set(id, question);
    }
    const { most = defaultMost, atOnce = defaultAtOnce } = detail;
    if (missing.size > most) {
      throw new Rejected(
        `${reader.partner}: a page of its orders needs ${missing.size} requests for details, and orders.detail.most ` +
          `is ${most}: ask for fewer rows in orders.paging, or allow more.`,
        { code: 'configuration' },
      );
    }
    await mapConcurrently([...missing], atOnce, async ([id, question]) => {
      known.set(id, await read(question, detail));
    });
    const details = asked.map(({ id, problem }) =>
      problem === undefined ? ((id === undefined ? undefined : known.get(id)) ?? {}) : { problem },
    );
    return { details, calls: missing.size };
  };

  async function read(question: RestQuestion, { accepts = [] }: RestDetail<Row>): Promise<Detail> {
    const what = `reading ${question.path} for its orders`;
    // A 403 tells of our rights to this one record.
    const answer = await reader.read(question, { what, signal, accepts: [...accepts, 403] });
    if (answer.status < 300 || accepts.includes(answer.status)) return { answer };
    return { problem: `its detail at ${question.path} was refused${reader.said(answer)}` };
  }
}

interface Asked {
  /** The same for the same request. */
  readonly id?: string;
  readonly question?: RestQuestion;
  readonly problem?: string;
}

function questionOf<Row>(row: Row, { request }: RestDetail<Row>): Asked {
  try {
    const question = request(row);
    return question ? { id: JSON.stringify(question), question } : {};
  } catch (error) {
    return { problem: `orders.detail.request fails on it with "${reasonOf(error)}"` };
  }
}
