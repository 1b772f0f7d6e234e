import type { Alert } from '../alert.ts';
import { paragraphsOf } from './text.ts';

/** Teams refuses messages above 28 KB, by its own count: some users met the limit at 21 KB. */
const maxBytes = 18_000;

/**
 * For a webhook of Teams' Workflows ("When a Teams webhook request is received"), which accepts only Adaptive Cards; the
 * connectors of Office 365, which accepted other cards, are retired. Text is in `TextRun`s, which have no markdown.
 * @see https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook
 * @see https://learn.microsoft.com/en-us/adaptive-cards/authoring-cards/text-features
 */
export function teamsMessage(alert: Alert, timeZone: string) {
  for (let shown = alert.troubles.length; ; shown -= 1) {
    const message = messageOf({ ...alert, troubles: alert.troubles.slice(0, shown) }, timeZone);
    if (shown === 0 || Buffer.byteLength(JSON.stringify(message)) <= maxBytes) return message;
  }
}

function messageOf(alert: Alert, timeZone: string) {
  const paragraphs = paragraphsOf(alert, timeZone).flatMap(([head = '', ...lines]) => {
    const style = lines.length > 0 ? { weight: 'Bolder' } : {};
    return [{ ...line(head, style), separator: lines.length > 0 }, ...lines.map((text) => line(text))];
  });
  const body = [line(alert.title, { weight: 'Bolder', size: 'Medium' }), ...paragraphs];
  const contentType = 'application/vnd.microsoft.card.adaptive';
  return {
    type: 'message',
    attachments: [{ contentType, content: { type: 'AdaptiveCard', version: '1.4', body } }],
  };
}

function line(text: string, style: object = {}) {
  // `{{DATE(…)}}` is the only markup in a text run.
  return {
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', text: text.replaceAll('{{', '{ {'), ...style }],
  };
}
