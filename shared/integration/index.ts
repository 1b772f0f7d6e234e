/**
 * The only file that a plant's configuration (`plants/<plant>.config.ts`) imports of this project.
 *
 * The bundles of its functions hold only the connector that it uses: package.json declares the project free of side
 * effects, so esbuild leaves the others out. `zod/mini` is not re-exported, as all of it would be bundled.
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
