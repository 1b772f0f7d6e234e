import { Account, type AccountOptions, Stopped } from './account.ts';
import { Explorer } from './explore.ts';
import { proposalOf } from './proposal.ts';
import { recognise } from './recognise/recognise.ts';
import type { ScreenValues } from './screen-values.ts';

/** What the answers of an account show, and why it was not asked further, if something was left. */
export type Probed = Awaited<ReturnType<typeof probeAccount>>;

/** Asks a real account. Only reads, and uses another method than GET only where the configuration says so. */
export async function probeAccount(options: AccountOptions & { readonly seen: ScreenValues }) {
  const { contract, seen, clock } = options;
  const account = new Account(options);
  const explorer = new Explorer(account.ask, contract, seen);
  let stopped: string | undefined;
  try {
    await explorer.follow();
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    stopped = error.message;
  }
  const findings = [...explorer.findings, ...recognise(explorer.resources, seen, clock.now())];
  return { findings, settings: proposalOf(contract, findings), calls: account.calls, stopped };
}
