import type { Alert } from '../alert.ts';
import { paragraphsOf } from './text.ts';

const maxHeader = 150;

/**
 * For an incoming webhook of Slack: plain text in blocks, so that `*` and `_` in an order number stay as they are.
 * `&`, `<` and `>` are control characters of text objects (`<!channel>` notifies everybody), and become entities.
 * @see https://docs.slack.dev/messaging/formatting-message-text
 * @see https://docs.slack.dev/reference/block-kit/blocks (50 blocks, 3000 characters a section, 150 a header)
 */
export function slackMessage(alert: Alert, timeZone: string) {
  const paragraphs = paragraphsOf(alert, timeZone).map((lines) => plain(lines.join('\n')));
  return {
    text: escaped(alert.title),
    blocks: [
      { type: 'header', text: plain(alert.title, maxHeader) },
      ...paragraphs.map((text) => ({ type: 'section', text })),
    ],
  };
}

/** Cut to so many escaped characters, without cutting an entity. */
function plain(text: string, most = 3000) {
  let kept = text;
  while (escaped(kept).length > most) kept = `${kept.slice(0, -2).toWellFormed()}…`.replace(/……$/, '…');
  return { type: 'plain_text', text: escaped(kept), emoji: false };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
