import { expect, it } from 'vitest';
import { problemOfError } from '../../../infra/console/pages/error-page.ts';
import { UsageError } from '../../../infra/ops/cli/command.ts';

const named = (name: string, message: string) => Object.assign(new Error(message), { name });
const stopped = new TypeError('fetch failed', {
  cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
});
const old = new UsageError('The stack S has no output DeadLetterQueue: deploy it again with this version.');

it.each([
  ['log in again', named('ExpiredTokenException', 'The security token is expired'), 'have expired: log in'],
  ['log in', named('CredentialsProviderError', 'Could not load credentials'), 'aws sso login'],
  ['use another profile', named('AccessDeniedException', 'User: an may not dynamodb:Query'), 'AWS_PROFILE'],
  ['ask for a right', named('AccessDeniedException', 'User: an may not dynamodb:Query'), 'dynamodb:Query'],
  ['start the platform', stopped, 'npm start'],
  ['deploy a stack that is older than the console', old, 'deploy it again'],
])('says to %s', (_, error, told) => {
  const { what, next } = problemOfError(error, error === stopped);
  expect(`${what} ${next}`).toContain(told);
});

it('hides a credential that the message contains', () => {
  const problem = problemOfError(new Error('https://user:pa55@erp.example.com did not answer'), false);
  expect(problem.what).not.toContain('pa55');
});
