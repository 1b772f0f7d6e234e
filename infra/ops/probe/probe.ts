import { Account, type AccountOptions } from './explore/account.ts';
import { explore } from './explore/explore.ts';
import { complaintsOf, proposalOf } from './proposal.ts';
import { recognise } from './recognise/recognise.ts';
import type { ScreenValues } from './screen-values.ts';

/** What the answers of an account show, and why it was not asked further, if something was left. */
export type Probed = Awaited<ReturnType<typeof probeAccount>>;

/** Asks a real account. Only reads, and uses another method than GET only where the configuration says so. */
export async function probeAccount(options: AccountOptions & { readonly seen: ScreenValues }) {
  const { contract, seen, clock } = options;
  const account = new Account(options);
  const { answers, findings: ofOperations, stopped } = await explore({ contract, seen, ask: account.ask });
  const findings = [...ofOperations, ...recognise(answers, seen, clock.now())];
  const proposal = proposalOf(contract, findings);
  const complaints = complaintsOf(proposal.contract, answers, seen);
  return { findings, proposal, complaints, calls: account.calls, stopped };
}
