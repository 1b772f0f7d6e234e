import { appendFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { type LocalStack, labelOf } from '../template/local-stack.ts';
import type { Caller, Grant } from './authorize.ts';
import { type Principal, principalsOf } from './principals.ts';

/**
 * Who used a grant of a role: the function's own code, Lambda when it polls the function's queue or keeps what
 * the function writes, the scheduler.
 */
export const grantUsers = ['function', 'mapping', 'logs', 'schedule'] as const;
export type GrantUser = (typeof grantUsers)[number];

/** One line of the record: a grant that a role has, or one that was needed. */
export const grantRecordSchema = z.object({
  stack: z.string(),
  /** The function that the role was made for; of a schedule's role its own name. */
  role: z.string(),
  action: z.string(),
  resource: z.string(),
  /** Missing when the role just has it. */
  usedBy: z.exactOptional(z.enum(grantUsers)),
});

export type GrantRecord = z.infer<typeof grantRecordSchema>;

export const grantLogSchema = z.object({
  /** Absolute path; pieces of several platforms add to it. */
  file: z.string(),
  stack: z.string(),
  /** How a person calls the resources that ARNs in policies stand for. */
  labels: z.record(z.string(), z.string()),
});

export type GrantLogSettings = z.infer<typeof grantLogSchema>;

/** What the pieces need to record; undefined when nobody asked for a record. */
export function grantLogSettings(stack: LocalStack, file: string | undefined): GrantLogSettings | undefined {
  return file === undefined ? undefined : { file, stack: stack.name, labels: resourceLabels(stack) };
}

/** Every action on every resource that the caller's statements allow by name. */
export function grantsOf({ statements }: Caller): Grant[] {
  return statements
    .filter(({ effect }) => effect === 'Allow')
    .flatMap(({ actions, resources }) =>
      actions.flatMap((action) => resources.map((resource) => ({ action, resource }))),
    );
}

/** Every grant of every role in the stack, with resources called by their construct. */
export function grantsOfStack(stack: LocalStack): GrantRecord[] {
  const labels = resourceLabels(stack);
  // A mapping polls with its function's role, and schedules may share one.
  const roles = new Map(
    principalsOf(stack)
      .filter(({ kind }) => kind === 'function' || kind === 'schedule')
      .map((principal) => [principal.label, principal]),
  );
  return [...roles.values()].flatMap((principal) =>
    grantsOf(principal).map((grant) => recordOf(stack.name, labels, principal, grant)),
  );
}

/** Notes all grants of the stack's roles, so that whoever reads the record sees which were never used. */
export function recordGranted(stack: LocalStack, file: string): void {
  const lines = grantsOfStack(stack).map((record) => `${JSON.stringify(record)}\n`);
  appendFileSync(file, lines.join(''));
}

export type NoteGrant = (principal: Principal, grant: Grant | undefined, usedBy: GrantUser) => void;

/** Notes each grant that was used, once. Lines are short, so that several processes may add to one file. */
export function createGrantLog(settings: GrantLogSettings | undefined): NoteGrant {
  if (!settings) return () => undefined;
  const noted = new Set<string>();
  return (principal, grant, usedBy) => {
    if (!grant || principal.kind === 'operator') return;
    const record: GrantRecord = {
      ...recordOf(settings.stack, settings.labels, principal, grant),
      usedBy,
    };
    const line = `${JSON.stringify(record)}\n`;
    if (noted.has(line)) return;
    noted.add(line);
    appendFileSync(settings.file, line);
  };
}

function recordOf(
  stack: string,
  labels: Readonly<Record<string, string>>,
  { label }: Principal,
  { action, resource }: Grant,
): GrantRecord {
  return { stack, role: label, action, resource: labels[resource] ?? resource };
}

function resourceLabels(stack: LocalStack): Record<string, string> {
  const { queues, tables, secrets, functions, region, accountId } = stack;
  const entries: [string, string][] = [
    ...[...queues, ...tables, ...secrets].map((found): [string, string] => [found.arn, labelOf(found)]),
    ...tables.flatMap((table) =>
      table.indexes.map(({ IndexName }): [string, string] => [
        `${table.arn}/index/${IndexName}`,
        `${labelOf(table)}/index/${IndexName}`,
      ]),
    ),
    ...functions.flatMap((lambda): [string, string][] => [
      [lambda.arn, labelOf(lambda)],
      [`${lambda.arn}:*`, `versions of ${labelOf(lambda)}`],
      [`arn:aws:logs:${region}:${accountId}:log-group:${lambda.logGroup}:*`, `logs of ${labelOf(lambda)}`],
    ]),
  ];
  return Object.fromEntries(entries);
}
