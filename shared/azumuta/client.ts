import { OrderNotReady, Rejected } from '../model/errors.ts';
import { type ProductOrderDraft, type ProductOrderRef, productOrderRefOf } from '../model/orders.ts';
import { definedFields, withFields } from '../model/unread.ts';
import type { HttpResponse, PartnerCall } from '../platform/http.ts';
import {
  type AzumutaProductOrder,
  type AzumutaRecording,
  type AzumutaWorkInstruction,
  articleIn,
  createdProductOrderIn,
  productOrderIdIn,
  productOrderIn,
  recordingIdIn,
  recordingIn,
  workInstructionIn,
} from './answer-readers.ts';
import { createFieldReader, type ReadResource, readByContract, startReading } from './field-readers.ts';
import type { AzumutaArticle } from './operations.ts';
import { requestForCreation } from './requests.ts';
import { type AzumutaOptions, AzumutaSession } from './session.ts';
import { nameForm } from './value-forms.ts';

/** Articles seldom change, so a container keeps them for some minutes. Unknown ones are looked up again. */
const articleTtlMs = 5 * 60_000;

/**
 * Azumuta's REST API, as far as the two flows need it: a call each, and one for each page of a listing. It throws
 * `PartnerDown` when Azumuta is down, `OrderNotReady` when it answers 200 with an error or has the number by now, and `Rejected` when it refuses or its answer cannot be understood.
 */
export class AzumutaClient {
  readonly #options: AzumutaOptions;
  readonly #session: AzumutaSession;
  readonly #articles = new Map<string, { readonly article: AzumutaArticle; readonly until: number }>();

  constructor(options: AzumutaOptions) {
    this.#options = options;
    this.#session = new AzumutaSession(options);
  }

  async findArticle(number: string, call: PartnerCall): Promise<AzumutaArticle | undefined> {
    const now = this.#options.clock.now().getTime();
    const kept = this.#articles.get(number);
    if (kept && kept.until > now) return kept.article;
    const asked = { ...call, what: `looking up article ${number}` };
    const article = await this.#session.find('findArticle', articleIn, number, asked);
    if (article) this.#articles.set(number, { article, until: now + articleTtlMs });
    return article;
  }

  async findProductOrder(number: string, call: PartnerCall): Promise<AzumutaProductOrder | undefined> {
    const asked = { ...call, what: `looking up product order ${number}` };
    const find = <T>(as: ReadResource<T>) => this.#session.find('findProductOrder', as, number, asked);
    const { summaries } = this.#options.contract.operations.findProductOrder;
    if (!summaries) return find(productOrderIn);
    const id = await find(productOrderIdIn);
    if (!id) return undefined;
    const order = await this.productOrder(id, call);
    if (order?.number === number) return order;
    // To answer that there is none would create it a second time.
    throw new OrderNotReady(`Azumuta lists product order ${number} with an id that is not its own.`);
  }

  productOrder(id: string, call: PartnerCall): Promise<AzumutaProductOrder | undefined> {
    const asked = { ...call, what: `reading product order ${id}` };
    return this.#session.read('readProductOrder', productOrderIn, { id }, asked);
  }

  async createProductOrder(
    draft: ProductOrderDraft,
    article: AzumutaArticle,
    call: PartnerCall,
  ): Promise<ProductOrderRef> {
    const { number } = draft;
    const what = `creating product order ${number}`;
    const request = this.#requestFor(draft, article, call);
    const answer = await this.#session.send('createProductOrder', request, what);
    const { exists } = this.#options.contract.operations.createProductOrder;
    // An attempt of ours whose answer was lost, or a person just now, may have created it.
    if (exists.includes(answer.status) && (await this.findProductOrder(number, call)))
      throw new OrderNotReady(
        `${number} was created in Azumuta a moment ago. The next attempt checks whether it is the one we want.`,
        { wrote: 'known' },
      );
    const resource = this.#session.resourceIn('createProductOrder', answer, what);
    const created = readByContract(this.#options.contract, createdProductOrderIn, resource);
    const shown = created.ok ? created.value : await this.#unshown(number, resource, answer, call);
    // It may have been created: only a later look-up by number shows it.
    if (!shown) throw this.#session.unclear(created, answer, what).with({ wrote: 'perhaps' });
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
    if (this.#session.isFailure(answer)) return undefined;
    const { contract } = this.#options;
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

  /** Whether steps have their names in the work instruction only. */
  get namesSteps(): boolean {
    return this.#options.contract.step.nameIn === 'workInstruction';
  }

  /**
   * A product order with its recordings, where these are listed at an address of their own. What is still being built is
   * not booked: it costs no list.
   */
  async withRecordings(order: AzumutaProductOrder, call: PartnerCall): Promise<AzumutaProductOrder> {
    const { operations, trustTrigger } = this.#options.contract;
    const mayBeBooked = order.completed || trustTrigger;
    if (!operations.listRecordings || !mayBeBooked) return order;
    const { id, number } = order;
    const asked = { ...call, what: `listing recordings of product order ${number}` };
    const values = { productOrder: { id, number } };
    const listed = await this.#session.list('listRecordings', recordingIdIn, values, asked);
    return withFields(order, { recordingIds: [...new Set(listed.filter((one) => one !== undefined))] });
  }

  async recording(
    id: string,
    call: PartnerCall,
    productOrder?: ProductOrderOwner,
  ): Promise<AzumutaRecording | undefined> {
    const asked = { ...call, what: `reading recording ${id}` };
    const recording = await this.#session.read('readRecording', recordingIn, { id, productOrder }, asked);
    if (recording) this.#requireOwner(recording);
    return recording;
  }

  workInstruction(
    id: string,
    call: PartnerCall,
    version?: number,
  ): Promise<AzumutaWorkInstruction | undefined> {
    const asked = { ...call, what: `reading work instruction ${id}` };
    return this.#session.read('readWorkInstruction', workInstructionIn, { id, version }, asked);
  }

  /** A list by a filter, which Azumuta may ignore, has recordings of other orders, too. @throws Rejected for one that does not say whose it is */
  #requireOwner({ id, productOrder }: AzumutaRecording): void {
    const { listRecordings } = this.#options.contract.operations;
    const isFiltered = listRecordings && !listRecordings.path.includes('{productOrder.');
    const saysWhose = productOrder.id !== undefined || productOrder.number !== undefined;
    if (!isFiltered || saysWhose) return;
    throw new Rejected(
      `Recording ${id} does not say which product order it belongs to, and a filter may be ignored: set azumuta.contract.recording.productOrderId to where it is, or operations.listRecordings.path to one that names the product order.`,
      { causeCode: 'refused-by-azumuta' },
    );
  }

  /** @throws Rejected before anything is sent, such as for a variant that somebody may create now. */
  #requestFor(draft: ProductOrderDraft, article: AzumutaArticle, call: PartnerCall) {
    try {
      return requestForCreation(this.#options.contract, draft, article, call);
    } catch (error) {
      this.#articles.delete(article.number);
      throw error instanceof Rejected ? error.beforeWriting() : error;
    }
  }
}

interface ProductOrderOwner {
  readonly id: string;
  readonly number: string;
}

/** A product order as Azumuta shows it now: by its id, or by its number when it was made again. */
export async function readByIdOrNumber(
  { id, number }: { readonly id: string | undefined; readonly number: string },
  call: PartnerCall,
  azumuta: Pick<AzumutaClient, 'productOrder' | 'findProductOrder'>,
): Promise<AzumutaProductOrder | undefined> {
  const known = id === undefined ? undefined : await azumuta.productOrder(id, call);
  return known ?? azumuta.findProductOrder(number, call);
}
