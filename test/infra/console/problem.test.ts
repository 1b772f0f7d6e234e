import { describe, expect, it } from 'vitest';
import { problemOf } from '../../../infra/console/pages/error-page.ts';
import { UsageError } from '../../../infra/ops/cli/command.ts';

const named = (name: string, message: string) => Object.assign(new Error(message), { name });

describe('the description of an error', () => {
  it('says that credentials have expired', () => {
    const problem = problemOf(named('ExpiredTokenException', 'The security token is expired'), false);
    expect(problem.what).toBe('The AWS credentials have expired: log in again.');
  });

  it('says how to log in when there are no credentials', () => {
    const problem = problemOf(named('CredentialsProviderError', 'Could not load credentials'), false);
    expect(problem.what).toContain('aws sso login');
  });

  it('names a right that is missing', () => {
    const refused = named('AccessDeniedException', 'User: an is not authorized to perform: dynamodb:Query');
    expect(problemOf(refused, false)).toMatchObject({
      what: expect.stringContaining('dynamodb:Query'),
      next: expect.stringContaining('AWS_PROFILE'),
    });
  });

  it('says how to start a local platform that was stopped', () => {
    const error = new TypeError('fetch failed', {
      cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
    });
    expect(problemOf(error, true)).toMatchObject({ next: expect.stringContaining('npm start') });
  });

  it('says to deploy a stack that is older than the console', () => {
    const old = new UsageError(
      'The stack S has no output DeadLetterQueue: deploy it again with this version.',
    );
    expect(problemOf(old, false).what).toContain('deploy it again');
  });

  it('hides a credential that the message contains', () => {
    const problem = problemOf(new Error('https://user:pa55@erp.example.com did not answer'), false);
    expect(problem.what).not.toContain('pa55');
  });
});
