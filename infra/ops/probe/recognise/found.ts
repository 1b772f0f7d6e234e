import type { FindOperation } from '../../../../shared/azumuta/requests.ts';
import type { Located } from './json-nodes.ts';

export type IdOperation = 'readProductOrder' | 'readRecording' | 'readWorkInstruction';

export interface FoundResource extends Located {
  /** The id that was asked for, and its path where it was found. */
  readonly id?: string | undefined;
  readonly field?: string;
}

/** The resources that were found, by the operation that answered them. */
export type FoundResources = { readonly [Name in FindOperation | IdOperation]?: FoundResource | undefined };

/** The product order as it was read by its id, else as a list has it. */
export function orderIn({ readProductOrder, findProductOrder }: FoundResources): FoundResource | undefined {
  return readProductOrder ?? findProductOrder;
}
