import type * as z from 'zod/mini';
import { Rejected } from '../../model/errors.ts';
import type { UserRight } from '../connector.ts';
import type { Reader } from './client.ts';
import { partner } from './options.ts';
import { requireExtension } from './order.ts';
import { setupSchema } from './records.ts';

/** Sentences for `doctor`: what bookings would find out first. */
export async function readSetupFindings(reader: Reader): Promise<readonly string[]> {
  const { userName, company, postingFrom, postingTo } = await readSetup(reader);
  const isLimited = !isEmptyDate(postingFrom) || !isEmptyDate(postingTo);
  if (!isLimited) return [];
  const from = isEmptyDate(postingFrom) ? 'any day' : postingFrom;
  const until = isEmptyDate(postingTo) ? 'any day' : postingTo;
  return [
    `${userName} may post in ${company} from ${from} to ${until} only: bookings of other days wait for a person`,
  ];
}

/** By `WritePermission` of the tables that a booking writes: it is of the permission sets, and posts nothing. */
export async function readBcRights(reader: Reader): Promise<UserRight[]> {
  const { company, canPost } = await readSetup(reader);
  return [{ to: `write bookings and item journals in ${company}`, isGranted: canPost }];
}

async function readSetup({ readRows }: Reader): Promise<z.output<typeof setupSchema>> {
  const asked = { page: 'setups', what: 'what the extension says of itself', isAboutOrder: false } as const;
  const [setup] = await readRows(asked, setupSchema);
  if (!setup)
    throw new Rejected(`${partner} shows no setup of the extension: install its newest version.`, {
      causeCode: 'configuration',
    });
  requireExtension(setup.extensionVersion);
  return setup;
}

function isEmptyDate(day: string): boolean {
  return day === '' || day.startsWith('0001-');
}
