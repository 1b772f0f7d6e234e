import type { AzumutaContractSettings } from '../../../shared/azumuta/contract.ts';
import type { Dialect } from './dialect.ts';

/** What somebody has to write by hand: addresses, the key's header, the language, another unit of time, a value in two columns. */
export function addressesOf({ contract }: Dialect): AzumutaContractSettings {
  const {
    apiKeyHeader = 'X-API-Key',
    apiKeyFormat = '{key}',
    language = 'en',
    operations = {},
    recording,
    parameter,
  } = contract;
  const { durationSeconds } = Object(recording);
  const { createProductOrder, ...reading } = operations;
  const addresses = Object.entries(reading).map(([name, operation]) => {
    const { answer, none, summaries, ...asked } = Object(operation);
    return [name, asked];
  });
  const converted = typeof durationSeconds === 'function' && { recording: { durationSeconds } };
  const columns = Array.isArray(parameter?.value) && { parameter: { value: parameter.value } };
  return {
    apiKeyHeader,
    apiKeyFormat,
    language,
    operations: Object.fromEntries(addresses),
    ...converted,
    ...columns,
  };
}

/** What somebody knows from the page of an account's API: addresses, the header of the key, what a create takes. */
export function linesByHandOf(dialect: Dialect): AzumutaContractSettings {
  const addresses = addressesOf(dialect);
  const { createProductOrder } = dialect.contract.operations ?? {};
  const operations = { ...addresses.operations, ...(createProductOrder ? { createProductOrder } : {}) };
  return { ...addresses, operations };
}
