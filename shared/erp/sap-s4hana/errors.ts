import * as z from 'zod/mini';
import { Rejected, RetryLater } from '../../model/errors.ts';
import { shorten } from '../../model/text.ts';
import type { HttpResponse } from '../../platform/http.ts';

const errorSchema = z.object({
  error: z.object({
    code: z.optional(z.string()),
    message: z.object({ value: z.string() }),
    innererror: z.optional(
      z.object({
        errordetails: z.optional(
          z.array(z.object({ message: z.string(), severity: z.optional(z.string()) })),
        ),
      }),
    ),
  }),
});

/** How SAP says that another user or job has the order (`accept-language: en` is sent for this sentence). */
const busy =
  /already being processed|being (processed|edited|changed) by|locked by|currently locked|is locked/i;

/**
 * What a refused OData call stands for: 423, 412 and lock messages are an order that must wait, every other
 * 4xx is for a person, in SAP's own words (`message.value` is often only a headline: the details say why).
 */
export function failureOfAnswer(
  response: HttpResponse,
  what: string,
  order: string | undefined,
): RetryLater | Rejected {
  const said = reasonOfAnswer(response);
  const about = order === undefined ? '' : ` of order ${order}`;
  if (response.status === 423 || response.status === 412 || busy.test(said)) {
    return new RetryLater(`SAP: ${what}${about} must wait, somebody else is changing it (${said}).`, {
      scope: 'order',
    });
  }
  return new Rejected(`SAP refused ${what}${about} (${response.status}): ${said}`, {
    code: 'refused-by-erp',
  });
}

/**
 * Whether a refusal is of the gateway's framework (`/IWFND/MED/170`: no such service) and not of the service: an
 * inactive service says nothing of the order.
 */
export function isAboutService({ status, json }: HttpResponse): boolean {
  const parsed = errorSchema.safeParse(json);
  return status === 404 && parsed.success && (parsed.data.error.code?.startsWith('/IWFND/') ?? false);
}

function reasonOfAnswer(response: HttpResponse): string {
  const parsed = errorSchema.safeParse(response.json);
  if (!parsed.success) return `answered ${response.status} without a reason`;
  const { message, innererror } = parsed.data.error;
  const details = (innererror?.errordetails ?? [])
    .filter(({ severity }) => severity === undefined || severity === 'error')
    .map((detail) => detail.message);
  const sentences = [...new Set([message.value, ...details].map((one) => one.trim()).filter(Boolean))];
  return shorten(sentences.join('; '), 400);
}
