import type { Alert } from '../alert.ts';
import { restLine, troubleLines } from './text.ts';

const maxHeader = 150;

/**
 * For an incoming webhook of Slack: plain text in blocks, so that `*` and `_` in an order number stay as they are.
 * `&`, `<` and `>` are control characters of text objects (`<!channel>` notifies everybody), and become entities.
 * @see https://docs.slack.dev/messaging/formatting-message-text
 * @see https://docs.slack.dev/reference/block-kit/blocks (50 blocks, 3000 characters a section, 150 a header)
 */
export function slackMessage(alert: Alert, timeZone: string) {
  const rest = restLine(alert);
  return {
    text: escaped(alert.title),
    blocks: [
      { type: 'header', text: plain(alert.title, maxHeader) },
      ...[
        alert.summary,
        ...alert.troubles.map((trouble) => troubleLines(trouble, timeZone).join('\n')),
        ...(rest === undefined ? [] : [rest]),
        alert.stack,
      ].map((text) => ({ type: 'section', text: plain(text) })),
    ],
  };
}

function plain(text: string, most = 3000) {
  return { type: 'plain_text', text: shortened(text, most), emoji: false };
}

/** Cut to so many escaped characters, without cutting an entity. */
function shortened(text: string, most: number): string {
  let kept = text;
  while (escaped(kept).length > most) kept = `${kept.slice(0, -2).toWellFormed()}…`.replace(/……$/, '…');
  return escaped(kept);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
