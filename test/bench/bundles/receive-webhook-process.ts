import * as z from 'zod/mini';

/**
 * Runs in a process of its own, with the environment of the function. Calls the deployed bundle of receive-webhook and
 * a bare SendMessage of the stock client in turns, to measure what the handler adds to the one call that it must make.
 */
const ordered = z.parse(
  z.object({
    bundle: z.string(),
    stock: z.string(),
    token: z.string(),
    queueUrl: z.string(),
    calls: z.number(),
  }),
  JSON.parse(process.argv[2] ?? '{}'),
);

type Handler = (event: unknown, context: { readonly awsRequestId: string }) => Promise<unknown>;
const handlerSchema = z.object({ handler: z.custom<Handler>((value) => typeof value === 'function') });
const webhook = z.parse(handlerSchema, { ...(await import(ordered.bundle)) }).handler;
const bare = z.parse(handlerSchema, { ...(await import(ordered.stock)) }).handler;

const body = (at: number) =>
  JSON.stringify({ productOrderNumber: `webhook-${at}`, recordingIds: [`recordingwebhook-${at}`] });

const event = (at: number) => ({
  version: '2.0',
  rawPath: `/webhooks/azumuta/product-order-completed/${ordered.token}`,
  rawQueryString: '',
  headers: { 'content-type': 'application/json' },
  pathParameters: { event: 'product-order-completed', token: ordered.token },
  requestContext: { http: { method: 'POST', sourceIp: '127.0.0.1' }, requestId: `request-${at}` },
  body: body(at),
  isBase64Encoded: false,
});

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

const answeredSchema = z.object({ statusCode: z.number() });
const samples = { webhook: [] as number[], bare: [] as number[] };
// The logger writes to standard output, as it does in Lambda; the figures go to the parent.
for (let at = -100; at < ordered.calls; at += 1) {
  const ours = await timed(async () => {
    const { statusCode } = z.parse(
      answeredSchema,
      await webhook(event(at), { awsRequestId: `request-${at}` }),
    );
    if (statusCode !== 202) throw new Error(`The webhook answered ${statusCode}.`);
  });
  const theirs = await timed(() =>
    bare({ url: ordered.queueUrl, body: body(at) }, { awsRequestId: `request-${at}` }),
  );
  if (at < 0) continue;
  samples.webhook.push(ours);
  samples.bare.push(theirs);
}
process.send?.(samples);
process.disconnect?.();
process.exit(0);
