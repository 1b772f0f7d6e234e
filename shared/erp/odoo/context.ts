import type { OdooClient, OdooReader } from './client.ts';
import type { OdooOptions } from './options.ts';
import type { FieldNames, OdooUser } from './records.ts';

/** What a look works with: it cannot write. */
export interface OdooLook {
  readonly client: OdooReader;
  readonly options: OdooOptions;
  readonly names: FieldNames;
  readonly user: OdooUser;
  readonly signal: AbortSignal;
}

/** What every step of a booking works with. */
export interface OdooBooking extends OdooLook {
  readonly client: OdooClient;
}
