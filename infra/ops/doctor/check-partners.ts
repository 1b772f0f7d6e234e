import type { CompleteIntegration } from '../../../shared/integration/define.ts';
import { Rejected, RetryLater, reasonOf } from '../../../shared/model/errors.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import { type Target, whereOf } from '../cli/target.ts';
import { isOwn, type SecretName, type SecretState, secretFacts } from '../secrets/schemas.ts';
import type { SecretStore } from '../secrets/secret-store.ts';
import { type Check, check, fine, notice, wrong } from './finding.ts';
import { partnersOf } from './partners.ts';

/** Longest that one partner may take to answer. */
const patienceMs = 30_000;

/**
 * The secrets are set, and have the shape that their reader needs. Values are never repeated.
 * @param config Configuration file of the plant, as `secrets` is to be called with it.
 */
export function secretChecks(target: Target, keeper: Pick<SecretStore, 'states'>, config?: string): Check[] {
  return [
    check('Secrets', async () => {
      const states = await keeper.states();
      return [...states].map(([name, state]) => ({
        about: secretFacts[name].title,
        ...secretFinding(name, state, target, config),
      }));
    }),
  ];
}

function secretFinding(name: SecretName, state: SecretState, target: Target, config?: string) {
  const set = isOwn(name)
    ? `npm run secrets -- set ${name} --generate ${whereOf(target)}`
    : secretsWalk(target, config);
  switch (state.state) {
    case 'set':
      return fine('is set');
    case 'unset':
      return wrong('is not set yet', 'set it', set);
    case 'unfit':
      return wrong(`does not have the expected shape: ${state.mistakes.join('; ')}`, 'set it anew', set);
    case 'rotating':
      return notice(
        'is set, and the value before is still valid',
        'once the value before is used nowhere, finish the rotation',
        `npm run secrets -- finish ${name} ${whereOf(target)}`,
      );
  }
}

/** The walk asks for a partner's value; `--stdin` would wait in silence for whoever pastes it. */
function secretsWalk(target: Target, config?: string): string {
  return `npm run secrets -- ${whereOf(target, config)}`;
}

/**
 * Both partners are called from this machine, with the stack's secrets and the plant's configuration: one read
 * each that changes nothing.
 */
export function partnerChecks(
  target: Target,
  integration: CompleteIntegration,
  keeper: Pick<SecretStore, 'read'>,
  config?: string,
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
        return partnerFinding(error, 'azumuta-api-key', target, config);
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
        return partnerFinding(error, 'erp-credentials', target, config);
      }
    }),
  ];
}

function partnerFinding(error: unknown, secret: SecretName, target: Target, config?: string) {
  const reason = reasonOf(error);
  if (error instanceof RetryLater && error.unauthorized)
    return wrong(
      reason,
      'set what the partner takes, or give its user the rights that it needs',
      secretsWalk(target, config),
    );
  // Its credentials are right; only this call is refused (403), or waits.
  if (error instanceof RetryLater && error.scope === 'order' && !error.outOfTime)
    return wrong(
      reason,
      'give its user the rights that it needs: shared/erp/README.md lists them for each connector',
    );
  if (error instanceof RetryLater)
    return wrong(
      reason,
      'check its address in the configuration, and whether this machine may reach it: the functions may reach what this machine does not, and the other way round',
    );
  if (error instanceof Rejected)
    return secret === 'azumuta-api-key'
      ? wrong(
          reason,
          'what is assumed about the API does not hold: set the lines of azumuta.contract that it names; probe finds them',
          `npm run probe -- ${whereOf(target, config)}`,
        )
      : wrong(reason, "check the connector's options in the configuration, and the rights of its user");
  throw error;
}
