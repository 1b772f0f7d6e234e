import type * as z from 'zod/mini';
import { Rejected, RetryLater } from '../model/errors.ts';
import type { ProductOrderDraft, ProductOrderRef } from '../model/orders.ts';
import { problemOfText } from '../model/text.ts';
import type { Clock } from '../platform/clock.ts';
import { withoutSecrets } from '../platform/credentials.ts';
import { createHttp, type HttpRequest, type HttpResponse, partnerFailure } from '../platform/http.ts';
import { describeMismatches, parse, stepInto } from '../platform/validation.ts';
import type { AzumutaAssumptions } from './assumptions.ts';
import * as wire from './schemas.ts';
import { textIn } from './text.ts';
import {
  type Article,
  type AzumutaProductOrder,
  type AzumutaRecording,
  productOrderOf,
  recordingOf,
  variantIdsOf,
  type WorkInstruction,
} from './translate.ts';

/**
 * Azumuta's REST API, as far as the two flows need it. Every method is one call (a listing by number follows
 * `next` on the same origin only) and throws `RetryLater` of scope `partner` when Azumuta is unwell, of scope
 * `order` when it answers 200 with an error or has the number by now, and `Rejected` when it refuses or answers in a
 * shape that the flows cannot stand on.
 */
export interface AzumutaClient {
  readonly findArticle: (number: string, signal: AbortSignal) => Promise<Article | undefined>;
  readonly findProductOrder: (
    number: string,
    signal: AbortSignal,
  ) => Promise<AzumutaProductOrder | undefined>;
  readonly productOrder: (id: string, signal: AbortSignal) => Promise<AzumutaProductOrder | undefined>;
  readonly createProductOrder: (
    draft: ProductOrderDraft,
    article: Article,
    signal: AbortSignal,
  ) => Promise<ProductOrderRef>;
  readonly recording: (id: string, signal: AbortSignal) => Promise<AzumutaRecording | undefined>;
  readonly workInstruction: (id: string, signal: AbortSignal) => Promise<WorkInstruction | undefined>;
}

export interface AzumutaOptions {
  readonly baseUrl: string;
  readonly assumptions: AzumutaAssumptions;
  /** The API key; `refresh` reads the secret again after Azumuta refused it. */
  readonly apiKey: (options?: { readonly refresh?: boolean }) => Promise<string>;
  readonly clock: Clock;
}

/** What Azumuta answered. */
interface Answer extends HttpResponse {
  /** `: The number is taken`: its own sentence, should it hold one, without our key. */
  readonly said: string;
}

const partner = 'Azumuta';
/** A listing by number has one entry; more pages than this is not one. */
const maxPages = 5;
/** Articles seldom change: one look-up serves a container for some minutes. Unknown ones are asked for again. */
const articleTtlMs = 5 * 60_000;

