import { localMinute, localTime } from '../../model/time.ts';
import { groupByReason } from '../../situation/reasons.ts';
import type { Alert, ShownTrouble } from '../alert.ts';
import * as texts from '../english.ts';

/**
 * An alert below its title, as paragraphs of lines for every channel. It fits a phone: orders with the same reason are a
 * list, and reason, next step and command are said once, even where the reason names each order.
 */
function paragraphsOf(alert: Alert, timeZone: string): string[][] {
  const { summary, who, troubles, stack, at } = alert;
  return [
    who === undefined ? [summary] : [summary, texts.forLine(who)],
    ...groupByReason(troubles).map(({ why, next, all }) => [
      ...all.map((trouble) => orderLine(trouble, timeZone)),
      texts.whyLine(why),
      texts.nextLine(next),
      ...(troubles.length === 1 ? troubles.map(({ command }) => texts.typeLine(command)) : []),
    ]),
    ...restOf(alert).map((line) => [line]),
    [`${stack} · ${localTime(new Date(at), timeZone)} (${timeZone})`],
  ];
}

function orderLine({ order, article, quantity, since }: ShownTrouble, timeZone: string): string {
  const from = texts.sinceInLine(localMinute(since, timeZone));
  const parts = [order || texts.noOrderKnown, article && texts.articleInLine(article), quantity, from];
  return parts.filter((part) => part !== undefined).join(' · ');
}

/** The command for all, unless the one order has its own. */
function restOf({ event, count, troubles, command }: Alert): string[] {
  const isOneOrder = troubles.length === 1 && count === 1;
  if (event === 'over' || isOneOrder) return [];
  const more = count - troubles.length;
  if (troubles.length > 0 && more > 0) return [texts.moreLine(more, command)];
  return [texts.typeLine(command)];
}

export function mailText(alert: Alert, timeZone: string): string {
  const paragraphs = paragraphsOf(alert, timeZone).map((lines) => lines.join('\n   '));
  const linked = alert.link === undefined ? [] : [texts.seeItLine(alert.link)];
  return [alert.title, ...paragraphs, ...linked].join('\n\n');
}

/**
 * SNS accepts a subject of less than 100 characters without line breaks or control characters. Older pages of its
 * reference say ASCII only, so other characters are replaced.
 * @see https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
export function mailSubject(title: string): string {
  const ascii = title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]+/gu, '?')
    .trim();
  return ascii.length < 100 ? ascii : `${ascii.slice(0, 96)}...`;
}

/**
 * For an incoming webhook of Slack: plain text in blocks, so that `*` and `_` in an order number stay as they are.
 * `&`, `<` and `>` are control characters of text objects (`<!channel>` notifies everybody), and become entities.
 * @see https://docs.slack.dev/messaging/formatting-message-text
 * @see https://docs.slack.dev/reference/block-kit/blocks (50 blocks, 3000 characters a section, 150 a header)
 */
export function slackMessage(alert: Alert, timeZone: string) {
  const sections = paragraphsOf(alert, timeZone).map((lines) => {
    return { type: 'section', text: slackPlainText(lines.join('\n'), 3000) };
  });
  // In plain text it could not be opened; it is ours, and percent-encoded.
  const seeIt = {
    type: 'mrkdwn',
    text: texts.seeItLine(`<${escaped(alert.link ?? '')}>`),
    verbatim: true,
  };
  const linked = alert.link === undefined ? [] : [{ type: 'section', text: seeIt }];
  const header = { type: 'header', text: slackPlainText(alert.title, 150) };
  return { text: escaped(alert.title), blocks: [header, ...sections, ...linked] };
}

/** Cut to so many escaped characters, without cutting an entity. */
function slackPlainText(text: string, most: number) {
  let kept = text;
  while (escaped(kept).length > most) kept = `${kept.slice(0, -2).toWellFormed()}…`.replace(/……$/, '…');
  return { type: 'plain_text', text: escaped(kept), emoji: false };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

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
    const message = teamsCard({ ...alert, troubles: alert.troubles.slice(0, shown) }, timeZone);
    if (shown === 0 || Buffer.byteLength(JSON.stringify(message)) <= maxBytes) return message;
  }
}

function teamsCard(alert: Alert, timeZone: string) {
  const paragraphs = paragraphsOf(alert, timeZone).flatMap(([head = '', ...lines]) => {
    const style = lines.length > 0 ? { weight: 'Bolder' } : {};
    return [{ ...line(head, style), separator: lines.length > 0 }, ...lines.map((text) => line(text))];
  });
  const body = [line(alert.title, { weight: 'Bolder', size: 'Medium' }), ...paragraphs];
  const contentType = 'application/vnd.microsoft.card.adaptive';
  const actions =
    alert.link === undefined ? [] : [{ type: 'Action.OpenUrl', title: texts.seeItTitle, url: alert.link }];
  const content = { type: 'AdaptiveCard', version: '1.4', body, actions };
  return { type: 'message', attachments: [{ contentType, content }] };
}

function line(text: string, style: object = {}) {
  // `{{DATE(…)}}` is the only markup in a text run.
  const run = { type: 'TextRun', text: text.replaceAll('{{', '{ {'), ...style };
  return { type: 'RichTextBlock', inlines: [run] };
}
