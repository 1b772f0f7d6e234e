import type * as z from 'zod/mini';
import type { contractSchema } from '../azumuta/contract.ts';
import type { ErpDefinition } from '../erp/connector.ts';
import type { CompletedProductOrder, Link, Lot } from '../model/completions.ts';
import type { ErpOrder, ParameterValue } from '../model/orders.ts';
import { type PartnerLimit, withAtOnce } from '../model/partner.ts';
import type { Quantity } from '../model/quantity.ts';
import { describeMismatches, parse } from '../platform/validation.ts';
import type { Deployment } from './deployment.ts';
import { integrationSchema } from './schema.ts';

/**
 * How a product order is made from an ERP order: the three questions of Azumuta's ERP guide. Each function must return
 * the same for the same order: no calls, no clock, no chance. What it throws, or returns wrongly, rejects the order, with
 * the field's path and the order's number.
 */
export interface ProductOrderMapping {
  /** How is the product order number determined? 1 to 200 characters. Default: the ERP order's number. */
  readonly number?: (order: ErpOrder) => string;
  /** Based on which article is it created, by number? Default: the ERP order's article. */
  readonly article?: (order: ErpOrder) => string;
  /**
   * Which parameters are sent along? Keys may contain spaces; `undefined` leaves a parameter out. `part` says which part
   * of a split order it is: `index` counts from 1. Default: `Quantity` with the ERP order's amount.
   */
  readonly parameters?: (
    order: ErpOrder,
    part: { readonly index: number; readonly of: number },
  ) => Readonly<Record<string, ParameterValue | undefined>>;
  /** Which variants of the article apply, by name or id? Default: none. */
  readonly variants?: (order: ErpOrder) => readonly string[];
  /**
   * Azumuta's product order is one individual product, an ERP order has a quantity. `one` (the default): one product
   * order that carries the quantity as a parameter. `{ per: 'unit' }`: one for each unit, numbered `<number>/1 …`; an
   * order whose quantity is no whole number is rejected.
   */
  readonly split?:
    | 'one'
    | {
        /** One product order for each unit. */
        readonly per: 'unit';
        /**
         * `each`: book each unit when it is completed. `when-all-done`: book all of them when the last is, for an ERP where
         * closing an order closes all of it.
         */
        readonly book: 'each' | 'when-all-done';
        /**
         * Most units, 1 to 500: a larger order is rejected, as one booking of all parts holds at most some 1,800
         * recordings. Default 200.
         */
        readonly most?: number;
      };
  /** Whether an ERP order is wanted at all. Default: all are. */
  readonly accept?: (order: ErpOrder) => boolean;
}

/**
 * What a completed product order becomes in the ERP. What a function throws, or returns wrongly, rejects the completion,
 * with the field's path and the product order's number.
 */
export interface CompletionMapping {
  /**
   * Good quantity, 0 or more; text (`'2.50'`) where exact decimals matter. Without a quantity the completion is rejected,
   * for a person. Default: `planned(completed)`, the parameter `Quantity`.
   */
  readonly quantity?: (completed: CompletedProductOrder) => Quantity | string | number | undefined;
  /** Quantity that was built and cannot be used, 0 or more. Default: none. */
  readonly scrap?: (completed: CompletedProductOrder) => Quantity | string | number | undefined;
  /** Serial or lot numbers that were built; `scrapped: true` for those that cannot be used. Default: none. */
  readonly lots?: (completed: CompletedProductOrder) => readonly (Lot | string)[];
  /** Lines for the ERP. Default: one line that names the product order and its recordings. */
  readonly notes?: (completed: CompletedProductOrder) => readonly string[];
  /** Pages for the ERP. Default: every page that Azumuta names for the product order and its recordings. */
  readonly links?: (completed: CompletedProductOrder) => readonly Link[];
  /** Whether this finishes the ERP order, even when less was built than planned. Default: true. */
  readonly final?: (completed: CompletedProductOrder) => boolean;
  /** ERP order number of a product order that this integration did not create. Default: the product order's number. */
  readonly erpOrderNumber?: (productOrderNumber: string) => string;
  /** Completions of orders that the ERP does not know: `reject` shows them to a person. Default `reject`. */
  readonly unknownOrder?: 'reject' | 'ignore';
  /**
   * Completions for which neither Azumuta's product order nor its trigger lists the recordings. `reject` shows them to a
   * person after half an hour, `ignore` books them without recordings. Default `reject`.
   */
  readonly unknownRecordings?: 'reject' | 'ignore';
  /** Whether the mapping gets operators' names and signatures (personal data). Default: false. */
  readonly includeOperators?: boolean;
}

