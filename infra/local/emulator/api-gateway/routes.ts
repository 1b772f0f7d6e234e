/** The route of an HTTP API that serves a request. */
export interface Match {
  /** `GET /product-orders/{number}`. */
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/**
 * The route that serves a request, the most specific first ("Develop routes for HTTP APIs"): full path before
 * `{parameter}` before greedy `{parameter+}`. `path` is percent-decoded, as API Gateway decodes before it matches: an
 * encoded slash separates.
 */
export function matchRoute(routeKeys: readonly string[], method: string, path: string): Match | undefined {
  const segments = path.split('/').slice(1);
  const fits = routeKeys.flatMap((routeKey) => {
    const [wantedMethod, pattern = ''] = routeKey.split(' ');
    const found = wantedMethod === method && matchPattern(pattern.split('/').slice(1), segments);
    return found ? [{ routeKey, pathParameters: found.parameters, rank: found.rank }] : [];
  });
  const [best] = fits.sort((a, b) => (a.rank < b.rank ? -1 : 1));
  return best && { routeKey: best.routeKey, pathParameters: best.pathParameters };
}

/** `rank` sorts by the first segment that differs: text (0), parameter (1), greedy parameter (2). */
function matchPattern(
  pattern: readonly string[],
  segments: readonly string[],
): { parameters: Record<string, string>; rank: string } | undefined {
  const parameters: Record<string, string> = {};
  let rank = '';
  for (const [at, wanted] of pattern.entries()) {
    const [, name, greedy] = /^\{([^+}]+)(\+?)\}$/.exec(wanted) ?? [];
    const segment = segments[at];
    if (segment === undefined) return undefined;
    if (name === undefined) {
      if (segment !== wanted) return undefined;
      rank += '0';
    } else if (greedy) {
      const rest = segments.slice(at).join('/');
      if (rest === '') return undefined;
      return { parameters: { ...parameters, [name]: rest }, rank: `${rank}2` };
    } else {
      if (segment === '') return undefined;
      parameters[name] = segment;
      rank += '1';
    }
  }
  return pattern.length === segments.length ? { parameters, rank } : undefined;
}
