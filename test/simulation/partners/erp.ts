import type { ErpDefinition } from '../../../shared/erp/connector.ts';
import type * as connectors from '../../../shared/erp/registry.ts';
import { businessCentral, odoo, sapS4Hana } from '../../../shared/erp/registry.ts';
import type { PartnerLimit } from '../../../shared/model/partner.ts';
import type { Decimal } from '../../../shared/model/quantity.ts';
import { bcPlant } from '../../shared/erp/conformance/plants/business-central.ts';
import { odooPlant } from '../../shared/erp/conformance/plants/odoo.ts';
import type { ErpPlant } from '../../shared/erp/conformance/plants/plant.ts';
import { sapPlant } from '../../shared/erp/conformance/plants/sap-s4hana.ts';
import { bcCompany } from '../../shared/erp/conformance/servers/business-central.ts';
import type { OdooVersion } from '../../shared/erp/conformance/servers/odoo-models.ts';
import type { Capability, PlannedOrderRef } from '../../shared/erp/conformance/target.ts';
import { sandboxPlant } from '../../shared/erp/rest/plant.ts';
import { sandboxErp } from '../../shared/erp/rest/sandbox.ts';

/**
 * An ERP in the simulation: a server that answers at once, the people who work in it, its books, and its connector. The
 * servers are the sandbox ERP and those of the conformance suite, where each fact about an ERP has its source.
 */
export interface ErpModel extends Omit<ErpPlant, 'plan' | 'credentials' | 'rotate'> {
  /** The real connector; its calls must be passed to `answer`. */
  readonly definition: (url: string, options?: DefinitionOptions) => ErpDefinition;
  /** As in the conformance suite. An ERP without `serials` accepts one serial number for an order of one piece. */
  readonly cannot: Readonly<Partial<Record<Capability, string>>>;
  /** The current secret. */
  readonly credentials: unknown;
  /** Replaces the secret: the previous one is refused from now on. */
  readonly rotate: () => unknown;
  /** Creates and releases an order. */
  readonly plan: (order: PlannedModelOrder) => PlannedOrderRef;
}

/** `assembly`: more is recorded of it than its quantity; only of an ERP with an assembly. */
export type ArticleKind = 'plain' | 'lots' | 'serials' | 'assembly';

export interface PlannedModelOrder {
  readonly article: ArticleKind;
  /** Whole number of pieces. */
  readonly quantity: Decimal;
  /** ISO date by which it is due; the model chooses one if it is absent. */
  readonly dueDate?: string;
}

interface DefinitionOptions extends PartnerLimit {
  /** Orders per page when the ERP is listed. */
  readonly pageSize?: number;
}

/** Dependencies of a model. */
export interface ErpWorld {
  readonly now: () => Date;
  /** Unique texts, for secrets, sessions and ETags. */
  readonly newId: () => string;
}

type Connectors = typeof connectors;
/** A connector of the registry, by its folder. */
type ConnectorFolder = Connectors[keyof Connectors]['facts']['folder'];

/** The models of each connector of the registry: one without any says why. */
const models = {
  'business-central': { 'business-central': businessCentralModel },
  odoo: {
    'odoo 17': (world: ErpWorld) => odooModel(17, world),
    'odoo 19': (world: ErpWorld) => odooModel(19, world),
  },
  rest: { rest: restModel },
  'sap-s4hana': { 'sap-s4hana': sapModel },
  // A real one is tested instead (`npm run test:tryton`).
  tryton: {},
} as const satisfies Record<ConnectorFolder, Readonly<Record<string, (world: ErpWorld) => ErpModel>>>;

/** The ERPs that have a model. */
export const erpModels = {
  ...models.odoo,
  ...models['sap-s4hana'],
  ...models['business-central'],
  ...models.rest,
  ...models.tryton,
};

export type ErpName = keyof typeof erpModels;

/** Those that take an assembly, of which journeys book components, operations, reasons and checks. */
export const assembling: ReadonlySet<ErpName> = new Set(['rest', 'business-central']);

/** Those whose orders have no id: a number that comes again may be that of another order. */
export const withoutIds: ReadonlySet<ErpName> = new Set(['sap-s4hana', 'business-central']);

function odooModel(version: OdooVersion, { now, newId }: ErpWorld): ErpModel {
  const plant = odooPlant(version, now);
  const one = 'Odoo 17 accepts one serial number per order';
  return modelOf(plant, newId, {
    cannot: version < 19 ? { serials: one, 'scrapped-serials': one } : {},
    definition: (url, options) =>
      odoo({ url, database: plant.login.database, version, backorder: 'keep', ...options }),
  });
}

function sapModel({ now, newId }: ErpWorld): ErpModel {
  const login = { auth: 'basic', user: 'AZUMUTA', secret: newId() } as const;
  const plant = sapPlant(login, { time: now, newId });
  return modelOf(plant, newId, {
    cannot: { 'scrapped-serials': 'SAP does not receive scrap into stock, so scrap has no batch' },
    definition: (url, options) =>
      sapS4Hana({
        url,
        auth: 'basic',
        goodsMovements: 'receipt',
        activities: { run: 1 },
        notesField: 'OrderLongText',
        ...options,
      }),
  });
}

function businessCentralModel({ now, newId }: ErpWorld): ErpModel {
  const login = { auth: 'oauth2', user: 'azumuta-client', secret: newId() } as const;
  // The unit in which operators record components, and the reason of their scrap.
  const plant = bcPlant(login, { time: now, newId }, 'u');
  plant.server.books.scrapCodes.set('SCRATCH', 'Scratch');
  return modelOf(plant, newId, {
    cannot: { 'scrapped-serials': 'scrap makes no stock in Business Central, so it has no serial number' },
    definition: (url, options) =>
      businessCentral({
        url,
        auth: { tokenUrl: `${url}/oauth/token` },
        company: bcCompany.id,
        finish: 'complete',
        ...options,
      }),
  });
}

function restModel({ now, newId }: ErpWorld): ErpModel {
  return modelOf(sandboxPlant(now), newId, {
    cannot: {},
    definition: (url, options) => sandboxErp({ baseUrl: url, ...options }),
  });
}

function modelOf(
  plant: ErpPlant,
  newId: () => string,
  distinct: Pick<ErpModel, 'cannot' | 'definition'>,
): ErpModel {
  return {
    ...plant,
    ...distinct,
    get credentials() {
      return plant.credentials();
    },
    rotate() {
      plant.rotate(newId());
      return plant.credentials();
    },
    plan: ({ article: kind, ...planned }) => {
      const article = kind === 'assembly' ? plant.assembly?.article : plant.articles[kind];
      if (article === undefined) throw new Error('This ERP takes no assembly.');
      return plant.plan({ article, ...planned });
    },
  };
}
