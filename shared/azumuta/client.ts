import { OrderNotReady, Rejected } from '../model/errors.ts';
import { type ProductOrderDraft, type ProductOrderRef, productOrderRefOf } from '../model/orders.ts';
import { definedFields } from '../model/unread.ts';
import type { HttpResponse, PartnerCall } from '../platform/http.ts';
import { articleIn, createdProductOrderIn } from './creation-readers.ts';
import { createFieldReader, readByContract, startReading } from './field-readers.ts';
import type { AzumutaArticle, PlaceInBatch } from './operations.ts';
import { AzumutaReader } from './reader.ts';
import { requestForCreation } from './request-for-creation.ts';
import { nameForm } from './value-forms.ts';

/** Articles seldom change, so a container keeps them for some minutes. Unknown ones are looked up again. */
const articleTtlMs = 5 * 60_000;

/**
 * Azumuta's REST API, as far as the two flows need it: what it shows, and the one call that changes anything. It throws what
 * the reader throws, and `OrderNotReady` when Azumuta has the number by now.
 */
export class AzumutaClient extends AzumutaReader {
  readonly #articles = new Map<string, { readonly article: AzumutaArticle; readonly until: number }>();

  async findArticle(number: string, call: PartnerCall): Promise<AzumutaArticle | undefined> {
    const now = this.options.clock.now().getTime();
    const kept = this.#articles.get(number);
    if (kept && kept.until > now) return kept.article;
    const asked = { ...call, what: `looking up article ${number}` };
    const article = await this.session.find('findArticle', articleIn, number, asked);
    if (article) this.#articles.set(number, { article, until: now + articleTtlMs });
    return article;
  }

  async createProductOrder(
    draft: ProductOrderDraft,
    article: AzumutaArticle,
    call: PartnerCall,
    place?: PlaceInBatch,
  ): Promise<ProductOrderRef> {
    const { number } = draft;
    const what = `creating product order ${number}`;
    const request = this.#requestFor(draft, article, call, place);
    const answer = await this.session.send('createProductOrder', request, what);
    const { exists } = this.options.contract.operations.createProductOrder;
    // An attempt of ours whose answer was lost, or a person just now, may have created it.
    if (exists.includes(answer.status) && (await this.findProductOrder(number, call)))
      throw new OrderNotReady(
        `${number} was created in Azumuta a moment ago. The next attempt checks whether it is the one we want.`,
        { wrote: 'known' },
      );
    const resource = this.session.resourceIn('createProductOrder', answer, what);
    const created = readByContract(this.options.contract, createdProductOrderIn, resource);
    const shown = created.ok ? created.value : await this.#unshown(number, resource, answer, call);
    // It may have been created: only a later look-up by number shows it.
    if (!shown) throw this.session.unclear(created, answer, what).with({ wrote: 'perhaps' });
    const { number: given = number, ...ref } = shown;
    if (given !== number) {
      throw new Rejected(
        `Azumuta created product order ${given} when it was asked for ${number}. Remove it there, switch the automatic numbers of article ${article.number} off, and replay; if Azumuta shows it as ${number}, set azumuta.contract.createdProductOrder.number to where that is.`,
        { causeCode: 'conflict' },
      );
    }
    return { ...ref, number };
  }

  /** What was created without its id: by `Location` (RFC 9110 §10.2.2), else looked up by its number. */
  async #unshown(number: string, resource: unknown, answer: HttpResponse, call: PartnerCall) {
    if (this.session.isFailure(answer)) return undefined;
    const { contract } = this.options;
    const given = createFieldReader(
      resource,
      'createdProductOrder',
      startReading(contract),
    )('number', nameForm);
    const template = contract.operations.readProductOrder.path.replace(/[.*+?^$()|]/g, '\\$&');
    const address = new RegExp(`${template.replace('{id}', '([^/?#]+)')}(?:[?#].*)?$`);
    const [, id] = address.exec(answer.headers.get('location') ?? '') ?? [];
    const isRenamed = given && given !== number;
    if (id || isRenamed) return definedFields({ id: decodeURIComponent(id ?? ''), number: given });
    // What goes wrong now is asked again by the next attempt.
    const order = await this.findProductOrder(number, call).catch(() => undefined);
    return order && productOrderRefOf(order);
  }

  /** @throws Rejected before anything is sent, such as for a variant that somebody may create now. */
  #requestFor(
    draft: ProductOrderDraft,
    article: AzumutaArticle,
    call: PartnerCall,
    place: PlaceInBatch | undefined,
  ) {
    try {
      return requestForCreation(this.options, draft, article, call, place);
    } catch (error) {
      this.#articles.delete(article.number);
      throw error instanceof Rejected ? error.beforeWriting() : error;
    }
  }
}
