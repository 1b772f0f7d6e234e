import * as z from 'zod/mini';
import { Rejected } from '../../model/errors.ts';
import type { ErpOrderRef } from '../../model/orders.ts';
import type { Reader } from './client.ts';
import { partner } from './options.ts';
import { requireExtension } from './order.ts';

/** What the extension says of itself, of our user and of the company (page `setups`). */
const setupSchema = z.object({
  extensionVersion: z.string(),
  company: z.string(),
  userName: z.string(),
  postingFrom: z.string(),
  postingTo: z.string(),
  canPost: z.boolean(),
});

/** Sentences for `doctor`: what bookings would find out first. */
export async function readSetupFindings(reader: Reader, _order: ErpOrderRef): Promise<readonly string[]> {
  const { tried } = reader.options;
  const setup = await readSetup(reader);
  const { userName, company, postingFrom, postingTo, canPost } = setup;
  const isLimited = !isEmptyDate(postingFrom) || !isEmptyDate(postingTo);
  const from = isEmptyDate(postingFrom) ? 'any day' : postingFrom;
  const until = isEmptyDate(postingTo) ? 'any day' : postingTo;
  const findings: (string | false)[] = [
    tried === undefined &&
      `the connector was not tried on a real ${partner}: do the checks of its extension's page, then write into the option tried when, by whom and on which version`,
    !canPost && `${userName} may not post item journals in ${company}: bookings would be refused`,
    isLimited &&
      `${userName} may post in ${company} from ${from} to ${until} only: bookings of other days wait for a person`,
  ];
  return findings.filter((one) => one !== false);
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
