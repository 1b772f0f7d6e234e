import { afterAll, beforeAll, describe } from 'vitest';
import { newFolder } from '../../new-folder.ts';
import { alertTests } from './alert.ts';
import { doctorTests } from './doctor.ts';
import { hintTests } from './hints.ts';
import { mapTests } from './map.ts';
import { pauseTests } from './pause.ts';
import { probeTests } from './probe.ts';
import { pullTests } from './pull.ts';
import { replayTests } from './replay.ts';
import { secretsTests } from './secrets.ts';
import { type CommandStage, startCommandStage } from './stage.ts';
import { traceTests } from './trace.ts';

let started: CommandStage;
const stage = () => started;

beforeAll(async () => {
  started = await startCommandStage(folder);
}, 60_000);
const folder = newFolder(afterAll);
afterAll(() => started?.stop());

// One system serves all of them, one after the other: its start takes longer than most of these tests.
// The first one finds that nothing is open yet.
describe('alert', () => alertTests(stage));
describe('trace', () => traceTests(stage));
describe('doctor finds', () => doctorTests(stage));
describe('map', () => mapTests(stage));
describe('pull', () => pullTests(stage));
describe('secrets', () => secretsTests(stage));
describe('probe', () => probeTests(stage));
describe('replay', () => replayTests(stage));
// A message that has waited for a pause is hidden for a minute, and other tests wait until their queues are empty.
describe('pause and resume', () => pauseTests(stage));
describe('a command that another command prints', () => hintTests(stage));
