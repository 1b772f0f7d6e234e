import { Rejected, RetryLater } from '../model/errors.ts';
import type { ProductOrderDraft, ProductOrderRef } from '../model/orders.ts';
import { createAnswerReaders } from './answer-readers.ts';
import { creation } from './requests.ts';
import type { Article, AzumutaProductOrder, AzumutaRecording, WorkInstruction } from './resources.ts';
import { type AzumutaOptions, createSession } from './session.ts';

/** Articles seldom change, so a container keeps them for some minutes. Unknown ones are looked up again. */
const articleTtlMs = 5 * 60_000;

export type AzumutaClient = ReturnType<typeof createAzumutaClient>;

/**
 * Azumuta's REST API, as far as the two flows need it. Every method is one call (a listing by number follows `next`, on
 * the same origin only). It throws `RetryLater` of scope `partner` when Azumuta is down, of scope `order` when it
 * answers 200 with an error or has the number by now, and `Rejected` when it refuses or when its answer cannot be
 * understood.
 */
export function createAzumutaClient(options: AzumutaOptions) {
  const { contract, clock } = options;
  const session = createSession(options);
  const readers = createAnswerReaders(contract);
  const creationOf = creation(contract);
  const articles = new Map<string, { readonly article: Article; readonly until: number }>();

  function findProductOrder(number: string, signal: AbortSignal): Promise<AzumutaProductOrder | undefined> {
    const what = `looking up product order ${number}`;
    return session.find('findProductOrder', readers.findProductOrder, number, { what, signal });
  }

  /** @throws Rejected before anything is sent, such as for a variant that somebody may create now. */
  function requestFor(draft: ProductOrderDraft, article: Article, signal: AbortSignal) {
    try {
      return creationOf(draft, article, signal);
    } catch (error) {
      articles.delete(article.number);
      throw error instanceof Rejected ? error.beforeWriting() : error;
    }
  }

  return {
    async findArticle(number: string, signal: AbortSignal): Promise<Article | undefined> {
      const kept = articles.get(number);
      if (kept && kept.until > clock.now().getTime()) return kept.article;
      const what = `looking up article ${number}`;
      const article = await session.find('findArticle', readers.findArticle, number, { what, signal });
      if (article) articles.set(number, { article, until: clock.now().getTime() + articleTtlMs });
      return article;
    },

    findProductOrder,

    productOrder(id: string, signal: AbortSignal): Promise<AzumutaProductOrder | undefined> {
      const what = `reading product order ${id}`;
      return session.read('readProductOrder', readers.readProductOrder, { id }, { what, signal });
    },

    async createProductOrder(
      draft: ProductOrderDraft,
      article: Article,
      signal: AbortSignal,
    ): Promise<ProductOrderRef> {
      const { number } = draft;
      const what = `creating product order ${number}`;
      const answer = await session.send('createProductOrder', requestFor(draft, article, signal), what);
      // An attempt of ours whose answer was lost, or a person just now, may have created it.
      if (
        contract.operations.createProductOrder.exists.includes(answer.status) &&
        (await findProductOrder(number, signal))
      )
        throw new RetryLater(
          `Azumuta has a product order ${number} since a moment ago: the next attempt looks whether it is the one that is wanted.`,
          { scope: 'order', wrote: 'known' },
        );
      const created = readers.createProductOrder(session.resourceIn('createProductOrder', answer, what));
      // It may have been created: only a look-up by number shows it.
      if (!created.ok) throw session.unclear(created.misfits, answer, what).with({ wrote: 'perhaps' });
      const { number: given = number, ...ref } = created.value;
      if (given !== number) {
        throw new Rejected(
          `Azumuta created product order ${given} when it was asked for ${number}. Remove it there, switch the automatic numbers of article ${article.number} off, and replay; if Azumuta shows it as ${number}, set azumuta.contract.createdProductOrder.number to where that is.`,
          { code: 'conflict' },
        );
      }
      return { ...ref, number };
    },

    /** @param productOrder Whose recording it is. */
    recording(
      id: string,
      signal: AbortSignal,
      productOrder?: { readonly id: string; readonly number: string },
    ): Promise<AzumutaRecording | undefined> {
      const what = `reading recording ${id}`;
      return session.read('readRecording', readers.readRecording, { id, productOrder }, { what, signal });
    },

    workInstruction(id: string, signal: AbortSignal): Promise<WorkInstruction | undefined> {
      const what = `reading work instruction ${id}`;
      return session.read('readWorkInstruction', readers.readWorkInstruction, { id }, { what, signal });
    },
  };
}

/** A product order as Azumuta shows it now: by its id, or by its number when it was made again. */
export async function readByIdOrNumber(
  { id, number }: { readonly id: string | undefined; readonly number: string },
  signal: AbortSignal,
  azumuta: Pick<AzumutaClient, 'productOrder' | 'findProductOrder'>,
): Promise<AzumutaProductOrder | undefined> {
  const known = id === undefined ? undefined : await azumuta.productOrder(id, signal);
  return known ?? azumuta.findProductOrder(number, signal);
}
