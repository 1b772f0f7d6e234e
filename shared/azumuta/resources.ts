import type { CompletedProductOrder, Recording } from '../model/completions.ts';
import { Rejected } from '../model/errors.ts';
import type { ProductOrderDraft, ProductOrderRef } from '../model/orders.ts';

export interface Article {
  readonly id: string;
  readonly number: string;
  readonly variants: readonly { readonly id: string; readonly name: string }[];
}

export interface AzumutaProductOrder extends ProductOrderRef {
  readonly completed: boolean;
  readonly status?: string | undefined;
  readonly completedAt?: string | undefined;
  readonly article?: string | undefined;
  readonly parameters: CompletedProductOrder['parameters'];
  readonly variants: readonly string[];
  /** Undefined when Azumuta's answer does not list recordings, which is not the same as an empty list. */
  readonly recordingIds?: readonly string[] | undefined;
}

export interface AzumutaRecording extends Recording {
  readonly productOrder: { readonly id?: string; readonly number?: string };
}

export interface WorkInstruction {
  readonly id: string;
  readonly name?: string | undefined;
}

/** @throws Rejected naming the variant that the article does not have. */
export function variantIdsOf(draft: ProductOrderDraft, article: Article): string[] {
  return draft.variants.map((wanted) => {
    const variant = article.variants.find(
      ({ id, name }) => id === wanted || name.toLowerCase() === wanted.toLowerCase(),
    );
    if (variant) return variant.id;
    const known = article.variants.map(({ name }) => name).join(', ') || 'none';
    throw new Rejected(
      `Article ${article.number} has no variant "${wanted}" in Azumuta (it has: ${known}).`,
      { code: 'unknown-article' },
    );
  });
}
