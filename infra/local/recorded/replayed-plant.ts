import type { ProductOrderMapping } from '../../../shared/integration/define.ts';
import { type CompletionMapping, planned, recorded } from '../../../shared/integration/index.ts';
import type { RecordingHead } from './account-recording.ts';

export type ReplayedOrder = RecordingHead['order'];

/** Any order of the ERP becomes the one of the recording, and what was recorded of it is booked. */
export function mappingsOfReplay({ number, article, parameters, variants, recorded: typed }: ReplayedOrder): {
  readonly productOrders: ProductOrderMapping;
  readonly completions: CompletionMapping;
} {
  return {
    productOrders: {
      number: () => number,
      article: () => article,
      parameters: () => parameters,
      variants: () => variants,
    },
    completions: {
      quantity: (completed) => (typed === undefined ? planned(completed) : recorded(completed, typed.step)),
    },
  };
}

/** One more than was recorded: what is booked cannot be what was planned. */
export function plannedForReplay({ recorded: typed, parameters }: ReplayedOrder): string {
  const value = Number(typed?.value);
  return value > 0 ? String(Math.ceil(value) + 1) : String(parameters.Quantity ?? 1);
}
