/** What one request's access log line may tell. The path is not among it: it may hold a token. */
export interface AccessLogEntry {
  readonly requestId: string;
  readonly now: Date;
  readonly routeKey: string;
  readonly status: number;
  readonly responseBytes: number;
  readonly method: string;
  readonly sourceAddress: string;
  readonly integrationError?: string | undefined;
  readonly latencyMs?: number | undefined;
}

const usual =
  '{"requestId":"$context.requestId","routeKey":"$context.routeKey","status":"$context.status","latency":"$context.integrationLatency","error":"$context.integrationErrorMessage"}';

/**
 * One line in the format that the stage asks for, with API Gateway's `$context` variables filled in. Those
 * that a local run does not know, and every variable that holds the path, read `-`.
 */
export function accessLogLine(format: string | undefined, entry: AccessLogEntry): string {
  const latency = entry.latencyMs === undefined ? '-' : entry.latencyMs.toFixed(0);
  const known: Readonly<Record<string, string>> = {
    requestId: entry.requestId,
    extendedRequestId: entry.requestId,
    requestTime: entry.now.toUTCString(),
    requestTimeEpoch: String(entry.now.getTime()),
    routeKey: entry.routeKey,
    stage: '$default',
    status: String(entry.status),
    responseLength: String(entry.responseBytes),
    responseLatency: latency,
    httpMethod: entry.method,
    'identity.sourceIp': entry.sourceAddress,
    integrationLatency: latency,
    'integration.latency': latency,
    integrationErrorMessage: entry.integrationError ?? '-',
    'integration.error': entry.integrationError ?? '-',
    'error.message': entry.integrationError ?? '-',
  };
  return (format ?? usual).replace(
    /\$context\.([A-Za-z]+(?:\.[A-Za-z]+)*)/g,
    (_, name: string) => known[name] ?? '-',
  );
}
