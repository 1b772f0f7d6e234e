import { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod/mini';
import { loadIntegration } from '../../infra/build/load-configuration.ts';
import type { CompleteIntegration } from '../../shared/integration/define.ts';
import { startAssembly } from '../infra/stack/assembled.ts';
import { distinctItems, distinctMessages } from './forms.ts';
import { recordFurther } from './further-plants.ts';
import { recordInFlight, splits } from './in-flight.ts';
import { type RecordedPlant, type RecordedTemplate, templateSchema } from './recorded.ts';
import type { Written } from './written.ts';

export async function integrationIn(file: string, stage = 'production'): Promise<CompleteIntegration> {
  return (await loadIntegration(file, stage)).integration;
}

/** The template of a configuration. Its functions are empty, so that only changes of the stack make a difference. */
export async function templateOf(
  integration: CompleteIntegration,
  stage = 'production',
): Promise<RecordedTemplate> {
  const assembly = startAssembly();
  try {
    const stack = await assembly.add(integration, stage);
    return z.parse(templateSchema, Template.fromStack(stack).toJSON());
  } finally {
    assembly.remove();
  }
}

/** What the present code writes, one example of each form, and plants with work in progress. Needs `simulateFetch`. */
export async function writtenNow(
  integration: CompleteIntegration,
): Promise<Written & { readonly plants: readonly RecordedPlant[] }> {
  const plants: RecordedPlant[] = [];
  const { items, messages } = await recordFurther(integration);
  for (const split of splits) {
    const { recorded, written } = await recordInFlight(integration, split);
    plants.push(recorded);
    items.push(...written.items);
    messages.push(...written.messages);
  }
  return { plants, items: distinctItems(items), messages: distinctMessages(messages) };
}
