import { Rejected, reasonOf } from '../../model/errors.ts';
import { mapConcurrently } from '../../platform/map-concurrently.ts';
import type { RestAnswer, RestDetail, RestQuestion } from './options.ts';
import type { Reader } from './session.ts';

/** The result of a second request for a row: an answer, or why there is none; neither if there was nothing to ask. */
export interface Detail {
  readonly answer?: RestAnswer | undefined;
  readonly problem?: string | undefined;
}

/** Reads the details of rows: makes each request once for all pages, several at the same time. */
export function createDetailReader<Row>(
  reader: Reader,
  detail: RestDetail<Row> | undefined,
  signal: AbortSignal,
) {
  const known = new Map<string, Detail>();
  let calls = 0;
  const { request, accepts = [], most = 500, atOnce = 4 }: Partial<RestDetail<Row>> = detail ?? {};

  return {
    /**
     * Details of a page's rows, in their order; a row that does not fit is undefined. If the ERP refuses a request, the
     * details of its rows are the reason.
     * @throws RetryLater as `Reader.read` does: an ERP that is down ends the page. Rejected for too many requests.
     */
    async read(rows: readonly (Row | undefined)[]): Promise<Detail[]> {
      const asked = rows.map((row) => (row === undefined ? {} : questionOf(row)));
      const missing = new Map(
        asked.flatMap(({ question }) =>
          question && !known.has(idOf(question)) ? [[idOf(question), question]] : [],
        ),
      );
      if (missing.size > most) {
        throw new Rejected(
          `${reader.partner}: a page of its orders needs ${missing.size} requests for details, and orders.detail.most ` +
            `is ${most}: ask for fewer rows in orders.paging, or allow more.`,
          { code: 'configuration' },
        );
      }
      await mapConcurrently([...missing], atOnce, async ([id, question]) => {
        known.set(id, await readOne(question));
      });
      calls += missing.size;
      return asked.map(({ question, problem }) => (question && known.get(idOf(question))) ?? { problem });
    },
    /** Requests made since the last call of this function; undefined when none are configured. */
    takeCalls(): number | undefined {
      const taken = calls;
      calls = 0;
      return detail && taken;
    },
  };

  function questionOf(row: Row): { question?: RestQuestion | undefined; problem?: string } {
    try {
      return { question: request?.(row) };
    } catch (error) {
      return { problem: `orders.detail.request fails on it with "${reasonOf(error)}"` };
    }
  }

  async function readOne(question: RestQuestion): Promise<Detail> {
    const what = `reading ${question.path} for its orders`;
    // A 403 is about our rights to this one record.
    const answer = await reader.read(question, { what, signal, accepts: [...accepts, 403] });
    if (answer.status < 300 || accepts.includes(answer.status)) return { answer };
    return { problem: `its detail at ${question.path} was refused${reader.said(answer)}` };
  }
}

/** Equal for equal requests. */
function idOf(question: RestQuestion): string {
  return JSON.stringify(question);
}
