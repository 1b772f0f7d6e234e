import { OrderNotReady, Rejected } from '../model/errors.ts';
import { withFields } from '../model/unread.ts';
import type { PartnerCall } from '../platform/http.ts';
import {
  type AzumutaProductOrder,
  type AzumutaRecording,
  type AzumutaWorkInstruction,
  productOrderIdIn,
  productOrderIn,
  recordingIdIn,
  recordingIn,
  workInstructionIn,
} from './answer-readers.ts';
import type { ReadResource } from './field-readers.ts';
import { type AzumutaOptions, AzumutaSession } from './session.ts';

/**
 * What Azumuta shows of product orders, a call each, and one for each page of a listing; it changes nothing there, so the
 * functions that only ask have this alone. It throws `PartnerDown` when Azumuta is down, `OrderNotReady` when it answers
 * 200 with an error, and `Rejected` when it refuses or its answer cannot be understood.
 */
export class AzumutaReader {
  protected readonly options: AzumutaOptions;
  protected readonly session: AzumutaSession;

  constructor(options: AzumutaOptions) {
    this.options = options;
    this.session = new AzumutaSession(options);
  }

  async findProductOrder(number: string, call: PartnerCall): Promise<AzumutaProductOrder | undefined> {
    const asked = { ...call, what: `looking up product order ${number}` };
    const find = <T>(as: ReadResource<T>) => this.session.find('findProductOrder', as, number, asked);
    const { summaries } = this.options.contract.operations.findProductOrder;
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
    return this.session.read('readProductOrder', productOrderIn, { id }, asked);
  }

  /** Whether steps have their names in the work instruction only. */
  get namesSteps(): boolean {
    return this.options.contract.step.nameIn === 'workInstruction';
  }

  /**
   * A product order with its recordings, where these are listed at a separate address. What is still being built is
   * not booked: it costs no list.
   */
  async withRecordings(order: AzumutaProductOrder, call: PartnerCall): Promise<AzumutaProductOrder> {
    const { operations, trustTrigger } = this.options.contract;
    const mayBeBooked = order.completed || trustTrigger;
    if (!operations.listRecordings || !mayBeBooked) return order;
    const { id, number } = order;
    const asked = { ...call, what: `listing recordings of product order ${number}` };
    const values = { productOrder: { id, number } };
    const listed = await this.session.list('listRecordings', recordingIdIn, values, asked);
    return withFields(order, { recordingIds: [...new Set(listed.filter((one) => one !== undefined))] });
  }

  async recording(
    id: string,
    call: PartnerCall,
    productOrder?: ProductOrderOwner,
  ): Promise<AzumutaRecording | undefined> {
    const asked = { ...call, what: `reading recording ${id}` };
    const recording = await this.session.read('readRecording', recordingIn, { id, productOrder }, asked);
    if (recording) this.#requireOwner(recording);
    return recording;
  }

  workInstruction(
    id: string,
    call: PartnerCall,
    version?: number,
  ): Promise<AzumutaWorkInstruction | undefined> {
    const asked = { ...call, what: `reading work instruction ${id}` };
    return this.session.read('readWorkInstruction', workInstructionIn, { id, version }, asked);
  }

  /** A list by a filter, which Azumuta may ignore, has recordings of other orders, too. @throws Rejected for one that does not say whose it is */
  #requireOwner({ id, productOrder }: AzumutaRecording): void {
    const { listRecordings } = this.options.contract.operations;
    const isFiltered = listRecordings && !listRecordings.path.includes('{productOrder.');
    const saysWhose = productOrder.id !== undefined || productOrder.number !== undefined;
    if (!isFiltered || saysWhose) return;
    throw new Rejected(
      `Recording ${id} does not say which product order it belongs to, and a filter may be ignored: set azumuta.contract.recording.productOrderId to where it is, or operations.listRecordings.path to one that names the product order.`,
      { causeCode: 'refused-by-azumuta' },
    );
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
  azumuta: Pick<AzumutaReader, 'productOrder' | 'findProductOrder'>,
): Promise<AzumutaProductOrder | undefined> {
  const known = id === undefined ? undefined : await azumuta.productOrder(id, call);
  return known ?? azumuta.findProductOrder(number, call);
}
