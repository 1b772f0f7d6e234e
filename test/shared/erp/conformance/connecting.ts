import type { ErpConnector, ErpDefinition } from '../../../../shared/erp/connector.ts';
import { systemClock } from '../../../../shared/platform/clock.ts';
import type { ConnectorOptions } from './target.ts';

/** How a connector of a target reaches its server. */
export type Reached = { readonly baseUrl: string } & Pick<ConnectorOptions, 'pageSize' | 'timeoutMs'>;

/**
 * Makes the connectors of a target.
 * @param url Of the proxy.
 * @param secrets The one that the server accepts, and another.
 */
export function connecting<Credentials>(
  url: string,
  secrets: { readonly right: Credentials; readonly wrong: Credentials },
  define: (reached: Reached) => ErpDefinition<Credentials>,
) {
  return (options: ConnectorOptions = {}): ErpConnector => {
    const {
      baseUrl = url,
      clock = systemClock,
      mayWrite = () => true,
      wrongCredentials,
      rotated,
      ...asked
    } = options;
    let isRight = !wrongCredentials && !rotated;
    return define({ baseUrl, ...asked }).connect({
      clock,
      mayWrite,
      async credentials({ refresh } = {}) {
        if (refresh && rotated) isRight = true;
        return isRight ? secrets.right : secrets.wrong;
      },
    });
  };
}
