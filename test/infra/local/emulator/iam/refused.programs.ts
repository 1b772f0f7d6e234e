import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { principalIn } from '../../../../../infra/local/emulator/iam/principals.ts';
import { forAllTests } from '../../../../support/for-all-tests.ts';
import { patient } from '../../../../support/patient.ts';
import { startFixture } from '../fixture.ts';
import { awsOf } from '../running.ts';

const lines: string[] = [];

/** One grant is missing for each kind of caller: nobody needs `sqs:Nothing`. */
const missing: Readonly<Record<string, string>> = {
  WorkerPolicy: 'sqs:ReceiveMessage',
  SchedulerPolicy: 'lambda:InvokeFunction',
  ProbePolicy: 'logs:CreateLogStream',
  Permission: 'lambda:InvokeFunction',
};

function startWeakened() {
  return startFixture({ log: (line) => lines.push(line) }, (resources) =>
    Object.fromEntries(
      Object.entries(resources).map(([id, resource]) => {
        const text = JSON.stringify(resource).replaceAll(`"${missing[id]}"`, '"sqs:Nothing"');
        return [id, JSON.parse(text)];
      }),
    ),
  );
}
const emulator = await forAllTests(startWeakened());

const said = (...parts: string[]) =>
  vi.waitUntil(() => lines.some((line) => parts.every((part) => line.includes(part))), patient);

/** AWS with the credentials of a function. */
function awsAs(name: string) {
  const { credentials } = principalIn(emulator.stack, 'function', emulator.functionName(name));
  return awsOf({ ...emulator, credentials });
}

describe('a missing grant', () => {
  it('makes each service refuse a function in AWS’s words, and is logged', async () => {
    const probe = awsAs('Probe');
    const refusal = (action: string) => ({
      name: 'AccessDeniedException',
      message: expect.stringMatching(
        new RegExp(
          `^User: arn:aws:sts::000000000000:assumed-role/.*Probe.* is not authorized to perform: ${action} on resource: arn:.* because no identity-based policy allows the ${action} action$`,
        ),
      ),
    });

    await expect(probe.depth('Orders')).rejects.toMatchObject(refusal('sqs:GetQueueAttributes'));
    await expect(probe.send({ id: 'x' })).rejects.toMatchObject(refusal('sqs:SendMessage'));
    await expect(probe.seen('x')).rejects.toMatchObject(refusal('dynamodb:GetItem'));

    await said('Probe was refused', 'sqs:SendMessage');
  });

  it('does not affect functions that have it', async () => {
    expect(await awsAs('Worker').seen('x')).toBeUndefined();
  });

  it('stops the polls for a function, and is logged once', async () => {
    const why = 'not authorized to perform: sqs:ReceiveMessage';
    await said('pollers: Fixture-Orders', 'assumed-role', why);

    await awsOf(emulator).send({ id: 'stays' });
    await vi.waitUntil(async () => (await awsOf(emulator).depth('Orders')).visible > 0, patient);
    const told = lines.filter((line) => line.startsWith('pollers:') && line.includes(why));
    expect(told).toHaveLength(1);
  });

  it('makes the API answer 500, and log the reason', async () => {
    const answer = await fetch(`${emulator.apiUrl}/product-orders`, { method: 'POST', body: '{}' });

    expect(answer.status).toBe(500);
    expect(await answer.json()).toEqual({ message: 'Internal Server Error' });
    await said(
      'gateway: POST /product-orders was answered 500. It may not invoke',
      'apigateway.amazonaws.com',
      'no resource-based policy allows the lambda:InvokeFunction action',
    );
  });

  it('keeps a schedule from invoking its target', async () => {
    const ran = await emulator.runSchedule('Hourly');

    expect(ran).toMatchObject({
      status: 403,
      payload: { message: expect.stringContaining('not authorized to perform: lambda:InvokeFunction') },
    });
    await said('was refused', 'lambda:InvokeFunction');
  });

  it('loses the log of a function that still works', async () => {
    const answered = await emulator.invoke('Probe', { act: 'echo' });

    expect(answered).toMatchObject({ status: 200 });
    await said('Probe was refused', 'logs:CreateLogStream');
    const log = join(emulator.dataDir, 'logs', `${emulator.functionName('Probe')}.log`);
    expect(existsSync(log) ? readFileSync(log, 'utf8') : '').toBe('');
  });
});
