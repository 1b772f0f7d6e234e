import { OrderNotReady } from '../model/errors.ts';
import type { PartnerCall } from '../platform/http.ts';
import {
  type AzumutaProductOrder,
  type AzumutaRecording,
  type AzumutaWorkInstruction,
  productOrderIdIn,
  productOrderIn,
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

  recording(
    id: string,
    call: PartnerCall,
    productOrder?: { readonly id: string; readonly number: string },
  ): Promise<AzumutaRecording | undefined> {
    const asked = { ...call, what: `reading recording ${id}` };
    return this.session.read('readRecording', recordingIn, { id, productOrder }, asked);
  }

  workInstruction(id: string, call: PartnerCall): Promise<AzumutaWorkInstruction | undefined> {
    const asked = { ...call, what: `reading work instruction ${id}` };
    return this.session.read('readWorkInstruction', workInstructionIn, { id }, asked);
  }
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
