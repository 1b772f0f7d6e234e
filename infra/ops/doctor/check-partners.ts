import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import { Rejected, RetryLater, reasonOf } from '../../../shared/model/errors.ts';
import type { Partner } from '../../../shared/model/partner.ts';
import { setCredentials } from '../../../shared/situation/words.ts';
import { partnersOf } from '../cli/partners.ts';
import { type Target, whereOf } from '../cli/target.ts';
import { type SecretName, type SecretState, type SecretStore, secretFacts } from '../secrets/secret-store.ts';
import { type Check, check, type Finding, fine, notice, wrong } from './finding.ts';

const maxWaitMs = 30_000;
/** Pages of the ERP's released orders that are looked at. */
const maxPages = 20;

/** Never repeats a value. @param config Configuration file of the plant, for the commands that the findings name. */
export function secretFindings(
  states: ReadonlyMap<SecretName, SecretState>,
  target: Pick<Target, 'options'>,
  config?: string,
): Finding[] {
  return [...states].map(([name, state]) => {
    // Only the ERP's are checked against the configuration.
    const where = whereOf(target, name === 'erp-credentials' ? config : undefined);
    return { about: secretFacts[name].title, ...secretFinding(name, state, where) };
  });
}

function secretFinding(name: SecretName, state: SecretState, where: string) {
  const set = `npm run secrets -- set ${name} ${where}`;
  switch (state.state) {
    case 'set':
      return fine('is set');
    case 'unset':
      return wrong('is not set yet', `set it: ${secretFacts[name].from}`, set);
    case 'invalid':
      return wrong(`is invalid: ${state.mistakes.join('; ')}`, 'set it anew', set);
    case 'rotating':
      return notice(
        'is set, and the value before is still valid',
        'once the value before is used nowhere, finish the rotation',
        `npm run secrets -- finish ${name} ${where}`,
      );
  }
}

/** Calls both partners from this machine, with the stack's secrets and the plant's configuration: only reads. */
export function partnerChecks(
  target: Target,
  integration: CompleteIntegration,
  secrets: Pick<SecretStore, 'read'>,
  config?: string,
): Check[] {
  const { azumuta, erp } = partnersOf(integration, secrets);
  const called = (about: string, call: (signal: AbortSignal) => Promise<string>) =>
    check(about, async () => {
      try {
        return fine(await call(AbortSignal.timeout(maxWaitMs)));
      } catch (error) {
        return partnerFinding(error, about === 'Azumuta' ? 'azumuta' : 'erp', whereOf(target, config));
      }
    });
  return [
    called('Azumuta', async (signal) => {
      // The one path that Azumuta documents, with an id that cannot exist; then one that is assumed.
      await azumuta.workInstruction('doctor', signal);
      await azumuta.findProductOrder('doctor: there is no such order', signal);
      return `answers at ${integration.azumuta.baseUrl} and takes the API key; another stack on this account needs numbers of its own`;
    }),
    called(`ERP (${integration.erp.name})`, async (signal) => {
      let [pages, rows] = [0, 0];
      // From the beginning: a list that loses rows on its way from page to page says so at its end.
      for await (const { orders, unreadable } of erp.releasedOrders(undefined, signal)) {
        rows += orders.length + unreadable.length;
        pages += 1;
        if (pages === maxPages) break;
      }
      return `answers, takes the credentials and lists released orders (${rows} were looked at; whether it lets us book is not tried)`;
    }),
  ];
}

function partnerFinding(error: unknown, partner: Partner, where: string) {
  const reason = reasonOf(error);
  if (error instanceof RetryLater && error.unauthorized)
    return wrong(
      reason,
      'set what the partner takes, or give its user the rights that it needs',
      `npm run secrets -- ${setCredentials[partner]} ${where}`,
    );
  // The credentials are accepted, but this call is refused (403), or must wait.
  if (error instanceof RetryLater && error.scope === 'order' && !error.outOfTime)
    return wrong(
      reason,
      'give its user the rights that it needs: shared/erp/README.md lists them for each connector',
    );
  // Its answer has a status (`partnerFailure`), so its address is right.
  if (error instanceof RetryLater && /\(\d{3}\)/.test(reason))
    return wrong(reason, 'look again in some minutes; if it stays, ask whoever runs it');
  if (error instanceof RetryLater)
    return wrong(
      reason,
      'check its address in the configuration, and whether this machine may reach it: the functions may reach what this machine does not, and the other way round',
    );
  if (!(error instanceof Rejected)) throw error;
  if (partner === 'erp')
    return wrong(reason, "check the connector's options in the configuration, and the rights of its user");
  return wrong(
    reason,
    'what is assumed about the API does not hold: set the lines of azumuta.contract that it names; probe finds them',
    `npm run probe -- ${where}`,
  );
}
