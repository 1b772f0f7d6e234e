/**
 * All that the probe guesses: names that web APIs give to such things. What a person has seen, and what an answer to
 * the next question proves, count for more.
 */

/** Below the base URL, where lists of product orders may stand. */
export const orderPaths = [
  '/productorders',
  '/product-orders',
  '/productOrders',
  '/product_orders',
  '/orders',
  '/workorders',
  '/work-orders',
  '/work_orders',
  '/WorkOrders',
  '/ProductOrders',
  '/production-orders',
  '/productionOrders',
  '/manufacturing-orders',
  '/jobs',
  '/builds',
];

/** Likewise articles, beside what the product order calls its own. */
export const articlePaths = ['/articles', '/products', '/items', '/materials', '/parts'];

/** Where the recordings of a product order may stand, if it names none. */
export function waysOfOrder(path: string) {
  const before = path.slice(0, path.lastIndexOf('/'));
  return [
    ...['recordings', 'executions', 'registrations', 'runs', 'results'].map((name) => ({
      path: `${path}/{productOrder.id}/${name}`,
    })),
    ...['productOrderId', 'orderId'].map((name) => ({
      path: `${before}/recordings`,
      query: { [name]: '{productOrder.id}' },
    })),
  ];
}

/** How a list is asked for those of which a field has a value. */
export type QueryForm = (field: string, value: string) => Readonly<Record<string, string>>;

/** The likeliest first; `plain` is the assumed one. */
export const plain: QueryForm = (field, value) => ({ [field]: value });
export const odata: QueryForm = (field, value) => ({ $filter: `${field} eq '${value}'` });
export const queryForms: readonly QueryForm[] = [
  plain,
  odata,
  (field, value) => ({ [`filter[${field}]`]: value }),
  (field, value) => ({ filter: `${field} eq '${value}'` }),
  (field, value) => ({ filter: `${field}:${value}` }),
  (_field, value) => ({ search: value }),
  (_field, value) => ({ q: value }),
  (_field, value) => ({ query: value }),
];

/** Where a list may tell its next page. */
export const nextNames =
  /(^|\.)(next|after|cursor|nextlink|@odata\.nextlink|nextpage|nextcursor|nextpagetoken|nexttoken|continuation|continuationtoken|nextoffset|endcursor)(\.(href|url|cursor))?$/;

/** Parameters that may take a cursor. */
export const cursorNames = ['cursor', 'page', 'after', 'offset', 'pageToken', 'continuationToken', 'skip'];

/**
 * Names of fields, for paths in small letters without `_` and `-`; the best first. A path that none fits is taken only
 * where its value was seen.
 */
