import type { SapClient, SapReader } from './client.ts';
import type { SapOptions } from './options.ts';

/** What a look works with: nothing that could write. */
export interface SapLook {
  readonly client: SapReader;
  readonly options: SapOptions;
  readonly signal: AbortSignal;
}

/** What writes. */
export interface SapDesk extends SapLook {
  readonly client: SapClient;
}
