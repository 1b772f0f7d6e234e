import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { secretChecks } from '../../../../infra/ops/doctor/check-partners.ts';
import { createSecretStore, type SecretStore } from '../../../../infra/ops/secrets/secret-store.ts';
import { runSecretsWizard } from '../../../../infra/ops/secrets/wizard.ts';
import { onThisMachine } from '../cli/targets.ts';
import { type SecretsService, startSecretStore } from './secrets-service.ts';

let store: SecretsService;
let secrets: SecretStore;
const erpShape = z.object({ username: z.string(), password: z.string() });
const first = 'first-token-0123456789';
const second = 'second-token-0123456789';

beforeAll(async () => {
  store = await startSecretStore();
  secrets = createSecretStore(store.target, erpShape);
});
afterAll(() => store.stop());
beforeEach(() => store.unsetAll());

describe('a secret of ours', () => {
  it('is set once, rotated by overlap, and finished', async () => {
    // Act and assess
    await secrets.set('webhook-token', first);
    expect(JSON.parse((await secrets.read('webhook-token')) ?? '')).toEqual({ current: first });

    await secrets.rotate('webhook-token', second);
    expect(JSON.parse((await secrets.read('webhook-token')) ?? '')).toEqual({
      current: second,
      previous: first,
    });
    expect((await secrets.states()).get('webhook-token')).toEqual({ state: 'rotating' });

    expect(await secrets.finish('webhook-token')).toBe(true);
    expect(JSON.parse((await secrets.read('webhook-token')) ?? '')).toEqual({ current: second });
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

  it.each([
    ['too short', 'short', 'at least 20 characters'],
    ['unfit for a URL', 'a token/with a slash?', 'letters, digits and . _ ~ - only'],
  ])('is refused when it is %s, without its value', async (_, value, why) => {
    const refusal = secrets.set('webhook-token', value);
    await expect(refusal).rejects.toThrow(why);
    await expect(refusal).rejects.not.toThrow(value);
    expect((await secrets.states()).get('webhook-token')).toEqual({ state: 'unset' });
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

  it('must have the shape that the connector reads when it is the ERP’s', async () => {
    await expect(secrets.set('erp-credentials', '{"username":"an"}')).rejects.toThrow(
      'does not fit: $.password: found missing, expected string',
    );
    await expect(secrets.set('erp-credentials', 'hunter2')).rejects.toThrow('must be JSON');
    await secrets.set('erp-credentials', '{"username":"an","password":"hunter2"}');
    expect((await secrets.states()).get('erp-credentials')).toEqual({ state: 'set' });
  });

  it('is reported field by field when the ERP’s has another shape', async () => {
    await createSecretStore(store.target).set('erp-credentials', '{"token":"x"}');
    expect((await secrets.states()).get('erp-credentials')).toEqual({
      state: 'unfit',
      mistakes: ['$.username: found missing, expected string', '$.password: found missing, expected string'],
    });
  });
});

it('lists the addresses of alert webhooks only for stacks that have them, and requires https', async () => {
  // Prepare
  const withWebhooks = createSecretStore({ ...store.target, outputs: { AlertWebhooksSecret: 'there' } });
  const address = 'https://hooks.slack.com/services/T0/B0/x';

  // Act and assess
  expect((await secrets.states()).has('alert-webhooks')).toBe(false);
  await expect(withWebhooks.set('alert-webhooks', '{"slack":"http://plant.example/hook"}')).rejects.toThrow(
    'The value of alert-webhooks does not fit: $.slack: found string, expected an https URL.',
  );
  await withWebhooks.set('alert-webhooks', JSON.stringify({ slack: address }));
  expect((await withWebhooks.states()).get('alert-webhooks')).toEqual({ state: 'set' });
});

it('names in doctor each secret that is not usable, and the command for it, without a value', async () => {
  // Prepare
  await secrets.set('webhook-token', first);
  await secrets.rotate('webhook-token', second);
  await createSecretStore(store.target).set('erp-credentials', '{"username":"hunter2"}');
  const target = onThisMachine({});

  // Act
  const found = [];
  const checks = secretChecks(target, secrets, 'plants/ghent.config.ts');
  for (const check of checks) found.push(...(await check.look()));

  // Assess
  expect(found.map(({ about, result, command }) => `${about}: ${result}, ${command}`)).toEqual([
    'Azumuta API key: wrong, npm run secrets -- --local --config plants/ghent.config.ts',
    'ERP credentials: wrong, npm run secrets -- --local --config plants/ghent.config.ts',
    'Webhook token: notice, npm run secrets -- finish webhook-token --local',
    'Order API key: wrong, npm run secrets -- set order-api-key --generate --local',
  ]);
  expect(JSON.stringify(found)).not.toMatch(/hunter2|0123456789/);
});

describe('the secrets wizard', () => {
  /** A terminal in the hands of a test: what is shown, and keys to press. */
  function terminal() {
    const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
    const output = Object.assign(new PassThrough(), { isTTY: true, columns: 100, rows: 40 });
    const shown = { text: '' };
    output.on('data', (chunk) => {
      shown.text += String(chunk);
    });
    let seen = 0;
    return {
      shown,
      dependencies: { input, output, signal: new AbortController().signal },
      /** Waits until the terminal shows `words` anew, then types. */
      async whenShown(words: RegExp, keys: string) {
        const isShown = () => words.test(shown.text.slice(seen));
        await vi.waitUntil(isShown, { timeout: 15_000, interval: 20 });
        seen = shown.text.length;
        input.write(keys);
      },
    };
  }
  const [enter, down] = ['\r', '\u001b[B'];
  const dependencies = () => ({
    store: secrets,
    erpFields: { username: 'the user', password: 'its password' },
    instructions: (_: string, value: string) => `Paste ${value}`,
    check: 'npm run doctor -- --stack S',
  });

  it('sets a key without ever showing it', async () => {
    // Prepare
    const { shown, dependencies: io, whenShown } = terminal();

    // Act
    const walk = runSecretsWizard({ ...dependencies(), terminal: io });
    await whenShown(/Azumuta API key: not set/, enter);
    // The question, not the answer to the one before.
    await whenShown(/Azumuta API key(?!:)/, 'sesame-opens-it');
    await whenShown(/▪▪▪/, enter);
    await whenShown(/Azumuta API key: set/, down.repeat(3));
    await whenShown(/Done/, enter);
    await walk;

    // Assess
    expect(JSON.parse((await secrets.read('azumuta-api-key')) ?? '')).toEqual({ apiKey: 'sesame-opens-it' });
    expect(shown.text).not.toContain('sesame');
    expect(shown.text).toContain('\nnpm run doctor -- --stack S\n');
  });

  it('makes a token, shows it once, and ends at Ctrl-C without changes', async () => {
    // Prepare
    const { shown, dependencies: io, whenShown } = terminal();

    // Act
    const walk = runSecretsWizard({ ...dependencies(), terminal: io });
    await whenShown(/Webhook token: not set/, down.repeat(2));
    await whenShown(/Webhook token/, enter);
    await whenShown(/Webhook token: set/, '\u0003');
    await walk;

    // Assess
    const token = await secrets.current('webhook-token');
    expect(token).toHaveLength(43);
    expect(shown.text).toContain(`Paste ${token}`);
  });
});
