/** HTTP API integrations end after 30 s (AWS quota): a longer wait could not be answered. */
const maxWaitSeconds = 25;

/** Seconds of `Prefer: wait=10` (RFC 7240 §4.3); 0 when the header does not ask to wait. */
export function waitSecondsOf(prefer: string | undefined): number {
  const wait = /(?:^|[,;\s])wait\s*=\s*"?(\d+)"?/i.exec(prefer ?? '')?.[1];
  return wait === undefined ? 0 : Math.min(maxWaitSeconds, Number(wait));
}
