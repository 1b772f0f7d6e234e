import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { secretFacts } from '../../../infra/ops/secrets/secret-store.ts';
import type { WebhookChannel } from '../../../shared/alerts/dependencies.ts';

/** By what a text names a channel: one that is added does not compile until it has its word. */
const wordOf: Readonly<Record<WebhookChannel, RegExp>> = {
  teams: /Teams/,
  slack: /Slack/,
  webhook: /JSON/,
};

const sentenceIn = (file: string, pattern: RegExp) => pattern.exec(readFileSync(file, 'utf8'))?.[0] ?? '';

it.each([
  ['the configuration', sentenceIn('shared/integration/deployment.ts', /\* Microsoft Teams [^.]*\./)],
  ['the runbook', sentenceIn('infra/RUNBOOK.md', /`deployment\.alerts` \([^)]*\)/)],
  ['the README', sentenceIn('README.md', /Alerts name [^.]*`deployment\.alerts`/)],
  ['the command for secrets', secretFacts['alert-webhooks'].from],
])('names each channel of the alerts: %s', (_, sentence) => {
  const missing = Object.entries(wordOf).filter(([, word]) => !word.test(sentence));
  expect(missing).toEqual([]);
});
