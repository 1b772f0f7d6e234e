import type * as z from 'zod/mini';
import type { contractSchema } from '../azumuta/contract.ts';
import type { ErpDefinition } from '../erp/connector.ts';
import type { CompletedProductOrder, Link, Lot } from '../model/completions.ts';
import type { ErpOrder, ParameterValue } from '../model/orders.ts';
import { withAtOnce } from '../model/partner.ts';
import type { Quantity } from '../model/quantity.ts';
import { utcInstant } from '../model/time.ts';
import { describeMismatches, parse } from '../platform/validation.ts';
import type { Deployment } from './deployment.ts';
import { integrationSchema } from './schema.ts';

/** How a product order is made from an ERP order: the three questions of Azumuta's ERP guide. */
export interface ProductOrderMapping {
  /** How is the product order number determined? Default: the ERP order's number. */
  readonly number?: (order: ErpOrder) => string;
  /** Based on which article is it created? Default: the ERP order's article. */
  readonly article?: (order: ErpOrder) => string;
  /** Which parameters are sent along? Default: `Quantity` with the ERP order's amount. Keys may hold spaces. */
  readonly parameters?: (
    order: ErpOrder,
    part: { readonly index: number; readonly of: number },
  ) => Readonly<Record<string, ParameterValue | undefined>>;
  /** Which variants of the article apply, by name or id? Default: none. */
  readonly variants?: (order: ErpOrder) => readonly string[];
  /**
   * Azumuta's product order is one individual product, an ERP order has a quantity. `one`: one product order
   * that carries the quantity as a parameter. `per-unit`: one for each unit, numbered `<number>/1 …`.
   */
  readonly split?:
    | 'one'
    | {
        /** One product order for each unit. */
        readonly per: 'unit';
        /** Book each unit when it is completed, or all of them when the last is: closing may close them all. */
        readonly book: 'each' | 'when-all-done';
        /**
         * A larger order is rejected. Default 200, at most 500: a booking of all parts tells of some 1,800 recordings
         * at most.
         */
        readonly most?: number;
      };
  /** Which ERP orders are wanted at all. Default: all. */
  readonly accept?: (order: ErpOrder) => boolean;
}

/** What a completed product order becomes in the ERP. */
export interface CompletionMapping {
  /** Good quantity. Default: `planned(completed)`, the parameter `Quantity`. Without a quantity a person is asked. */
  readonly quantity?: (completed: CompletedProductOrder) => Quantity | string | number | undefined;
  /** Quantity that was built and cannot be used. Default: none. */
  readonly scrap?: (completed: CompletedProductOrder) => Quantity | string | number | undefined;
  /** Serial or lot numbers that were built, `scrapped: true` at those that cannot be used. Default: none. */
  readonly lots?: (completed: CompletedProductOrder) => readonly (Lot | string)[];
  /** Default: one line that names the product order and its recordings. */
  readonly notes?: (completed: CompletedProductOrder) => readonly string[];
  /** Default: every page that Azumuta names for the product order and its recordings. */
  readonly links?: (completed: CompletedProductOrder) => readonly Link[];
  /** Whether the ERP order is finished with it, even when less was built than planned. Default: true. */
  readonly final?: (completed: CompletedProductOrder) => boolean;
  /** Number of the ERP order of a product order that was not created by this integration. Default: its own number. */
  readonly erpOrderNumber?: (productOrderNumber: string) => string;
  /** Completions of orders that the ERP does not know. Default `reject`: a person looks at them. */
  readonly unknownOrder?: 'reject' | 'ignore';
  /**
   * Completions of which neither Azumuta's product order nor its trigger tells what was recorded. Default `reject`: a
   * person looks at them after half an hour; `ignore` books them without recordings.
   */
  readonly unknownRecordings?: 'reject' | 'ignore';
  /** Hand operators' names and signatures (personal data) to the mapping. Default: false. */
  readonly includeOperators?: boolean;
}

