import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Template } from 'aws-cdk-lib/assertions';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod/mini';
import cdk from '../../../cdk.json' with { type: 'json' };
import { assemble, createApp } from '../../../infra/stack/assemble.ts';
import { liveFromAhead } from '../../../infra/stack/stack.ts';
import { fateOf, isProduction, stackNameOf } from '../../../infra/stack/stage.ts';
import sample from '../../../integration.config.ts';
import { ConfigurationError } from '../../../shared/integration/define.ts';
import { snippetFolder } from '../../support/snippets.ts';
import { propertiesOf, startAssembly, templateOf } from './assembled.ts';
import everything from './everything.config.ts';

const resourcesSchema = z.record(
  z.string(),
  z.object({ Type: z.string(), Properties: z.optional(z.record(z.string(), z.unknown())) }),
);

describe('a stage', () => {
  it.each(['dev', 'test', 'sandbox', 'local', 'demo', 'tmp', 'dev2', 'testAnna'])(
    'called %s is disposable, which is said before',
    (stage) => {
      expect(isProduction(stage)).toBe(false);
      expect(fateOf('S', stage)).toContain('deletes its ledger, secrets and logs');
    },
  );

  it.each(['production', 'Production', 'prod', 'PROD', 'live', 'developement', 'testing', 'locals', 'Dev'])(
    'called %s is production: nothing of it goes by a slip of the pen',
    (stage) => {
      expect(isProduction(stage)).toBe(true);
      expect(fateOf('S', stage)).toContain('CloudFormation refuses to delete it');
    },
  );

  it.each(['Prod uction', 'b-c', '', '1st', 'prod\u0007', 'a'.repeat(21), '[object Object]'])(
    'called %j is refused with a sentence',
    (stage) => {
      expect(() => stackNameOf('ghent', stage)).toThrow(ConfigurationError);
      expect(() => stackNameOf('ghent', stage)).toThrow(
        `found ${JSON.stringify(stage)}, expected letters and digits`,
      );
    },
  );
});

describe('the name of a stack', () => {
  const plant = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,30}$/);
  const stage = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,19}$/);

  it('belongs to one plant and stage only', () => {
    fc.assert(
      fc.property(plant, stage, (ofPlant, ofStage) => {
        const name = stackNameOf(ofPlant, ofStage);
        expect(/^AzumutaErp-(.*)-([^-]*)$/.exec(name)?.slice(1)).toEqual([ofPlant, ofStage]);
        expect(name).toMatch(/^[A-Za-z][A-Za-z0-9-]{0,127}$/);
      }),
    );
  });

  it('fits every limit of AWS, even the longest, and is in every name that people see', async () => {
    // Prepare: by type and property, what its reference allows
    const limits: Readonly<Record<string, number>> = {
      'AWS::Scheduler::ScheduleGroup Name': 64,
      'AWS::SNS::Topic DisplayName': 100,
      'AWS::ApiGatewayV2::Api Name': 128,
      'AWS::CloudWatch::Alarm AlarmName': 255,
    };
    const longest = await templateOf({ ...everything, plant: 'p'.repeat(31) }, 's'.repeat(20));
    const { Resources } = longest.toJSON();

    // Act
    const named = Object.values(z.parse(resourcesSchema, Resources)).flatMap(({ Type, Properties = {} }) =>
      Object.entries(Properties)
        .filter(([name, value]) => `${Type} ${name}` in limits && typeof value === 'string')
        .map(([name, value]) => ({ what: `${Type} ${name}`, value: String(value) })),
    );

    // Assess
    expect(new Set(named.map(({ what }) => what))).toEqual(new Set(Object.keys(limits)));
    expect(named.filter(({ what, value }) => value.length > (limits[what] ?? 0))).toEqual([]);
    // CloudFormation shortens the name of a group, which nobody reads.
    const seen = named.filter(({ what }) => !what.includes('ScheduleGroup'));
    expect(seen.filter(({ value }) => !value.includes(`${'p'.repeat(31)}-${'s'.repeat(20)}`))).toEqual([]);
  });
});

it('gives its mode to each function that has the ledger, and to the commands, and nothing of it where it is live', async () => {
  // Prepare
  const { deployment } = everything;
  const modesOf = (template: Template) =>
    propertiesOf(template, 'AWS::Lambda::Function').flatMap(({ Environment }) => {
      const { LEDGER_TABLE_NAME, MODE } = Environment.Variables;
      return LEDGER_TABLE_NAME === undefined ? [] : MODE;
    });

  // Act
  const live = await templateOf(everything, 'production');
  const shadow = await templateOf(
    { ...everything, deployment: { ...deployment, mode: 'shadow' } },
    'production',
  );

  // Assess
  expect(modesOf(shadow)).toEqual(Array(7).fill('shadow'));
  expect(modesOf(live)).toEqual(Array(7).fill(undefined));
  expect([shadow, live].map((template) => template.findOutputs('Mode').Mode?.Value)).toEqual([
    'shadow',
    undefined,
  ]);
});

