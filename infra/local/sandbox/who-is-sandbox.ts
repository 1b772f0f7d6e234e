import { calledOriginsOf } from '../../../shared/azumuta/azumuta-http.ts';
import type { CompleteIntegration } from '../../../shared/integration/define.ts';

/** What `integration.config.ts` calls the ERP that runs on this machine. A plant's own ERP has another name. */
export const sandboxErpName = 'Sandbox ERP';

/** Which partners of a plant on this machine are sandboxes: the others are real, and what is booked there is booked. */
export interface SandboxedPartners {
  readonly azumuta: boolean;
  readonly erp: boolean;
  /** How people know its ERP. */
  readonly erpName: string;
}

/**
 * @param integration As it is with the addresses of the sandboxes in its environment.
 * @param sandboxes Where they listen. One runs for each partner, also where nobody calls it.
 */
export function sandboxedPartners(
  { azumuta, erp }: Pick<CompleteIntegration, 'azumuta' | 'erp'>,
  sandboxes: { readonly azumuta: string },
): SandboxedPartners {
  const sandboxOrigin = new URL(sandboxes.azumuta).origin;
  return {
    azumuta: calledOriginsOf(azumuta).every((origin) => origin === sandboxOrigin),
    erp: erp.name === sandboxErpName,
    erpName: erp.name,
  };
}

/** The sentence for a person. */
export function sandboxSentence({ azumuta, erp, erpName }: SandboxedPartners): string {
  if (azumuta && erp) return 'Both partners are sandboxes here.';
  if (azumuta)
    return `Azumuta is a sandbox here. The ERP is real (${erpName}): what you complete is booked there.`;
  if (erp) return 'The ERP is a sandbox here. Azumuta is real: orders are created there.';
  return `Both partners are real here (Azumuta, ${erpName}), and nobody calls the sandboxes.`;
}
