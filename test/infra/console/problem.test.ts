import { describe, expect, it } from 'vitest';
import { problemOf } from '../../../infra/console/pages/problem.ts';
import { UsageError } from '../../../infra/ops/cli/errors.ts';

const named = (name: string, message: string) => Object.assign(new Error(message), { name });

describe('what went wrong, in a sentence with the next step', () => {
  it('expired credentials', () => {
    const problem = problemOf(named('ExpiredTokenException', 'The security token is expired'), false);
    expect(problem.what).toBe('The AWS credentials have expired: log in again.');
  });

  it('no credentials', () => {
    const problem = problemOf(named('CredentialsProviderError', 'Could not load credentials'), false);
    expect(problem.what).toContain('aws sso login');
  });

  it('a right that is missing', () => {
    const refused = named('AccessDeniedException', 'User: an is not authorized to perform: dynamodb:Query');
    expect(problemOf(refused, false)).toMatchObject({
      what: expect.stringContaining('dynamodb:Query'),
      next: expect.stringContaining('AWS_PROFILE'),
    });
  });

  it('a platform on this machine that was stopped', () => {
    const error = new TypeError('fetch failed', {
      cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
    });
    expect(problemOf(error, true)).toMatchObject({ next: expect.stringContaining('npm start') });
  });

  it('a stack that is older than the console', () => {
    const old = new UsageError(
      'The stack S has no output DeadLetterQueue: deploy it again with this version.',
    );
    expect(problemOf(old, false).what).toContain('deploy it again');
  });

  it('anything else, without a credential that it may quote', () => {
    const problem = problemOf(new Error('https://user:pa55@erp.example.com did not answer'), false);
    expect(problem.what).not.toContain('pa55');
  });
});
