import { randomBytes } from 'node:crypto';
import { dateOf, type Fields, TrytonTestClient } from './client.ts';
import type { TrytonServer } from './server.ts';

/** What is assembled from lots, by four operations. */
export const assembly = {
  article: 'ACT-01',
  components: ['CASE-01', 'MOTOR-01', 'BOARD-01'].map((article) => ({ article, lot: `LOT-${article}` })),
  scarceLot: 'LOT-RARE',
  routing: 'Actuator routing',
  operations: ['Press', 'Solder', 'Close', 'Test'],
  reasons: ['Scratch', 'Wrong torque'],
};

/** Its bill of materials has each component in two lines. */
export const repeated = {
  article: 'ACT-02',
  plain: 'BOLT-M8',
  lotted: 'MOTOR-01',
  lots: ['LOT-MOTOR-01', 'LOT-MOTOR-02'],
} as const;

/**
 * Fills an empty database with a plant: company, gearboxes with their bill of materials, an
 * actuator with its routing, stock of the components, a waste location.
 * @returns the user that the connector logs in as: no administrator, only the groups that its work needs.
 */
export async function seedPlant(server: TrytonServer) {
  const { url, database, adminPassword } = server;
  const admin = new TrytonTestClient({ url, database, username: 'admin', password: adminPassword });
  await admin.login();
  const company = await seedCompany(admin);
  await admin.login(); // The session's context now holds the company.
  await seedProducts(admin, company);
  await seedRouting(admin, company);
  return seedConnectorUser(admin, company);
}

async function seedCompany(admin: TrytonTestClient): Promise<number> {
  const currency = await admin.create('currency.currency', {
    name: 'Euro',
    symbol: '€',
    code: 'EUR',
    numeric_code: '978',
    digits: 2,
    rounding: decimal('0.01'),
    rates: [['create', [{ date: dateOf('2020-01-01'), rate: decimal('1') }]]],
  });
  const party = await admin.create('party.party', { name: 'Test Plant BV' });
  const company = await admin.create('company.company', { party, currency, timezone: 'Europe/Brussels' });
  await admin.write('res.user', [await admin.idOf('res.user', [['login', '=', 'admin']])], {
    companies: [['add', [company]]],
    company,
  });
  return company;
}