export function createAzumutaClient({ baseUrl, assumptions, apiKey, clock }: AzumutaOptions): AzumutaClient {
  const http = createHttp({ partner, baseUrl, clock });
  const { paths, numberQuery, language } = assumptions;

  const articles = new Map<string, { readonly article: Article; readonly until: number }>();

  /** One call with the key; a refused key is read again once: it may have been rotated, and a 401 has done nothing. */
  async function call(request: HttpRequest, what: string): Promise<Answer> {
    let response = await sendWith(await apiKey());
    if (response.status === 401) {
      const before = await apiKey();
      const after = await apiKey({ refresh: true });
      if (after !== before) response = await sendWith(after);
    }
    const writes = request.method === 'POST';
    const failure = partnerFailure(response, {
      partner,
      what,
      wrote: writes ? 'perhaps' : 'nothing',
      now: clock.now(),
    });
    if (failure) throw failure;
    return response;

    async function sendWith(key: string): Promise<Answer> {
      const answer = await http.send({ ...request, headers: { ...request.headers, 'x-api-key': key } });
      return { ...answer, said: saidIn(answer, key) };
    }
  }

  async function findByNumber<T extends { readonly number: string }>(
    path: string,
    number: string,
    entry: z.ZodMiniType<T>,
    what: string,
    signal: AbortSignal,
  ): Promise<T | undefined> {
    let next: HttpRequest | undefined = { path, query: { [numberQuery]: number }, signal };
    for (let page = 0; next && page < maxPages; page++) {
      const response = await call(next, what);
      if (isAbsent(response, what)) return undefined;
      const list: z.output<ReturnType<typeof wire.listSchema<z.ZodMiniType<T>>>> = accept(
        wire.listSchema(entry),
        response,
        what,
      );
      // The filter is an assumption: should Azumuta ignore it, another order must not be taken for this one.
      const found = list.data.find((candidate) => candidate.number === number);
      if (found) return found;
      next =
        list.data.length > 0 && list.next
          ? nextPage(baseUrl, path, list.next, { [numberQuery]: number }, signal)
          : undefined;
    }
    if (!next) return undefined;
    // It may stand on a later page, and "not there" would create it a second time.
    throw new Rejected(
      `Azumuta does not filter by number when ${what}: ${maxPages} pages, and more to come. Set azumuta.assumptions.numberQuery to the name of its filter (it is ${numberQuery} now).`,
      { code: 'configuration' },
    );
  }

  async function getById<T>(
    path: string,
    id: string,
    schema: z.ZodMiniType<T>,
    what: string,
    signal: AbortSignal,
  ) {
    // It may come from a trigger: `..` would ask for another resource.
    if (problemOfText(id)) return undefined;
    const response = await call({ path: `${path}/${encodeURIComponent(id)}`, signal }, what);
    return isAbsent(response, what) ? undefined : accept(schema, response, what);
  }

  return {
    async findArticle(number, signal) {
      const kept = articles.get(number);
      if (kept && kept.until > clock.now().getTime()) return kept.article;
      const article = await findByNumber(
        paths.articles,
        number,
        wire.articleSchema,
        `looking up article ${number}`,
        signal,
      );
      if (!article) return undefined;
      const variants = (article.variants ?? []).map(({ id, name }) => ({
        id,
        name: textIn(name, language) ?? id,
      }));
      const known = { id: article.id, number: article.number, variants };
      articles.set(number, { article: known, until: clock.now().getTime() + articleTtlMs });
      return known;
    },

    async findProductOrder(number, signal) {
      const what = `looking up product order ${number}`;
      const order = await findByNumber(paths.productOrders, number, wire.productOrderSchema, what, signal);
      return order && productOrderOf(order, assumptions);
    },

    async productOrder(id, signal) {
      const order = await getById(
        paths.productOrders,
        id,
        wire.productOrderSchema,
        `reading product order ${id}`,
        signal,
      );
      return order && productOrderOf(order, assumptions);
    },

    async createProductOrder(draft, article, signal) {
      const what = `creating product order ${draft.number}`;
      const body = {
        number: draft.number,
        articleId: article.id,
        parameters: Object.entries(draft.parameters).map(([key, value]) => ({ key, value })),
        variantIds: variantIdsOf(draft, article),
      };
      const response = await call({ method: 'POST', path: paths.productOrders, body, signal }, what);
      // Perhaps it was created by an attempt of ours whose answer was lost, or by a person in this moment.
      if (response.status === 409 && (await this.findProductOrder(draft.number, signal)))
        throw new RetryLater(
          `Azumuta has a product order ${draft.number} since a moment ago: the next attempt looks whether it is the one that is wanted.`,
          { scope: 'order', wrote: 'known' },
        );
      const parsed = parse(wire.createdProductOrderSchema, refuseFailure(response, what).json);
      if (!parsed.ok) {
        // It may well have been created: only a look by number can tell.
        throw new RetryLater(
          `Azumuta's answer to ${what} cannot be read: ${describeMismatches(parsed.mismatches)}.`,
          {
            scope: 'order',
            wrote: 'perhaps',
          },
        );
      }
      const { id, number, url } = parsed.value;
      if (number && number !== draft.number) {
        throw new Rejected(
          `Azumuta created product order ${number} when it was asked for ${draft.number}: article ${article.number} seems to number its orders by itself. Remove ${number} in Azumuta, switch the automatic numbers of the article off, and replay.`,
          { code: 'conflict' },
        );
      }
      return refOf(id, draft, url);
    },

    async recording(id, signal) {
      const recording = await getById(
        paths.recordings,
        id,
        wire.recordingSchema,
        `reading recording ${id}`,
        signal,
      );
      return recording && recordingOf(recording, assumptions);
    },

    async workInstruction(id, signal) {
      const found = await getById(
        paths.workInstructions,
        id,
        wire.workInstructionSchema,
        `reading work instruction ${id}`,
        signal,
      );
      return found && { id: found.id, name: textIn(found.name, language) };
    },
  };
}

