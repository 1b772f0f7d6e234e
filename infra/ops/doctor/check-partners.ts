import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import { Rejected, RetryLater, reasonOf } from '../../../shared/model/errors.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import { type Target, whereOf } from '../cli/target.ts';
import { isOwn, type SecretName, type SecretState, secretFacts, secretNames } from '../secrets/schemas.ts';
import type { SecretStore } from '../secrets/secret-store.ts';
import { type Check, check, fine, wrong } from './finding.ts';
import { partnersOf } from './partners.ts';

/** Longest that one partner may take to answer. */
const patienceMs = 30_000;

/** The four secrets are set, and have the shape that their reader needs. Values are never repeated. */
export function secretChecks(target: Target, keeper: Pick<SecretStore, 'states'>): Check[] {
  return [
    check('Secrets', async () => {
      const states = await keeper.states();
      return secretNames.map((name) => ({
        about: secretFacts[name].title,
        ...secretFinding(name, states[name], target),
      }));
    }),
  ];
}

function secretFinding(name: SecretName, state: SecretState, target: Target) {
  const from = isOwn(name) ? '--generate' : '--stdin';
  const set = `npm run secrets -- set ${name} ${from} ${whereOf(target)}`;
  switch (state.state) {
    case 'set':
      return fine('is set');
    case 'unset':
      return wrong('is not set yet', set);
    case 'unfit':
      return wrong(`does not have the expected shape: ${state.mistakes.join('; ')}`, set);
    case 'rotating':
      return {
        ...fine('is set, and the value before is still valid'),
        result: 'notice',
        next: `npm run secrets -- finish ${name} ${whereOf(target)}, once the value before is used nowhere`,
      } as const;
  }
}

/**
 * Both partners are called from this machine, with the stack's secrets and the plant's configuration: one read
 * each that changes nothing.
 */
export function partnerChecks(
  target: Target,
  integration: CompleteIntegration,
  keeper: Pick<SecretStore, 'read'>,
): Check[] {
  const { azumuta, erp } = partnersOf(integration, keeper);
  return [
    check('Azumuta', async () => {
      const signal = AbortSignal.timeout(patienceMs);
      try {
        // The one path that Azumuta documents, with an id that cannot be; then one that is assumed.
        await azumuta.workInstruction('doctor', signal);
        await azumuta.findProductOrder('doctor: there is no such order', signal);
        return fine(`answers at ${integration.azumuta.baseUrl} and takes the API key`);
      } catch (error) {
        return partnerFinding(error, 'azumuta-api-key', target);
      }
    }),
    check(`ERP (${integration.erp.name})`, async () => {
      const signal = AbortSignal.timeout(patienceMs);
      try {
        const pages = erp.releasedOrders({ changedAt: systemClock.now().toISOString() }, signal);
        for await (const _page of pages) break;
        return fine(
          'answers, takes the credentials and lists released orders (whether it lets us book is not tried)',
        );
      } catch (error) {
        return partnerFinding(error, 'erp-credentials', target);
      }
    }),
  ];
}

function partnerFinding(error: unknown, secret: SecretName, target: Target) {
  const reason = reasonOf(error);
  if (error instanceof RetryLater && error.unauthorized)
    return wrong(
      reason,
      `npm run secrets -- set ${secret} --stdin ${whereOf(target)}, or give its user more rights`,
    );
  if (error instanceof RetryLater)
    return wrong(
      reason,
      'check its address in the configuration, and whether this machine may reach it: the functions may reach what this machine does not, and the other way round',
    );
  if (error instanceof Rejected)
    return wrong(
      reason,
      secret === 'azumuta-api-key'
        ? 'an assumption about the API does not hold: correct azumuta.assumptions in the configuration'
        : "check the connector's options in the configuration, and the rights of its user",
    );
  throw error;
}
