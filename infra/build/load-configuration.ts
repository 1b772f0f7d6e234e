import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  ConfigurationError,
  type DefinedIntegration,
  integrationAt,
} from '../../shared/integration/define.ts';
import { isRecord } from '../../shared/platform/json.ts';

/** @param file Path from the current folder. @returns also its absolute path. @throws ConfigurationError */
export async function loadIntegration(file: string, stage: string) {
  const path = resolve(file);
  if (!existsSync(path))
    throw new ConfigurationError(
      `${file}: there is no such file. npm run init begins the configuration of a plant.`,
    );
  let loaded: { default?: unknown };
  try {
    loaded = await import(pathToFileURL(path).href);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(`${file}: ${why}`, { cause: error });
  }
  if (!isDefined(loaded.default)) {
    throw new ConfigurationError(`${file}: its default export must be defineIntegration({ … }).`);
  }
  return { integration: integrationAt(loaded.default, stage), file: path };
}

/** defineIntegration() checks it; only its presence is left to see. */
function isDefined(value: unknown): value is DefinedIntegration {
  if (typeof value === 'function') return true;
  return isRecord(value) && 'plant' in value && 'erp' in value && 'azumuta' in value;
}
