import type * as z from 'zod/mini';
import type { ErpDefinition, Lacks } from '../erp/connector.ts';
import { linesAnErpMayLack } from '../model/completion-lines.ts';
import { withAtOnce } from '../model/partner.ts';
import { describeMismatches, parse } from '../platform/validation.ts';
import { type completionsSchema, integrationSchema, type productOrdersSchema } from './schema.ts';

/**
 * How a product order is made from an ERP order: the three questions of Azumuta's ERP guide. Each function must return
 * the same for the same order: no calls, no clock, no chance. What it throws, or returns wrongly, a promise, or what does
 * not end within 5 s, rejects the order, with the field's path and the order's number. (The functions of `rest` and of
 * `azumuta.contract` run between calls and have no such limit: one that does not end ends with its attempt, and after three
 * such attempts its message becomes a dead letter.)
 */
export type ProductOrderMapping = Readonly<z.input<typeof productOrdersSchema>>;

/**
 * What a completed product order becomes in the ERP. What a function throws, or returns wrongly, a promise, or what does
 * not end within 5 s, rejects the completion, with the field's path and the product order's number.
 */
export type CompletionMapping = Readonly<z.input<typeof completionsSchema>>;

/** The schema knows a connector only as far as a wrong one would be noticed late. */
type WithErp<Parsed> = Readonly<Omit<Parsed, 'erp'>> & {
  /** The ERP's connector, such as `odoo({…})`. The reference has a section for each. */
  readonly erp: ErpDefinition;
};

/** The configuration of a plant. */
export type Integration = WithErp<z.input<typeof integrationSchema>>;

/** An integration with its defaults filled in. */
export type CompleteIntegration = WithErp<z.output<typeof integrationSchema>>;

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
 * @throws ConfigurationError with the path of every invalid field.
 * @example
 * export default defineIntegration(({ stage }) => ({
 *   plant: 'ghent',
 *   timeZone: 'Europe/Brussels',
 *   erp: odoo({ url: 'https://plant.odoo.com', database: `plant-${stage}`, backorder: 'keep' }),
 *   completions: { quantity: (completed) => recorded(completed, 'Good quantity') },
 * }));
 */
export function defineIntegration(integration: Integration): CompleteIntegration;
export function defineIntegration(
  integration: (context: IntegrationContext) => Integration,
): (context: IntegrationContext) => CompleteIntegration;
export function defineIntegration(
  integration: Integration | ((context: IntegrationContext) => Integration),
): DefinedIntegration {
  if (typeof integration === 'function') return (context) => completeIntegration(integration(context));
  return completeIntegration(integration);
}

/** The configuration at one stage. */
export function integrationAt(defined: DefinedIntegration, stage: string): CompleteIntegration {
  return typeof defined === 'function' ? defined({ stage }) : defined;
}

function completeIntegration(integration: Integration): CompleteIntegration {
  const checked = parse(integrationSchema, integration);
  if (!checked.ok) {
    throw new ConfigurationError(
      `The integration configuration is wrong. ${describeMismatches(checked.mismatches)}.`,
    );
  }
  const { azumuta, completions } = checked.value;
  // A connector that was written for 0.3.0 leaves out what it books.
  const lacks: Partial<Lacks> = integration.erp.lacks ?? {};
  for (const part of linesAnErpMayLack) {
    const why = lacks[part];
    if (completions[part] && why)
      throw new ConfigurationError(
        `completions.${part} cannot be booked by ${integration.erp.name}: ${why}. Leave it out, or tell it in completions.notes.`,
      );
  }
  return { ...checked.value, azumuta: withAtOnce(azumuta), erp: withAtOnce(integration.erp) };
}
