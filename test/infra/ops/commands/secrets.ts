import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { rotatingSecretSchema } from '../../../../shared/platform/aws/credentials.ts';
import type { CommandStage } from './stage.ts';
import { typed } from './typed.ts';

export function secretsTests(stage: () => CommandStage): void {
  it('makes a new webhook token, which has 256 random bits: both are valid, and only show prints its URL', async () => {
    // Prepare
    const { system, typedHere } = stage();

    // Act
    const rotated = await typedHere('secrets', 'rotate', 'webhook-token');
    const shown = await typedHere('secrets', 'show', 'webhook-token');

    // Assess
    const url = /http\S+/.exec(shown.output)?.[0] ?? '';
    expect(rotated).toMatchObject({
      code: 0,
      output: expect.stringContaining('npm run secrets -- show webhook-token'),
    });
    expect(Buffer.from(tokenOf(url), 'base64url')).toHaveLength(32);
    expect(rotated.output).not.toContain(tokenOf(url));
    expect(await stored(stage(), 'WebhookToken')).toEqual({
      current: tokenOf(url),
      previous: tokenOf(system.webhookUrl),
    });
    expect(url.replace(tokenOf(url), '')).toBe(system.webhookUrl.replace(tokenOf(system.webhookUrl), ''));
  });

  it('makes a new key of the pages, which ends all links, and shows it to nobody', async () => {
    // Prepare
    const { typedHere } = stage();
    const before = await stored(stage(), 'PagesKey');

    // Act
    const rotated = await typedHere('secrets', 'rotate', 'pages-key');
    const shown = await typedHere('secrets', 'show', 'pages-key');
    const status = await typedHere('secrets', 'status');

    // Assess
    const after = z.parse(rotatingSecretSchema, await stored(stage(), 'PagesKey'));
    expect(before).toEqual({ current: expect.not.stringMatching(after.current) });
    expect(after.previous).toBeUndefined();
    expect(rotated.output).toBe(
      'Key of the pages: rotated. Links that were sent before open nothing within a minute; the next alert has new ones.\n',
    );
    expect(shown).toMatchObject({
      code: 2,
      complaint: expect.stringContaining('Nobody needs to see pages-key'),
    });
    expect(status.output).toContain('Key of the pages: is set.');
    expect([rotated, shown, status].map(({ output }) => output).join()).not.toContain(after.current);
  });

  it('checks a value before it is stored, and changes nothing when it is refused', async () => {
    // Prepare
    const { folder, typedHere } = stage();
    const words = ['set', 'erp-credentials', '--local', folder];

    // Act
    const misshapen = await typed('secrets', words, { input: '{"username":"hunter2"}' });
    const status = await typedHere('secrets', 'status');

    // Assess
    expect(misshapen).toMatchObject({
      code: 2,
      complaint: 'The value of erp-credentials is invalid: $.apiKey: found missing, expected string.\n',
    });
    expect(misshapen.output + misshapen.complaint).not.toContain('hunter2');
    expect(status).toMatchObject({ code: 0, output: expect.stringContaining('ERP credentials: is set.') });
  });
}

const tokenOf = (url: string) => url.split('/').at(-1) ?? '';

async function stored({ system, secrets }: CommandStage, which: string): Promise<unknown> {
  const secret = system.emulator.stack.secrets.find(({ name }) => name.includes(which));
  const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId: secret?.arn }));
  return JSON.parse(SecretString);
}
