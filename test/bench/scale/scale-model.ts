import { megabytesPerVcpu } from '../cost/prices.ts';

/** What one plant does, and how fast its partners answer: assumptions, to be replaced by figures of a known plant. */
export const plant = {
  /** Completions in the last minutes of a shift, when everybody books. */
  peakCompletions: 200,
  peakSeconds: 300,
  completionsPerDay: 1500,
  /** Answer times of Azumuta and of an ERP, over the internet. */
  azumutaMs: 150,
  erpMs: 200,
  /** Answer time of DynamoDB or SQS within AWS. */
  awsMs: 6,
} as const;

/**
 * The cost of one event in each function, from `npm run bench` (processor time and calls per completion) and the
 * synthesized template (memory, roles, alarms).
 */
export const measured = {
  receive: { cpuMs: 5, awsCalls: 1, azumutaCalls: 0, erpCalls: 0, memoryMegabytes: 256 },
  book: { cpuMs: 20, awsCalls: 4.4, azumutaCalls: 2, erpCalls: 4, memoryMegabytes: 512 },
  /** `maximumConcurrency` of a mapping, and the messages of a batch that are processed at the same time. */
  containers: 5,
  atOnce: 5,
  rolesPerStack: 8,
  alarmsPerStack: 14,
} as const;

/**
 * AWS's default quotas, per account and region. Lambda quotas (concurrency 1,000); API Gateway quotas (10,000
 * requests a second; 600 regional APIs); IAM and STS quotas (1,000 roles); CloudWatch quotas (5,000 alarms);
 * CloudFormation quotas (2,000 stacks); SQS standard queue quotas (about 120,000 messages in flight).
 */
export const quotas = {
  concurrency: 1000,
  apiRequestsPerSecond: 10_000,
  apis: 600,
  roles: 1000,
  alarms: 5000,
  stacks: 2000,
  inFlight: 120_000,
} as const;

/** Share of the limit that is used; 1 is all of it. */
export interface Limit {
  readonly name: string;
  /** The setting or quota that raises the limit. */
  readonly setting: string;
  readonly used: (plants: number) => number;
}

export const peakPerSecond = plant.peakCompletions / plant.peakSeconds;

/** The cost of one event in a function. */
export interface Work {
  /** Processor time, on a whole core. */
  readonly cpuMs: number;
  readonly awsCalls: number;
  readonly azumutaCalls: number;
  readonly erpCalls: number;
  readonly memoryMegabytes: number;
}

/** How long one event takes in a function by itself: computing on its share of a processor, and waiting. */
export function durationMs({ cpuMs, awsCalls, azumutaCalls, erpCalls, memoryMegabytes }: Work): number {
  const { awsMs, azumutaMs, erpMs } = plant;
  const waiting = awsCalls * awsMs + azumutaCalls * azumutaMs + erpCalls * erpMs;
  return cpuMs * (megabytesPerVcpu / memoryMegabytes) + waiting;
}

export const durations = {
  receive: durationMs(measured.receive),
  book: durationMs(measured.book),
} as const;

/** Completions per second that the containers of one plant's mapping can process. */
export function capacity(): number {
  return (measured.containers * measured.atOnce * 1000) / durations.book;
}

/** Containers that all functions of one plant need at its peak, with one event each (Little's law). */
const containersPerPlant = (peakPerSecond * (durations.receive + durations.book)) / 1000;

/** All limits. The first two are a plant's own and do not depend on the number of plants. */
export const limits: readonly Limit[] = [
  {
    name: 'reading and booking, one plant',
    setting: 'maximumConcurrency of book-completion (infra/stack/functions.ts), and what its partners allow',
    used: () => peakPerSecond / capacity(),
  },
  {
    name: 'messages in flight, six days without an ERP',
    setting: 'a quota increase, or a second stack for a part of the plant',
    used: () => (6 * plant.completionsPerDay) / quotas.inFlight,
  },
  {
    name: 'IAM roles',
    setting: 'quota "Roles per account" (up to 5,000), or another account',
    used: (plants) => (plants * measured.rolesPerStack) / quotas.roles,
  },
  {
    name: 'alarms',
    setting: 'quota "Alarms per Region"',
    used: (plants) => (plants * measured.alarmsPerStack) / quotas.alarms,
  },
  {
    name: 'HTTP APIs',
    setting: 'another region or account (not adjustable)',
    used: (plants) => plants / quotas.apis,
  },
  {
    name: 'Lambda concurrency',
    setting: 'quota "Concurrent executions"',
    used: (plants) => (plants * containersPerPlant) / quotas.concurrency,
  },
  {
    name: 'CloudFormation stacks',
    setting: 'quota "Stack count"',
    used: (plants) => plants / quotas.stacks,
  },
  {
    name: 'API Gateway requests',
    setting: 'quota "Throttle rate"',
    used: (plants) => (plants * peakPerSecond) / quotas.apiRequestsPerSecond,
  },
];

/** The limit that is used most by so many plants in one account and region. */
export function tightest(plants: number): Limit {
  const [first, ...others] = limits;
  if (!first) throw new Error('There are no limits.');
  return others.reduce((worst, limit) => (limit.used(plants) > worst.used(plants) ? limit : worst), first);
}

/** The number of plants that use up a limit; undefined if the limit does not depend on it. */
export function fullAt({ used }: Limit): number | undefined {
  const perPlant = used(2) - used(1);
  return perPlant > 0 ? Math.floor(1 / used(1)) : undefined;
}
