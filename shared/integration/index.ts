/**
 * The only file that a plant's configuration (`plants/<plant>.config.ts`) imports of this project. As package.json declares
 * it free of side effects, bundles hold only the connector that is used. `zod/mini` would be bundled whole, so it is not here.
 */

export type { AzumutaContractSettings } from '../azumuta/contract.ts';
export { textIn } from '../azumuta/value-forms.ts';
export type { ErpDefinition } from '../erp/connector.ts';
export * from '../erp/registry.ts';
export {
  type BookContext,
  instantIn,
  type LinkContext,
  listAt,
  type Place,
  path,
  type RestAnswer,
  type RestListing,
  type RestLookUp,
  type RestMeaning,
  type RestOptions,
  type RestOrder,
  type RestProcedure,
  type RestStep,
  textAt,
  valueAt,
} from '../erp/rest/index.ts';
export type { CompletedProductOrder, Recording } from '../model/completions.ts';
export type { ErpOrder } from '../model/orders.ts';
export { compareDecimals, type Decimal } from '../model/quantity.ts';
export { dayIn } from '../model/time.ts';
export { type CompletionMapping, defineIntegration, type ProductOrderMapping } from './define.ts';
export type { Deployment } from './deployment.ts';
export { planned, recorded, recordedAll } from './mapping/recorded.ts';
export {
  recordedChecks,
  recordedComponents,
  recordedOperations,
  recordedScrap,
} from './mapping/recorded-details.ts';