export interface Integration {
  /** Short name of the plant: part of the stack's name. Letters, digits and dashes. */
  readonly plant: string;
  /**
   * IANA time zone of the plant, `Europe/Brussels`: days are counted there. Posting dates, the days of work and
   * *today* follow from it.
   */
  readonly timeZone: string;
  /** How Azumuta is called, and what its triggers send. */
  readonly azumuta?: {
    /** Default `https://app.azumuta.com/api/v1`. */
    readonly baseUrl?: string;
    /** What differs from what is assumed about Azumuta's API: one line for each field that stands elsewhere. */
    readonly contract?: z.input<typeof contractSchema>;
    /** So many calls at once at most, over all functions and containers (1 to 100). Default: no limit. */
    readonly atOnce?: number;
    /**
     * So many calls (HTTP requests) a second at most, over all functions and containers (0.5 to 100). Then `atOnce` is
     * that number, rounded up, unless a lower one is given. Default: no limit.
     */
    readonly perSecond?: number;
  };
  /** The ERP's connector: `tryton({…})`, `odoo({…})`, `sapS4Hana({…})` or `rest({…})`. */
  readonly erp: ErpDefinition;
  /** How a product order is made from an ERP order. */
  readonly productOrders?: ProductOrderMapping;
  /** What a completed product order becomes in the ERP. */
  readonly completions?: CompletionMapping;
  /** What runs by the clock. */
  readonly schedule?: {
    /** Pull released orders from the ERP so often; `off` when the ERP calls the order endpoint. Default `off`. */
    readonly pull?:
      | 'off'
      | {
          /** 1 to 1440. */
          readonly everyMinutes: number;
          /** Going live: orders that were released or changed before this time (ISO, with zone) stay out. */
          readonly from: string;
        };
    /**
     * Ask Azumuta about overdue product orders, as a trigger may have been lost, or came before the order was
     * completed. Default once a day: Azumuta discourages polling, so this is one read for each order that is overdue,
     * and no more than `most` a run. `off`: a trigger that came too early becomes a dead letter.
     */
    readonly reconcile?:
      | 'off'
      | {
          /** A day is gentle. */
          readonly everyHours: number;
          /** Orders asked about in one run. Default 50. */
          readonly most?: number;
          /** How long after its due date an order counts as overdue. Default 24: a date alone means its midnight. */
          readonly graceHours?: number;
        };
  };
  /** What of the stack differs from plant to plant: alarms, domain, network. */
  readonly deployment?: Deployment;
}

/** Fields of functions keep the types that they have above: a schema could only check that they are functions. */
type Typed = Required<Pick<Integration, 'erp' | 'productOrders' | 'completions'>>;

/** An integration with its defaults filled in. */
export type CompleteIntegration = Readonly<Omit<z.output<typeof integrationSchema>, keyof Typed> & Typed>;

/** A configuration that does not fit: stops synth, start and every worker before any traffic. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** What a configuration may depend on. */
export interface IntegrationContext {
  /** Of the stack, as `-c stage=…` names it: `production`, `test` … */
  readonly stage: string;
}

/** The default export of a configuration. */
export type DefinedIntegration = CompleteIntegration | ((context: IntegrationContext) => CompleteIntegration);

/**
 * The one configuration of a plant: `export default defineIntegration({ … })`, or `defineIntegration(({ stage }) =>
 * ({ … }))` where test and production differ in some of it. Checked at synth, and again when a worker starts.
 * @throws ConfigurationError with the path of every field that does not fit.
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
  // Functions keep their own types: the schema could only check that they are functions.
  return {
    plant,
    timeZone,
    azumuta: withAtOnce(azumuta),
    schedule: { ...schedule, pull: inUtc(schedule.pull) },
    deployment,
    erp: withAtOnce(integration.erp),
    productOrders: integration.productOrders ?? {},
    completions: integration.completions ?? {},
  };
}

/** From here on instants are UTC with milliseconds, and compare as text. */
function inUtc(pull: CompleteIntegration['schedule']['pull']): CompleteIntegration['schedule']['pull'] {
  return pull === 'off' ? pull : { ...pull, from: utcInstant(pull.from) ?? pull.from };
}