async function seedProducts(admin: TrytonTestClient, company: number): Promise<void> {
  const unit = await admin.idOf('product.uom', [['symbol', '=', 'u']]);
  const kilogram = await admin.idOf('product.uom', [['symbol', '=', 'kg']]);
  const product = async (code: string, name: string, extra: Fields = {}) => {
    const template = await admin.create('product.template', {
      name,
      type: 'goods',
      default_uom: unit,
      list_price: decimal('100'),
      cost_price_method: 'fixed',
      ...extra,
      products: [['create', [{ suffix_code: code, cost_price: decimal('10') }]]],
    });
    return admin.idOf('product.product', [['template', '=', template]]);
  };
  await admin.create('product.uom', {
    name: 'Ton',
    symbol: 't',
    category: await admin.idOf('product.uom.category', [['uoms', '=', kilogram]]),
    factor: 1000,
    rate: 0.001,
    rounding: 0.001,
    digits: 3,
  });
  const housing = await product('HSG-01', 'Housing');
  const bolt = await product('BOLT-M8', 'Bolt M8');
  const scarce = await product('RARE-01', 'Bearing that is never in stock');
  const traced = await product('SHAFT-01', 'Shaft, traced by lot', { lot_required: ['storage'] });
  // One after another: PostgreSQL refuses to serialize two that are created at once.
  const lines: Fields[] = [];
  const receive = async (number: string, part: number, quantity = 100_000) =>
    void lines.push({
      product: part,
      quantity,
      lot: await admin.create('stock.lot', { number, product: part }),
    });
  const lotted = new Map<string, number>();
  for (const { article, lot } of assembly.components) {
    const part = await product(article, `Part ${article}`);
    lotted.set(article, part);
    await receive(lot, part);
  }
  const [caseOne = 0] = lotted.values();
  await receive(assembly.scarceLot, caseOne, 1);
  const motor = lotted.get(repeated.lotted) ?? 0;
  await receive(repeated.lots[1], motor);
  const ofOne = (...products: readonly number[]) =>
    products.map((product) => ({ product, quantity: 1, unit }));
  const usual = [...ofOne(housing), { product: bolt, quantity: 8, unit }];
  const everywhere = ['storage', 'production', 'lost_found'];
  const built: readonly (readonly [code: string, name: string, inputs: readonly Fields[], extra?: Fields])[] =
    [
      ['GEAR-01', 'Gearbox', usual],
      ['PASTE-01', 'Sealing paste', usual, { default_uom: kilogram }],
      ['GEAR-LOT', 'Gearbox, tracked by lot', usual, { lot_required: ['storage'] }],
      ['GEAR-SERIAL', 'Gearbox with a serial number, scrapped or not', usual, { lot_required: everywhere }],
      ['GEAR-TRACED', 'Gearbox with a traced shaft', ofOne(traced)],
      ['GEAR-FREE', 'Gearbox without a price', usual, { list_price: null }],
      ['GEAR-RARE', 'Gearbox with a rare bearing', ofOne(scarce)],
      [assembly.article, 'Actuator', ofOne(...lotted.values())],
      [repeated.article, 'Double actuator', ofOne(bolt, bolt, motor, motor)],
    ];
  for (const [code, name, inputs, extra = {}] of built) {
    const gear = await product(code, name, { producible: true, ...extra });
    const bom = await admin.create('production.bom', {
      name: `${name} (bill of materials)`,
      inputs: [['create', inputs]],
      outputs: [['create', [{ product: gear, quantity: 1, unit: extra.default_uom ?? unit }]]],
    });
    await admin.create('product.product-production.bom', { product: gear, bom });
  }
  const warehouse = await admin.idOf('stock.location', [['type', '=', 'warehouse']]);
  const scrapped = await admin.create('stock.location', { name: 'Scrap', code: 'SCRAP', type: 'lost_found' });
  await admin.write('stock.location', [warehouse], { waste_locations: [['add', [scrapped]]] });
  const [{ storage_location: storage } = {}] = await admin.find(
    'stock.location',
    [['id', '=', warehouse]],
    ['storage_location'],
  );
  const inventory = await admin.create('stock.inventory', {
    location: storage,
    company,
    date: dateOf('2026-01-01'),
    lines: [
      ['create', [{ product: housing, quantity: 100_000 }, { product: bolt, quantity: 800_000 }, ...lines]],
    ],
  });
  await admin.press('stock.inventory', 'confirm', inventory);
}

async function seedRouting(admin: TrytonTestClient, company: number): Promise<void> {
  const category = await admin.create('production.work.center.category', { name: 'Benches' });
  const plant = await admin.create('production.work.center', { name: 'Plant', company });
  await admin.create('production.work.center', { name: 'Bench 1', company, category, parent: plant });
  const boms = (await admin.find('production.bom', [])).map(({ id }) => id);
  for (const [name, operations] of Object.entries({
    'Gearbox routing': ['Assembly'],
    [assembly.routing]: assembly.operations,
  })) {
    const steps: Fields[] = [];
    for (const [at, one] of operations.entries())
      steps.push({
        operation: await admin.create('production.routing.operation', {
          name: one,
          work_center_category: category,
        }),
        sequence: at + 1,
      });
    await admin.create('production.routing', { name, steps: [['create', steps]], boms: [['add', boms]] });
  }
}

async function seedConnectorUser(admin: TrytonTestClient, company: number) {
  const username = 'azumuta';
  const password = randomBytes(12).toString('hex');
  const groups = await admin.find('res.group', [
    ['name', 'in', ['Production', 'Stock', 'Stock Force Assignment']],
  ]);
  const user = await admin.create('res.user', {
    name: 'Azumuta integration',
    login: username,
    password,
    groups: [['add', groups.map(({ id }) => id)]],
    companies: [['add', [company]]],
  });
  await admin.write('res.user', [user], { company });
  return { username, password };
}

function decimal(text: string): Fields {
  return { __class__: 'Decimal', decimal: text };
}
