import { html } from 'hono/html';
import { reasonOf } from '../../../shared/model/errors.ts';
import { sentenceForOperator } from '../../ops/cli/command.ts';
import { redactedText } from '../../ops/cli/redact.ts';
import type { Html } from './parts.ts';

export function problemOfError(error: unknown, local: boolean) {
  if (local && cannotConnect(error))
    return {
      what: 'The platform on this machine does not answer.',
      next: 'If npm start was stopped, start it again, then start the console again.',
    };
  const name = error instanceof Error ? error.name : '';
  if (/AccessDenied|UnauthorizedOperation/.test(name))
    return {
      what: `AWS does not allow you to do this: ${reasonOf(error, 500)}`,
      next: 'Use a profile that may read the queues and the table of this stack (AWS_PROFILE).',
    };
  return { what: redactedText(sentenceForOperator(error)), next: 'Correct that, then reload the page.' };
}

export function problemPage({ what, next }: ReturnType<typeof problemOfError>): Html {
  return html`<h1>That did not work</h1><p class="verdict bad" data-problem>${what}</p><p>${next}</p>`;
}

/** A whole page that shows nothing of the console, for requests without access. */
export function refusalPage(sentence: string): Html {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>Refused</title></head>
<body><main><h1>Refused</h1><p>${sentence}</p></main></body></html>`;
}

function cannotConnect(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && error.code === 'ECONNREFUSED') || cannotConnect(error.cause);
}