export const fieldNames: Readonly<Record<string, readonly RegExp[]>> = {
  'productOrder.id': [/^(id|guid|uuid)(\.\$?oid)?$/, /^\w*order(id|guid|uuid|key)$/, /^(key|code)$/],
  'productOrder.number': [
    /order(number|no|nr|num|code|ref|reference)$/,
    /^(number|no|nr)$/,
    /^(code|reference|ref|name)$/,
    /number|code|name|ref|no$/,
  ],
  'productOrder.status': [
    /^(status|state)$/,
    /^(status|state)\.(name|label|title|code|key|value|type)$/,
    /(status|state|phase|progress)$/,
  ],
  'productOrder.completedAt': [
    /complet/,
    /finish|done/,
    /clos|end(ed)?(at|on|date)?$|ready|gereed|afgewerkt|voltooid|termin/,
  ],
  'productOrder.article': [
    /(article|product|item|material|part|model)\.?(number|no|nr|code|sku)$/,
    /(^|\.)sku$/,
    /^(article|product|item|material|part|model)$/,
  ],
  'productOrder.parameters': [
    /parameters?$/,
    /attributes|properties|customfields|fields$/,
    /values|specs|specifications|options/,
  ],
  'productOrder.variants': [/variants?(names|ids)?$/, /options|configurations?|choices/],
  'productOrder.recordings': [
    /recording|registration|execution|^runs?|\.runs?|session/,
    /report|inspection|result|log|check|measurement|record|task|submission|entries/,
  ],
  'productOrder.url': [
    /^(url|href|page|link|weburl|htmlurl|permalink)$/,
    /(page|html|self|web|ui|app|url|href|link)$/,
  ],
  'parameter.key': [/^(key|name|code|label|parameter|field)$/, /(key|name|code|label)$/],
  'parameter.value': [/^(val|value|actual|content)$/, /value|actual|text|number/],
  'variant.id': [/^(id|guid|uuid)(\.\$?oid)?$/, /(id|guid|uuid|key|code)$/],
  'variant.name': [/^(name|label|title|description)$/, /(name|label|title)/],
  'recordingRef.id': [/^(id|guid|uuid)(\.\$?oid)?$/, /(id|guid|uuid)$/],
  'article.id': [/^(id|guid|uuid)(\.\$?oid)?$/, /(id|guid|uuid|key)$/],
  'article.number': [/(article|product|item|material|part)?(number|no|nr|code)$/, /sku|reference/],
  'article.variants': [/variants?$/, /options|configurations?|choices/],
  'recording.id': [/^(id|guid|uuid)(\.\$?oid)?$/, /(id|guid|uuid)$/],
  'recording.productOrderId': [/order\w*\.?(id|guid|uuid|key)(\.\$?oid)?$/, /(id|guid|uuid|oid)$/],
  'recording.productOrderNumber': [
    /order\w*\.?(number|no|nr|code|ref)$/,
    /(number|no|nr|code|ref|reference|name)$/,
  ],
  'recording.workInstructionId': [
    /(instruction|doc|document|guide|procedure|manual|template|checklist|form|sop|workflow|process)\w*\.?(id|guid|uuid|key)(\.\$?oid)?$/,
  ],
  'recording.workInstructionVersion': [/version(number|no)?$/, /(revision|rev)$/],
  'recording.workInstructionName': [
    /(instruction|doc|document|guide|procedure|manual|template|checklist|form|sop|workflow|process)\w*\.?(name|title|label)$/,
  ],
  'recording.startedAt': [/start|begin|began/, /^from$|open/],
  'recording.finishedAt': [/finish|complet|end/, /^(to|until)$|stop|done|clos|submitted/],
  'recording.durationSeconds': [/duration|seconds|worked|elapsed/, /time|minutes|length/],
  'recording.operator': [
    /(operator|worker|employee)(\.(full|display)name)$/,
    /^(operator|worker|employee)(name)?$/,
    /(by|who|user|person|author|operator|worker|employee)\.(full|display)name$/,
    /(by|who|user|person|author|operator|worker|employee)(\.?name)?$/,
  ],
  'recording.steps': [
    /steps?$/,
    /answers|checks|lines|results|items|values|entries|measurements|fields|responses/,
  ],
  'recording.url': [/^(url|href|page|link|weburl|htmlurl|permalink)$/, /(page|html|web|ui|url|href|link)$/],
  'step.id': [/^(id|guid|uuid|key)$/, /(step|line|check|question)?(id|guid|uuid|key|no)$/],
  'step.name': [/^(name|label|title|question|caption)$/, /(name|label|title|question|description|text)$/],
  'step.type': [/^(type|kind)$/, /(type|kind)(\.(code|name|key))?$/],
  'step.value': [
    /^(val|value|answer|result|recorded|actual|response|reading|measured|input)s?$/,
    /value|answer|result|measure/,
  ],
  'step.unit': [/^(unit|uom|unitofmeasure)$/, /unit|uom|^in$/],
  'step.result': [
    /^(result|verdict|outcome|judgement|judgment|passed|ok|conform\w*|pass)$/,
    /result|status|passed|isok/,
  ],
  'workInstruction.id': [/^(id|guid|uuid)(\.\$?oid)?$/, /(id|guid|uuid|key)$/],
  'workInstruction.name': [/^(name|title|label)$/, /(name|title|label)$/],
};

/** How well a path fits a field by its name: 0 is best, and infinity is not at all. */
export function rankOf(field: string, path: string): number {
  const plainPath = path.replace(/[_-]/g, '').toLowerCase();
  const at = (fieldNames[field] ?? []).findIndex((pattern) => pattern.test(plainPath));
  return at < 0 ? Number.POSITIVE_INFINITY : at;
}

/** Words beside a number or an article that hold what is like it: its title, another one's, or a remark. */
export const misleading =
  /(title|description|label|remark|comment|note|batch|parent|external|erp|previous|original|source)/;

/** What an id or a number is called beside what it is of: `product.sku` is of a product, `ItemCode` of an item. */
const kindOfName =
  /[_-]?(\$?oid|ids?|guids?|uuids?|codes?|numbers?|nos?|nrs?|refs?|references?|keys?|skus?|names?)$/i;

/** What only wraps, in JSON:API, HAL and the like. */
const containers =
  /^(data|items?|results?|values?|attributes|relationships|nodes?|edges|_?embedded|_?links|list|rows|entries|content)$/i;

/** Names of collections, from the path of a field that holds ids or numbers of what is in them. */
export function collectionsOf(path: string): string[] {
  const names = path.split('.').filter((name) => name !== '');
  for (const name of names.toReversed()) {
    const stem = name.replace(kindOfName, '').replace(/^_+|_+$/g, '');
    if (stem.length < 3 || containers.test(name)) continue;
    const many = /s$/i.test(stem) ? stem : /[^aeiou]y$/i.test(stem) ? stem.replace(/y$/i, 'ies') : `${stem}s`;
    const dashed = many
      .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
      .replaceAll('_', '-')
      .toLowerCase();
    return [...new Set([many, dashed, dashed.replaceAll('-', '')])];
  }
  return [];
}
