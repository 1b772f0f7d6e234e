import type { AzumutaContract } from '../../../shared/azumuta/contract.ts';
import type { Clock } from '../../../shared/platform/clock.ts';
import { createAccount } from './account.ts';
import { explore } from './explore.ts';
import type { Finding } from './findings.ts';
import { type Proposal, proposalOf } from './proposal.ts';
import { recognise } from './recognise.ts';
import type { Answers } from './resources.ts';
import type { Seen } from './seen.ts';
import { complaintsOf } from './verify.ts';

/** What a look at an account, or at samples of its answers, comes to. */
export interface Probed {
  readonly findings: readonly Finding[];
  readonly proposal: Proposal;
  /** What the flows would not understand of the answers by the proposal. */
  readonly complaints: readonly string[];
  readonly calls: number;
  /** Why the account was not asked further. */
  readonly stopped?: string | undefined;
}

interface Look {
  /** Of the configuration. */
  readonly contract: AzumutaContract;
  readonly seen: Seen;
  readonly clock: Clock;
}

/** Looks at a real account. It only reads, and by other methods than GET only where the configuration says so. */
export async function probeAccount(
  look: Look & { readonly baseUrl: string; readonly apiKey: string; readonly signal: AbortSignal },
): Promise<Probed> {
  const { ask, calls } = createAccount(look);
  const { answers, findings, stopped } = await explore({ ask, ...look });
  return { ...probedOf(answers, look, findings), calls: calls(), stopped };
}

/** Looks at answers that somebody has saved. */
export function probeSamples(answers: Answers, look: Look): Probed {
  return { ...probedOf(answers, look, []), calls: 0 };
}

function probedOf(answers: Answers, { contract, seen, clock }: Look, ways: readonly Finding[]) {
  const findings = [...ways, ...recognise(answers, seen, clock.now())];
  const proposal = proposalOf(contract, findings);
  return { findings, proposal, complaints: complaintsOf(proposal.contract, answers, seen) };
}
