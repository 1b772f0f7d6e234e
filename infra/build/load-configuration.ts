import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type CompleteIntegration, ConfigurationError } from '../../shared/integration/define.ts';

/** A plant's configuration, and where it stands. */
export interface LoadedIntegration {
  readonly integration: CompleteIntegration;
  readonly file: string;
}

/**
 * Loads a plant's configuration file.
 * @param file Path from the current folder.
 * @throws ConfigurationError when it cannot be loaded, or is not a `defineIntegration({ … })`.
 */
export async function loadIntegration(file: string): Promise<LoadedIntegration> {
  const path = resolve(file);
  let loaded: { default?: unknown };
  try {
    loaded = await import(pathToFileURL(path).href);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`${file}: ${why}`, { cause: error });
  }
  if (!isComplete(loaded.default)) {
    throw new ConfigurationError(`${file}: its default export must be defineIntegration({ … }).`);
  }
  return { integration: loaded.default, file: path };
}

/** defineIntegration() has checked it; only its presence is left to see. */
function isComplete(value: unknown): value is CompleteIntegration {
  return (
    value !== null && typeof value === 'object' && 'plant' in value && 'erp' in value && 'azumuta' in value
  );
}
