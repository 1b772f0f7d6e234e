import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { secretFindings } from '../../../../infra/ops/doctor/check-partners.ts';
import { askForValue } from '../../../../infra/ops/secrets/ask-for-value.ts';
import { SecretStore, type StackSecretName } from '../../../../infra/ops/secrets/secret-store.ts';
import { forAllTests } from '../../../support/for-all-tests.ts';
import { onThisMachine } from '../cli/targets.ts';
import { startSecretStore } from './secrets-service.ts';

const store = await forAllTests(startSecretStore());
const erpShape = z.object({ username: z.string(), password: z.string() });
const secrets = new SecretStore(store.target, erpShape);
const first = 'first-token-0123456789';
const second = 'second-token-0123456789';

beforeEach(() => store.unsetAll());

describe('a secret of ours', () => {
  it('is set once, rotated by overlap, and finished', async () => {
    const stored = async () => JSON.parse((await secrets.read('webhook-token')) ?? '');
    await secrets.set('webhook-token', first);
    expect(await stored()).toEqual({ current: first });

    await secrets.rotate('webhook-token', second);
    expect(await stored()).toEqual({ current: second, previous: first });
    expect((await secrets.states()).get('webhook-token')).toEqual({ state: 'rotating' });

    expect(await secrets.finish('webhook-token')).toBe(true);
    expect(await stored()).toEqual({ current: second });
    expect(await secrets.finish('webhook-token')).toBe(false);
  });

  it('is not overwritten, because its users would be locked out', async () => {
    await secrets.set('order-api-key', first);
    await expect(secrets.set('order-api-key', second)).rejects.toThrow('rotate it instead');
    await secrets.rotate('order-api-key', second);
    await expect(secrets.rotate('order-api-key', first)).rejects.toThrow(
      'npm run secrets -- finish order-api-key --stack S',
    );
    expect(await secrets.current('order-api-key')).toBe(second);
  });

  it('cannot be rotated before it is set', async () => {
    await expect(secrets.rotate('order-api-key', first)).rejects.toThrow('not set yet');
  });
});

describe("a partner's secret", () => {
  it.each([
    ['as the partner shows it', 'abc-123'],
    ['with the line end of a file', 'abc-123\n'],
    ['as JSON', '{"apiKey":"abc-123"}'],
  ])('is taken %s', async (_, given) => {
    await secrets.set('azumuta-api-key', given);
    expect(JSON.parse((await secrets.read('azumuta-api-key')) ?? '')).toEqual({ apiKey: 'abc-123' });
  });

  it('must have the shape that the connector reads when it is the ERP’s, and is reported field by field', async () => {
    await expect(secrets.set('erp-credentials', '{"username":"an"}')).rejects.toThrow(
      'is invalid: $.password: found missing, expected string',
    );
    await expect(secrets.set('erp-credentials', 'hunter2')).rejects.toThrow('must be JSON');
    await secrets.set('erp-credentials', '{"username":"an","password":"hunter2"}');
    expect((await secrets.states()).get('erp-credentials')).toEqual({ state: 'set' });
    await new SecretStore(store.target).set('erp-credentials', '{"token":"x"}');
    expect((await secrets.states()).get('erp-credentials')).toEqual({
      state: 'invalid',
      mistakes: ['$.username: found missing, expected string', '$.password: found missing, expected string'],
    });
  });
});

it('lists the addresses of alert webhooks only for stacks that have them, and requires https', async () => {
  // Prepare
  const withWebhooks = new SecretStore({ ...store.target, outputs: { AlertWebhooksSecret: 'there' } });
  const address = 'https://hooks.slack.com/services/T0/B0/x';

  // Act and assess
  expect((await secrets.states()).has('alert-webhooks')).toBe(false);
  await expect(withWebhooks.set('alert-webhooks', '{"slack":"http://plant.example/hook"}')).rejects.toThrow(
    'The value of alert-webhooks is invalid: $.slack: found string, expected an https URL.',
  );
  await withWebhooks.set('alert-webhooks', JSON.stringify({ slack: address }));
  expect((await withWebhooks.states()).get('alert-webhooks')).toEqual({ state: 'set' });
});

it('names in doctor each secret that is not usable, and the command for it, without a value', async () => {
  // Prepare
  await secrets.set('webhook-token', first);
  await secrets.rotate('webhook-token', second);
  await new SecretStore(store.target).set('erp-credentials', '{"username":"hunter2"}');
  const target = onThisMachine({});

  // Act
  const found = secretFindings(await secrets.states(), target, 'plants/ghent.config.ts');

  // Assess
  expect(found.map(({ about, result, command }) => `${about}: ${result}, ${command}`)).toEqual([
    'Azumuta API key: wrong, npm run secrets -- set azumuta-api-key --local',
    'ERP credentials: wrong, npm run secrets -- set erp-credentials --local --config plants/ghent.config.ts',
    'Webhook token: notice, npm run secrets -- finish webhook-token --local',
    'Order API key: wrong, npm run secrets -- set order-api-key --local',
  ]);
  expect(JSON.stringify(found)).not.toMatch(/hunter2|0123456789/);
});

describe('a value that is asked for', () => {
  /** Types the keys of each question once it is there. */
  async function asked(
    name: StackSecretName,
    answers: readonly (readonly [question: string, keys: string])[],
  ) {
    const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
    const output = Object.assign(new PassThrough(), { isTTY: true, columns: 100, rows: 40 });
    let shown = '';
    output.on('data', (chunk) => {
      shown += String(chunk);
    });
    const terminal = { input, output, signal: new AbortController().signal };
    const fields = { username: 'the user', password: 'its password' };
    const asking = askForValue(name, fields, terminal).catch(String);
    for (const [question, keys] of answers) {
      await vi.waitUntil(() => shown.includes(question), { timeout: 15_000, interval: 20 });
      input.write(keys);
    }
    return { value: await asking, shown };
  }

  const asksErp: [string, string][] = [
    ['username (such as: the user)', 'sesame\r'],
    ['password (such as: its password)', 'sesame-2\r'],
  ];
  const asksChannels: [string, string][] = [
    ['teams (such', '\r'],
    ['slack (such', 'https://sesame\r'],
    ['webhook (such', '\r'],
  ];
  it.each<[StackSecretName, [string, string][], string]>([
    ['azumuta-api-key', [['Azumuta API key', 'sesame\r']], 'sesame'],
    ['erp-credentials', asksErp, '{"username":"sesame","password":"sesame-2"}'],
    ['alert-webhooks', asksChannels, '{"slack":"https://sesame"}'],
  ])('has the fields of %s, and is never shown', async (name, answers, value) => {
    const { value: given, shown } = await asked(name, answers);
    expect(given).toBe(value);
    expect(shown).not.toContain('sesame');
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('is not given when the person leaves with %s', async (_, key) => {
    const { value } = await asked('erp-credentials', [
      ['username', 'sesame\r'],
      ['password (', key],
    ]);
    expect(value).toBe('UsageError: Nothing was written.');
  });
});
