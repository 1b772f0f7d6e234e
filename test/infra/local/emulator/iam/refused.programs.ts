import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { principalsOf } from '../../../../../infra/local/emulator/iam/principals.ts';
import { forAllTests } from '../../../../support/for-all-tests.ts';
import { patient } from '../../../../support/patient.ts';
import { synthesizeFixture } from '../fixture/synthesize.ts';
import { awsOf, startFixture } from '../running.ts';

const folder = mkdtempSync(join(tmpdir(), 'refused-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const lines: string[] = [];

const templateSchema = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.optional(z.record(z.string(), z.unknown())) }),
  ),
});
type Resource = z.infer<typeof templateSchema>['Resources'][string];

/** The fixture with one grant missing for each kind of caller. */
async function startWeakened() {
  cpSync(await synthesizeFixture(), folder, { recursive: true });
  const file = join(folder, 'Fixture.template.json');
  const template = templateSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const without = (resource: Resource, action: string): Resource =>
    JSON.parse(JSON.stringify(resource).replaceAll(`"${action}"`, '"sqs:Nothing"'));
  const weakened = Object.entries(template.Resources).flatMap(([id, resource]): [string, Resource][] => {
    if (id.startsWith('WorkerServiceRoleDefaultPolicy'))
      return [[id, without(resource, 'sqs:ReceiveMessage')]];
    if (id.startsWith('SchedulerRole')) return [[id, without(resource, 'lambda:InvokeFunction')]];
    if (id.startsWith('ProbeServiceRoleDefaultPolicy'))
      return [[id, without(resource, 'logs:CreateLogStream')]];
    return resource.Type === 'AWS::Lambda::Permission' ? [] : [[id, resource]];
  });
  writeFileSync(file, JSON.stringify({ ...template, Resources: Object.fromEntries(weakened) }));
  return startFixture({
    template: { directory: folder, stackName: 'Fixture' },
    log: (line) => lines.push(line),
  });
}
const emulator = await forAllTests(startWeakened());

const said = (...parts: string[]) =>
  vi.waitUntil(() => lines.some((line) => parts.every((part) => line.includes(part))), patient);

/** AWS with the credentials of a function. */
function awsAs(name: string) {
  const wanted = emulator.functionName(name);
  const principal = principalsOf(emulator.stack).find(
    (one) => one.kind === 'function' && one.name === wanted,
  );
  if (!principal) throw new Error(`There is no function ${name}.`);
  return awsOf({ ...emulator, credentials: principal.credentials });
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

    await expect(probe.depth('orders')).rejects.toMatchObject(refusal('sqs:GetQueueAttributes'));
    await expect(probe.send({ id: 'x' })).rejects.toMatchObject(refusal('sqs:SendMessage'));
    await expect(probe.seen('x')).rejects.toMatchObject(refusal('dynamodb:GetItem'));

    await said('Probe was refused', 'sqs:SendMessage');
  });

  it('does not affect functions that have it', async () => {
    await awsAs('Intake').send({ id: 'sent by the endpoint' });

    expect(await awsAs('Worker').seen('x')).toBeUndefined();
    await expect(awsAs('Intake').seen('x')).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('stops the polls for a function, and is logged once', async () => {
    const why = 'not authorized to perform: sqs:ReceiveMessage';
    await said('pollers: orders', 'assumed-role', why);

    await vi.waitUntil(async () => (await awsOf(emulator).depth('orders')).visible > 0, patient);
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