function refOf(id: string, { number }: ProductOrderDraft, url: string | null | undefined): ProductOrderRef {
  return { id, number, ...(url ? { url } : {}) };
}

/** `next` may be a path, an absolute URL or a cursor: which one is unknown. Other origins are refused by http. */
function nextPage(
  baseUrl: string,
  path: string,
  next: string,
  query: Record<string, string>,
  signal: AbortSignal,
): HttpRequest {
  if (/^https?:/i.test(next)) return { path: next, signal };
  if (!next.startsWith('/')) return { path, query: { ...query, cursor: next }, signal };
  const fromRoot = new URL(next, baseUrl);
  const underBase = fromRoot.pathname.startsWith(`${new URL(baseUrl).pathname.replace(/\/$/, '')}/`);
  return { path: underBase ? fromRoot.href : next, signal };
}

/** Whether Azumuta says that there is no such thing; a 404 may come without a body, but not with a proxy's page. */
function isAbsent({ status, json, text }: HttpResponse, what: string): boolean {
  if (status !== 404) return false;
  if (json !== undefined || text.trim() === '') return true;
  throw new RetryLater(`Azumuta answered ${what} with something that is no JSON (404).`, {
    scope: 'partner',
  });
}

/** What was read. An error in a 200, or no JSON at all (a page of a proxy), says nothing of the order: it may be gone soon. */
function accept<T>(schema: z.ZodMiniType<T>, response: Answer, what: string): T {
  const { json } = refuseFailure(response, what);
  const parsed = parse(schema, json);
  if (parsed.ok) return parsed.value;
  if (json === undefined)
    throw new RetryLater(`Azumuta answered ${what} with something that is no JSON.`, { scope: 'partner' });
  if (stepInto(json, 'error') || stepInto(json, 'errors'))
    throw new RetryLater(`Azumuta answered ${what} with an error${response.said}.`, { scope: 'order' });
  throw new Rejected(
    `Azumuta's answer when ${what} does not have the expected shape: ${describeMismatches(parsed.mismatches)}.`,
    { code: 'refused-by-azumuta' },
  );
}

function refuseFailure(response: Answer, what: string): Answer {
  if (response.status < 300) return response;
  throw new Rejected(`Azumuta refused ${what} (${response.status})${response.said}.`, {
    code: 'refused-by-azumuta',
  });
}

/** The sentence in an error body; its shape is unknown, so the usual places are looked at. It may echo our key. */
function saidIn({ json }: HttpResponse, key: string): string {
  const candidates = [json, stepInto(json, 'error'), stepInto(json, 'errors')].flatMap((at) => [
    at,
    stepInto(at, 'message'),
    stepInto(at, 'reason'),
  ]);
  const sentence = candidates.find((candidate) => typeof candidate === 'string');
  // Our own sentence ends with a full stop already.
  return sentence ? `: ${withoutSecrets(sentence, [key]).slice(0, 300).replace(/\.$/, '')}` : '';
}
