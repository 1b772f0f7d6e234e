import { numberOf } from '../ledger/keys.ts';
import type { ViewLedger } from '../ledger/ledger.ts';
import { groupOf, type SeenTrouble, type Situation } from './read.ts';
import { withoutOrder } from './reasons.ts';

/** Troubles of one kind, partner and cause that are read for their reason. */
const mostRead = 100;

/**
 * The situation, in which troubles of one kind, partner and cause say why if all of them say the same but for their order:
 * then nobody has to open their pages. A call for each hundred of them.
 */
export async function withOwnReasons(
  situation: Situation,
  { concerns }: { readonly concerns: Pick<ViewLedger['concerns'], 'readReasons'> },
): Promise<Situation> {
  const groups = Map.groupBy(situation.troubles, groupOf);
  const small = [...groups.values()].filter(({ length }) => length <= mostRead);
  const reasons = await concerns.readReasons(small.flat().flatMap(({ key }) => key ?? []));
  const common = new Map([...groups].map(([group, all]) => [group, commonReason(all, reasons)]));
  return {
    ...situation,
    troubles: situation.troubles.map((trouble) => ({
      ...trouble,
      reason: trouble.reason ?? common.get(groupOf(trouble)),
    })),
  };
}

/** @param reasons By the key of a trouble, written `<pk> <sk>`. */
function commonReason(all: readonly SeenTrouble[], reasons: ReadonlyMap<string, string>): string | undefined {
  const texts = all.map(({ key }) => {
    const reason = key && reasons.get(`${key.pk} ${key.sk}`);
    // One alone may name its order.
    return reason === undefined || all.length === 1 ? reason : withoutOrder(reason, [numberOf({ ...key })]);
  });
  const [first, ...others] = new Set(texts);
  return others.length === 0 ? first : undefined;
}
