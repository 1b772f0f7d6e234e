import { type Target, whereOf } from '../cli/target.ts';
import { type Finding, fine, notice, wrong } from '../doctor/finding.ts';
import { type SecretName, type SecretState, secretFacts } from './secret-store.ts';

/**
 * What is to be done about each secret. Never repeats a value.
 * @param config Configuration file of the plant, for the commands that the findings name.
 */
export function secretFindings(
  states: ReadonlyMap<SecretName, SecretState>,
  target: Pick<Target, 'options'>,
  config?: string,
): Finding[] {
  return [...states].map(([name, state]) => ({
    about: secretFacts[name].title,
    ...findingOf(name, state, target, config),
  }));
}

function findingOf(name: SecretName, state: SecretState, target: Pick<Target, 'options'>, config?: string) {
  // Only the ERP's are checked against the configuration.
  const where = whereOf(target, name === 'erp-credentials' ? config : undefined);
  const set = `npm run secrets -- set ${name} ${where}`;
  switch (state.state) {
    case 'set':
      return fine('is set');
    case 'unset':
      return wrong('is not set yet', `set it: ${secretFacts[name].from}`, set);
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
