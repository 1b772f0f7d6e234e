import type { OdooClient } from './client.ts';
import type { OdooOptions } from './options.ts';
import type { FieldNames } from './records.ts';

/** What every step of one booking works with. */
export interface OdooBooking {
  readonly client: OdooClient;
  readonly options: OdooOptions;
  readonly names: FieldNames;
  readonly signal: AbortSignal;
}
