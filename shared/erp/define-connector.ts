import type * as z from 'zod/mini';
import type { WatermarkKind } from '../model/orders.ts';
import type { PartnerLimit } from '../model/partner.ts';
import { describeMismatches, parse } from '../platform/validation.ts';
import type { ErpConnector, ErpDefinition, ErpEnvironment, ErpSecret, Lacks } from './connector.ts';
import { rejected } from './failures.ts';

/** What every connector's options may hold; `name` is how messages name an ERP that only the configuration knows. */
type AnyOptions = PartnerLimit & {
  readonly name?: string | undefined;
  readonly settlingSeconds?: number | undefined;
};

/** What a connector says of itself. The configuration, `init`, the documents and the tests read it from the registry. */
interface ConnectorFacts<Folder extends string> {
  /** Its folder under `shared/erp`, whose page has its title, and the name of its example: `sap-s4hana`. */
  readonly folder: Folder;
  /** Its function in a configuration, if that is not the name of its folder: `sapS4Hana`. */
  readonly call?: string;
  /** Schema of its options: it is their type, and its doc comments are their documentation. */
  readonly options: z.ZodMiniType;
  /** Default of the option `atOnce`. Absent: no limit. */
  readonly atOnce?: number;
  /** Default of the option `perSecond`. Absent: no limit. */
  readonly perSecond?: number;
  /**
   * `exact` where the position of a page is a number that grows with each change and below which nothing can show later:
   * the next listing begins right behind it. Default: `time`, whose next listing begins an overlap earlier.
   */
  readonly watermark?: WatermarkKind | undefined;
  /** True for the one that describes any ERP, step by step: its options are read in their source. */
  readonly generic?: true;
}

/** A connector as a configuration calls it. */
export interface Connector<Options, Credentials = unknown, Folder extends string = string> {
  readonly facts: ConnectorFacts<Folder>;
  /** @throws Rejected when the options are invalid, naming the field, what was found and what is expected. */
  (options: Options): ErpDefinition<Credentials>;
}

/**
 * Makes the function that a configuration calls.
 * @param described What it says of itself; which secret it needs; and `connect`, which is called once per container.
 */
export function defineConnector<Options extends AnyOptions, Credentials, const Folder extends string>(
  described: ConnectorFacts<Folder> & {
    /** What it has no place for, whatever its options say, or by them. */
    readonly lacks: Lacks | ((options: Options) => Lacks);
    readonly secret: (options: Options) => ErpSecret<Credentials>;
    /** Why no stack may be made with these options yet. Default: it may. */
    readonly untried?: (options: Options) => string | undefined;
    /** What doctor and each morning mail say of it with these options. Default: nothing. */
    readonly caution?: (options: Options) => string | undefined;
    readonly connect: (options: Options, environment: ErpEnvironment<Credentials>) => ErpConnector;
  },
): Connector<Options, Credentials, Folder> {
  const { lacks, secret, untried, caution, connect, ...facts } = described;
  function define(options: Options): ErpDefinition<Credentials> {
    const parsed = parse(facts.options, options);
    if (!parsed.ok) {
      const why = describeMismatches(parsed.mismatches);
      throw rejected('configuration', `${facts.call ?? facts.folder}(): ${why}`);
    }
    return {
      name: options.name ?? facts.folder,
      atOnce: options.atOnce ?? mostAtOnce(facts, options),
      perSecond: options.perSecond ?? facts.perSecond,
      settlingSeconds: options.settlingSeconds,
      untried: untried?.(options),
      caution: caution?.(options),
      watermark: facts.watermark,
      lacks: typeof lacks === 'function' ? lacks(options) : lacks,
      secret: secret(options),
      connect: (environment) => connect(options, environment),
    };
  }
  return Object.assign(define, { facts });
}

/** The default of `atOnce`, no more than the requests a second of a plant that says them alone. */
function mostAtOnce({ atOnce }: PartnerLimit, { perSecond = atOnce }: PartnerLimit): number | undefined {
  return atOnce === undefined || perSecond === undefined ? atOnce : Math.min(atOnce, Math.ceil(perSecond));
}
