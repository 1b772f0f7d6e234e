import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startServer } from '../support/server.ts';
import { commands } from './documented-commands.ts';

/** Whether the command line of AWS is installed here, as it is on the machines of GitHub. */
function hasAws(): boolean {
  try {
    execFileSync('aws', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** One that is named without options is named only. `aws sso login` asks a browser. */
const whole = commands.filter((command) => command.startsWith('aws ') && command.includes(' --'));

/** What the command line names when the service refuses a call: `UpdateTimeToLive` of `update-time-to-live`. */
const operationOf = (command: string) =>
  (command.split(' ')[2] ?? '').replaceAll(/(?:^|-)([a-z])/g, (_, first: string) => first.toUpperCase());

it('finds the commands of AWS that are named anywhere', () => {
  expect(new Set(whole.map(operationOf))).toContain('UpdateTimeToLive');
  expect(whole.length).toBeGreaterThan(6);
});

describe
  .skipIf(!hasAws())
  .concurrent('a command of AWS, wherever it is named, is one that its own command line sends:', () => {
    it.each(whole)('%s', async (command) => {
      // Prepare: an account that refuses each call, in every form in which a service answers
      const { url, calls } = await startServer(() => ({
        status: 400,
        headers: { 'content-type': 'text/xml', 'x-amzn-errortype': 'Refused' },
        body: '<ErrorResponse><Error><Code>Refused</Code><Message>no</Message></Error></ErrorResponse>',
      }));
      const env = {
        PATH: process.env.PATH,
        AWS_ENDPOINT_URL: url,
        AWS_DEFAULT_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'nobody',
        AWS_SECRET_ACCESS_KEY: 'nothing',
        AWS_MAX_ATTEMPTS: '1',
        AWS_EC2_METADATA_DISABLED: 'true',
      };

      // Act
      const words = command.replaceAll('…', 'AWS::SQS::Queue').split(' ').slice(1);
      const answer = await promisify(execFile)('aws', words, { env }).catch((error) => error);

      // Assess: it was sent, and not refused before
      expect(String(answer.stderr)).toContain(`when calling the ${operationOf(command)} operation`);
      expect(calls).toHaveLength(1);
    });
  });