/** The configuration of a plant. */
export interface Integration {
  /** Short name of the plant, part of the stack's name: letters, digits and dashes, at most 31. */
  readonly plant: string;
  /**
   * IANA time zone of the plant, `Europe/Brussels`: days are counted there. Posting dates, the days of work and
   * *today* follow from it.
   */
  readonly timeZone: string;
  /** How Azumuta is called, and what its triggers send. */
  readonly azumuta?: PartnerLimit & {
    /** Default `https://app.azumuta.com/api/v1`. */
    readonly baseUrl?: string;
    /** Where Azumuta's API differs from what is assumed: one line for each field. */
    readonly contract?: z.input<typeof contractSchema>;
  };
  /** The ERP's connector: `tryton({…})`, `odoo({…})`, `sapS4Hana({…})` or `rest({…})`. */
  readonly erp: ErpDefinition;
  /** How a product order is made from an ERP order. */
  readonly productOrders?: ProductOrderMapping;
  /** What a completed product order becomes in the ERP. */
  readonly completions?: CompletionMapping;
  /** What runs by the clock. */
  readonly schedule?: {
    /** Whether released orders are pulled from the ERP; `off` when the ERP calls the order endpoint. Default `off`. */
    readonly pull?:
      | 'off'
      | {
          /** Minutes between two pulls, 1 to 1440. */
          readonly everyMinutes: number;
          /** Going live: orders that were released or changed before this time (ISO, with zone) stay out. */
          readonly from: string;
        };
    /**
     * Whether Azumuta is asked about overdue product orders, as a trigger may have been lost, or come before the order
     * was completed. Azumuta discourages polling, so this is one read for each overdue order, and at most `most` a run.
     * `off`: a trigger that came too early becomes a dead letter. Default: once a day.
     */
    readonly reconcile?:
      | 'off'
      | {
          /** Hours between two runs, 1 to 72. Azumuta prefers 24. */
          readonly everyHours: number;
          /** Most orders that one run asks about, 1 to 500. Default 50. */
          readonly most?: number;
          /** Hours after its due date from which an order is overdue, 0 to 2160; a date alone means its midnight. Default 24. */
          readonly graceHours?: number;
        };
  };
  /** What differs from plant to plant in the stack: alarms, domain, network. */
  readonly deployment?: Deployment;
}

/** Functions keep their own types: the schema can only check that they are functions. */
type Typed = Required<Pick<Integration, 'erp' | 'productOrders' | 'completions'>>;

/** An integration with its defaults filled in. */
export type CompleteIntegration = Readonly<Omit<z.output<typeof integrationSchema>, keyof Typed> & Typed>;

/** A wrong configuration: it stops synthesis, `npm start` and every worker before any traffic. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** What a configuration may depend on. */
export interface IntegrationContext {
  /** Stage of the stack, as `-c stage=…` names it: `production`, `test` … */
  readonly stage: string;
}

/** The default export of a configuration. */
export type DefinedIntegration = CompleteIntegration | ((context: IntegrationContext) => CompleteIntegration);

/**
 * Defines the one configuration of a plant: the default export of its file. Checked at synth, and again when a worker
 * starts.
 * @param integration The configuration, or a function that makes it where test and production differ.
 * @throws ConfigurationError with the path of every field that does not fit.
 * @example
 * export default defineIntegration(({ stage }) => ({
 *   plant: 'ghent',
 *   timeZone: 'Europe/Brussels',
 *   erp: odoo({ url: 'https://plant.odoo.com', database: `plant-${stage}`, backorder: 'keep' }),
 *   completions: { quantity: (completed) => recorded(completed, 'Good quantity') ?? planned(completed) },
 * }));
 */
export function defineIntegration(integration: Integration): CompleteIntegration;
export function defineIntegration(
  integration: (context: IntegrationContext) => Integration,
): (context: IntegrationContext) => CompleteIntegration;
export function defineIntegration(
  integration: Integration | ((context: IntegrationContext) => Integration),
): DefinedIntegration {
  if (typeof integration === 'function') return (context) => complete(integration(context));
  return complete(integration);
}

/** The configuration at one stage. */
export function integrationAt(defined: DefinedIntegration, stage: string): CompleteIntegration {
  return typeof defined === 'function' ? defined({ stage }) : defined;
}

function complete(integration: Integration): CompleteIntegration {
  const checked = parse(integrationSchema, integration);
  if (!checked.ok) {
    throw new ConfigurationError(
      `The integration configuration is wrong. ${describeMismatches(checked.mismatches)}.`,
    );
  }
  const { plant, timeZone, azumuta, schedule, deployment } = checked.value;
  return {
    plant,
    timeZone,
    azumuta: withAtOnce(azumuta),
    schedule,
    deployment,
    erp: withAtOnce(integration.erp),
    productOrders: integration.productOrders ?? {},
    completions: integration.completions ?? {},
  };
}
