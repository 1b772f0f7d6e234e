const id = '(id|guid|uuid|uid|oid)(\\.\\$?oid)?';
const idEnd = '(id|guid|uuid|key)(\\.\\$?oid)?';
const number = '(number|no|nr|num|code|ref|reference|nummer)';
const order = '(product|work|production|manufacturing)?(order|build|job)';
const article = '(article|artikel|product|item|material|part|model)';
const instruction =
  '(work)?(instruction|instructie|doc|document|guide|procedure|manual|template|checklist|form|sop|workflow|process)';
const person = '(by|who|user|person|author|operator|worker|employee|door|medewerker)';
const at = '(at|on|op|date|time)?';

/**
 * Names that web APIs give to the fields of the contract, as patterns with blanks between them: one for a whole path that
 * is usual, then for parts of likely ones, the likeliest first. They are matched with paths in lower case without `_` and
 * `-`. A line that has none of its own has those of its last name.
 */
const fieldNames: Readonly<Record<string, string>> = {
  id: `${id} (id|guid|uuid|key|code)$`,
  name: 'name|label|title|question|caption|naam|titel (name|label|title|question|description|text)$',
  variants: 'variants?(names|ids)?|varianten|options variants?(names|ids)?$|options|configurations?|choices',
  url: '(links?\\.)?(url|href|page|link|weburl|htmlurl|permalink) (page|html|self|web|ui|app|url|href|link|pagina)$',
  answer: `d|data|result|response|value|payload|item|resource|(data\\.)?${order}`,
  'list.entries':
    '((d|data|results?|response|embedded|payload)\\.)?(data|results?|values?|items|rows|content|entries|records|list|hits|nodes|)',
  'list.next': 'next|@odata\\.nextlink next|continuation|after$|endcursor$',
  'productOrder.id': `${id}|${order}${idEnd}|key|code`,
  'productOrder.number': `${order}${number}|number|no|nr|nummer|code|reference|ref|name number|code|name|ref|no$`,
  'productOrder.status':
    '(status|state|toestand)(\\.(name|label|title|code|key|value|type))? (status|state|phase|progress)$',
  'productOrder.completedAt': `(completed|finished|voltooid|afgewerkt)${at} complet finish|done|voltooid|afgewerkt|gereed clos|end(ed)?(at|on|date)?$|ready|termin`,
  'productOrder.article': `${article}(\\.?(${number}|sku))?|sku ${article}\\.?(number|no|nr|code|sku)$ \\.sku$`,
  'productOrder.parameters':
    'parameters?|attributes|values parameters?$ attributes|properties|fields$ values|specs|specifications|options',
  'productOrder.recordings':
    '(recording|registration|execution|run|session)s?(ids|guids)?|registraties recording|registration|execution|^runs?|\\.runs?|session|registratie report|inspection|result|log|check|measurement|record|task|submission|entries',
  'parameter.key': 'key|name|code|label|parameter|field|naam (key|name|code|label)$',
  'parameter.value': 'val|value|actual|content|waarde value|actual|text|number|waarde',
  'article.number': `${article}?${number} sku|(number|no|nr|code|reference)$`,
  'recording.productOrderId': `${order}\\.?${idEnd} (id|guid|uuid|oid)$`,
  'recording.productOrderNumber': `${order}\\.?(order)?${number} (number|no|nr|code|ref|reference|name)$`,
  'recording.workInstructionId': `${instruction}\\w*\\.?${idEnd} ${instruction}\\w*\\.?${idEnd}$`,
  'recording.workInstructionVersion': `${instruction}\\.?version version(number|no)?$|versie$|revision$|rev$`,
  'recording.workInstructionName': `${instruction}\\w*\\.?(name|title|label|naam|titel)`,
  'recording.startedAt': `(start|started|begin|began|from|gestart|begonnen)${at} start|begin|began open`,
  'recording.finishedAt': `(finish|finished|complete|completed|end|ended|to|until|stopped|beeindigd)${at} finish|complet|end stop|done|clos|submitted|eindigd`,
  'recording.durationSeconds':
    '(duration|worked|elapsed|seconds|secs|duur)(in)?(s|sec|secs|seconds)? duration|seconds|worked|elapsed|^duur',
  'recording.operator': `(operator|worker|employee|medewerker)(\\.?(full|display)?name|naam)? ${person}\\.?(full|display)?(name|naam)$ ${person}$`,
  'recording.steps':
    'steps?|stappen|answers|checks|entries steps?$|stappen$ answers|checks|lines|results|items|values|entries|measurements|fields|responses',
  'step.id': 'id|guid|uuid|uid|key (id|guid|uuid|key|no)$',
  'step.type': 'type|kind|soort (type|kind|soort)(\\.(code|name|key))?$',
  'step.value':
    '(val|value|answer|result|recorded|actual|response|reading|measured|input|waarde)s? value|answer|result|measure|waarde',
  'step.unit': 'unit|uom|unitofmeasure|eenheid unit|uom|^in$',
  'step.result':
    'result|verdict|outcome|judgement|judgment|passed|ok|conform\\w*|pass|oordeel result|status|passed|isok|oordeel',
};

const patterns = new Map(
  Object.entries(fieldNames).map(([line, text]) => {
    const [usual, ...likely] = text.split(' ');
    return [line, [`^(${usual})$`, ...likely].map((source) => new RegExp(source))];
  }),
);

/** What was planned or preset reads like what was done, and is booked for it. */
const planned = /planned|gepland|target|doel|soll|expect|default|standaard|preset|setpoint|nominal|limit/;
const unlikely = 100;

/** How well a path fits a line of the contract by its name: 0 is a usual name, `unlikely` means not at all. */
function rankOf(line: string, path: string): number {
  const plain = path.replace(/[_-]/g, '').toLowerCase();
  const own = patterns.get(line) ?? patterns.get(lastOf(line)) ?? [];
  const rank = own.findIndex((pattern) => pattern.test(plain));
  return (rank < 0 ? unlikely : rank) + (planned.test(plain) ? unlikely : 0);
}

export const fitsName = (line: string, path: string) => rankOf(line, path) < unlikely;

/** Whether the whole path is a usual name of the field: `status`, and neither `lastSync.status` nor `batchStatus`. */
export const isNamed = (line: string, path: string) => rankOf(line, path) === 0;

/** The likelier ones first: by their names, then those that are nested less. */
export function ranked<N extends { readonly path: string }>(line: string, nodes: readonly N[]): N[] {
  const depthOf = ({ path }: N) => path.split('.').length;
  return nodes.toSorted((a, b) => rankOf(line, a.path) - rankOf(line, b.path) || depthOf(a) - depthOf(b));
}

/** `id`, `_id`, `$oid`: the id of the object that has it. */
export const isOwnId = (name: string) => /^[_$]?(id|guid|uuid|oid)$/i.test(name);

/** Whether the last name of a path is that of an id: `_id`, `orderId`, `WorkOrderGuid`, and not `paid`. */
export function isId(path: string): boolean {
  const name = lastOf(path);
  return isOwnId(name) || /^key$|[a-z0-9](Id|ID|Guid|GUID|Uuid|UUID|Key)$|[_-](id|guid|uuid|key)$/.test(name);
}

const lastOf = (path: string) => path.slice(path.lastIndexOf('.') + 1);