it('says from when on it is live to the functions that create and book, and to none in shadow', async () => {
  // Prepare
  const liveFrom = '2027-01-11T05:00:00.000Z';
  const toldOf = async (mode: 'live' | 'shadow') => {
    const deployment = { ...everything.deployment, mode, liveFrom };
    const template = await templateOf({ ...everything, deployment }, 'production');
    return propertiesOf(template, 'AWS::Lambda::Function').flatMap(({ Description, Environment }) => {
      const { LIVE_FROM } = Environment.Variables;
      return LIVE_FROM === undefined ? [] : `${Description.split(' ')[0]} ${LIVE_FROM}`;
    });
  };

  // Act
  const [live, shadow] = [await toldOf('live'), await toldOf('shadow')];

  // Assess
  expect(live.toSorted()).toEqual([`Creates ${liveFrom}`, `Reads ${liveFrom}`]);
  expect(shadow).toEqual([]);
});

it.each([
  ['live', '2027-01-11T05:00:00.000Z', /in an hour: what is completed in Azumuta until then is people's/],
  ['live', '2028-01-11T04:00:00.000Z', /in 365 days: /],
  ['live', '2027-01-11T04:00:00.000Z', /^$/],
  ['live', undefined, /^$/],
  ['shadow', '2028-01-11T04:00:00.000Z', /^$/],
] as const)(
  'says at synthesis what follows of an instant that is still to come: %s from %s',
  (mode, liveFrom, says) => {
    const now = new Date('2027-01-11T04:00:00Z');
    expect(liveFromAhead({ mode, liveFrom }, now) ?? '').toMatch(says);
  },
);

describe('a stage for trying', () => {
  const paid = ['AWS::CloudWatch::Alarm', 'AWS::Logs::MetricFilter', 'AWS::Budgets::Budget'];
  const metricsOf = (template: Template) =>
    propertiesOf(template, 'AWS::Lambda::Function').map(({ Environment }) => Environment.Variables.METRICS);

  it('has no alarms and no metrics that are paid, unless somebody asks for them', async () => {
    const { deployment } = sample;
    const trying = await templateOf(sample, 'dev');
    const asked = await templateOf({ ...sample, deployment: { ...deployment, alarms: true } }, 'dev');

    for (const type of paid) trying.resourceCountIs(type, 0);
    expect(trying.findOutputs('AlarmTopic')).toEqual({});
    // Of those that write metrics.
    expect(metricsOf(trying).filter(Boolean)).toEqual(Array(6).fill('off'));
    expect(Object.keys(asked.findResources('AWS::CloudWatch::Alarm')).length).toBeGreaterThan(10);
    expect(metricsOf(asked).filter(Boolean)).toEqual([]);
  });

  it('is watched in production, unless somebody does without', async () => {
    const { deployment } = sample;
    const unwatched = { ...sample, deployment: { ...deployment, alarms: false } };
    for (const type of paid) (await templateOf(unwatched, 'production')).resourceCountIs(type, 0);
  });
});

describe('a stack', () => {
  it('is protected from deletion in production, and in no disposable stage', async () => {
    const assembled = startAssembly(onTestFinished);
    const stacks = [
      await assembled.add('integration.config.ts', 'Production'),
      await assembled.add('integration.config.ts', 'devAnna'),
    ];

    expect(stacks.map(({ terminationProtection }) => terminationProtection)).toEqual([true, false]);
  });
});

describe("the CDK's app", () => {
  it('refuses a file of plants/ that still names the plant that it was copied from', async () => {
    // Prepare
    const copied = readFileSync('plants/examples/odoo.config.ts', 'utf8');
    const folder = snippetFolder({ 'plants/bruges.config.ts': copied });
    const outdir = join(folder, 'cdk.out');

    // Act
    const act = () => assemble(createApp({ outdir }), join(folder, 'plants/bruges.config.ts'), 'production');

    // Assess
    await expect(act()).rejects.toThrow(ConfigurationError);
    await expect(act()).rejects.toThrow(
      'plants/bruges.config.ts is the file of plant bruges. $.plant: found "ghent", expected "bruges": correct it, or rename the file.',
    );
    expect(existsSync(join(outdir, 'bundles'))).toBe(false);
  });

  it('says how to run it, where an older Node.js does, as a CDK of the whole machine may', () => {
    // Prepare
    const older = 'Object.defineProperty(process, "versions", { value: { node: "20.1.0" } })';
    const [, ...words] = cdk.app.split(' ');
    const { npm_lifecycle_event: _, ...env } = process.env;

    // Act
    const ran = spawnSync(process.execPath, ['--import', `data:text/javascript,${older}`, ...words], { env });

    // Assess
    expect(String(ran.stderr)).toMatch(/^Node\.js 24 is needed, .*: begin the command with npx, .*\n$/);
    expect(ran.status).toBe(1);
  });
});
