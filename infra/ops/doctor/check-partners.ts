import { orRefusal } from '../../../shared/erp/booking-rules.ts';
import type { ErpConnector } from '../../../shared/erp/connector.ts';
import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import { isVerdict, Rejected, reasonOf } from '../../../shared/model/errors.ts';
import type { ErpOrderRef } from '../../../shared/model/orders.ts';
import type { Partner } from '../../../shared/model/partner.ts';
import { setCredentials } from '../../../shared/situation/words.ts';
import { connectPartners } from '../cli/partners.ts';
import { optionsForTarget, type Target } from '../cli/target.ts';
import {
  type SecretState,
  type SecretStore,
  type StackSecretName,
  secretFacts,
} from '../secrets/secret-store.ts';
import {
  type CheckOutcome,
  type DoctorCheck,
  type DoctorFinding,
  defineCheck,
  fine,
  notice,
  wrong,
} from './finding.ts';

const partnerCheckTimeoutMs = 30_000;
/** Pages of the ERP's released orders that are looked at. */
const mostReleasedPagesRead = 20;

/** Never repeats a value. @param config Configuration file of the plant, for the commands that the findings name. */
export function secretFindings(
  states: ReadonlyMap<StackSecretName, SecretState>,
  target: Pick<Target, 'options'>,
  config?: string,
): DoctorFinding[] {
  return [...states].map(([name, state]) => {
    // Only the ERP's are checked against the configuration.
    const where = optionsForTarget(target, name === 'erp-credentials' ? config : undefined);
    return { about: secretFacts[name].title, ...secretFinding(name, state, where) };
  });
}

function secretFinding(name: StackSecretName, state: SecretState, where: string) {
  const set = `npm run secrets -- set ${name} ${where}`;
  switch (state.state) {
    case 'set':
      return fine('is set');
    case 'unset':
      return wrong('is not set yet', `set it: ${secretFacts[name].from}`, set);
    case 'invalid':
      return wrong(`is invalid: ${state.mistakes.join('; ')}`, 'set it again', set);
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
): DoctorCheck[] {
  const { azumuta, erp } = connectPartners(integration, secrets);
  const called = (
    about: string,
    call: (signal: AbortSignal) => Promise<CheckOutcome | readonly CheckOutcome[]>,
  ) =>
    defineCheck(about, async () => {
      try {
        return await call(AbortSignal.timeout(partnerCheckTimeoutMs));
      } catch (error) {
        return partnerFinding(
          error,
          about === 'Azumuta' ? 'azumuta' : 'erp',
          optionsForTarget(target, config),
        );
      }
    });
  return [
    called('Azumuta', async (signal) => {
      // The one path that Azumuta documents, with an id that cannot exist; then one that is assumed.
      await azumuta.workInstruction('doctor', { signal });
      await azumuta.findProductOrder('doctor: there is no such order', { signal });
      return fine(
        `answers at ${integration.azumuta.baseUrl} and takes the API key; another stack on this account needs its own numbers`,
      );
    }),
    called(`ERP (${integration.erp.name})`, async (signal) => {
      let [pages, rows] = [0, 0];
      let order: ErpOrderRef | undefined;
      try {
        // From the beginning: a list that loses rows on its way from page to page says so at its end.
        for await (const { orders, unreadable } of erp.releasedOrders(undefined, signal)) {
          rows += orders.length + unreadable.length;
          pages += 1;
          order ??= orders[0];
          if (pages === mostReleasedPagesRead) break;
        }
        const notOffered = (order && (await erp.notOffered?.(order, signal))) ?? [];
        return [
          fine(
            `answers, takes the credentials and lists released orders (${rows} were looked at; no booking is tried)`,
          ),
          ...(await rightsFindings(erp, signal)),
          ...notOffered.map((says) =>
            notice(says, 'nothing, if that is meant; else give its user the right'),
          ),
        ];
      } finally {
        await erp.close?.(signal);
      }
    }),
    ...cautionChecks(integration.erp),
  ];
}

/** What its connector says of itself, whether the ERP answers or not. */
function cautionChecks({ name, caution }: CompleteIntegration['erp']): DoctorCheck[] {
  if (caution === undefined) return [];
  const next = 'until then, compare its bookings with the ERP by hand';
  return [defineCheck(`Connector (${name})`, async () => notice(caution.replace(/\.$/, ''), next))];
}

/** What the ERP tells by a read of the rights of its user. */
async function rightsFindings({ readRights }: ErpConnector, signal: AbortSignal): Promise<CheckOutcome[]> {
  if (!readRights)
    return [fine('does not tell whether its user may book, by nothing that can be read: this is not known')];
  const rights = await orRefusal(readRights(signal));
  if (rights instanceof Rejected)
    return [fine(`did not tell whether its user may book: this is not known (${reasonOf(rights)})`)];
  const namesOf = (isGranted: boolean) =>
    rights.flatMap((right) => (right.isGranted === isGranted ? right.to : [])).join(', ');
  const findings: CheckOutcome[] = [];
  const [granted, denied] = [namesOf(true), namesOf(false)];
  if (granted !== '')
    findings.push(
      fine(`says that its user may ${granted}; what its rules say of single orders is not known`),
    );
  if (denied !== '') {
    const next = 'give its user these rights, unless nothing is booked that needs them';
    findings.push(notice(`says that its user may not ${denied}`, next));
  }
  return findings;
}

function partnerFinding(error: unknown, partner: Partner, where: string) {
  if (!isVerdict(error)) throw error;
  const reason = reasonOf(error);
  const notReached = wrong(
    reason,
    'check its address in the configuration, and whether this machine may reach it: the functions may reach what this machine does not, and the other way round',
  );
  switch (error.kind) {
    case 'partner-down':
      if (error.unauthorized)
        return wrong(
          reason,
          'set what the partner takes, or give its user the rights that it needs',
          `npm run secrets -- ${setCredentials[partner]} ${where}`,
        );
      // Its answer has a status (`partnerFailure`), so its address is right.
      if (/\(\d{3}\)/.test(reason))
        return wrong(reason, 'look again in some minutes; if it continues, ask whoever runs it');
      return notReached;
    case 'order-not-ready':
      // The credentials are accepted, but this call is refused (403), or must wait.
      return wrong(
        reason,
        'give its user the rights that it needs: shared/erp/README.md lists them for each connector',
      );
    case 'out-of-time':
    case 'wait':
      return notReached;
    case 'rejected':
      if (partner === 'erp')
        return wrong(
          reason,
          "check the connector's options in the configuration, and the rights of its user",
        );
      return wrong(
        reason,
        'what is assumed about the API does not hold: set the lines of azumuta.contract that it names; probe finds them',
        `npm run probe -- ${where}`,
      );
  }
}
