import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { deploymentSchema } from '../../../shared/integration/deployment.ts';
import { isRecord } from '../../../shared/platform/json.ts';
import { everyDeployment, otherDeployments } from './everything.config.ts';

type JsonSchema = z.core.JSONSchema._JSONSchema;

/** The path of each field, of each alternative of a union; `*` stands for any name of a record. */
function fieldsIn(schema: JsonSchema | undefined, at: string): string[] {
  if (!isRecord(schema)) return [];
  const { properties = {}, anyOf = [], additionalProperties } = schema as z.core.JSONSchema.BaseSchema;
  const named = Object.entries(properties).flatMap(([name, field]) => {
    const path = at === '' ? name : `${at}.${name}`;
    return [path, ...fieldsIn(field, path)];
  });
  const ofRecord = isRecord(additionalProperties) ? fieldsIn(additionalProperties, `${at}.*`) : [];
  return [...named, ...anyOf.flatMap((one) => fieldsIn(one, at)), ...ofRecord];
}

function hasField(value: unknown, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return value !== undefined;
  if (!isRecord(value)) return false;
  if (name === '*') return Object.values(value).some((one) => hasField(one, rest));
  return hasField(value[name], rest);
}

it('has each field that a deployment can have, so that what a new one makes is checked: give it one here', () => {
  const fields = fieldsIn(z.toJSONSchema(deploymentSchema, { io: 'input', unrepresentable: 'any' }), '');
  const all = [everyDeployment, ...otherDeployments];
  const missing = fields.filter((path) => !all.some((one) => hasField(one, path.split('.'))));
  expect(fields).toEqual(expect.arrayContaining(['network.subnetIds', 'secrets.*.keyArn', 'alarms']));
  expect([...new Set(missing)]).toEqual([]);
});
