import { expect } from 'vitest';
import type { Cause } from '../../../../shared/model/causes.ts';

/**
 * What a `Rejected` looks like, for `toMatchObject`.
 * @param says Part of its message; `.*` in a text stands for anything in between.
 */
export function rejection(says: string | RegExp, causeCode?: Cause): object {
  const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = typeof says === 'string' ? new RegExp(says.split('.*').map(escaped).join('.*')) : says;
  return { name: 'Rejected', message: expect.stringMatching(pattern), ...(causeCode ? { causeCode } : {}) };
}
