import { afterAll, beforeAll } from 'vitest';
import type { Emulator, EmulatorOptions } from '../../../../infra/local/emulator/emulator.ts';
import { startFixture } from './fixture.ts';
import { awsOf } from './running.ts';

/** The platform that several tests share, as its start takes longer than most of them. */
export let emulator: Emulator;
export let aws: ReturnType<typeof awsOf>;

export function startPlatform(options: Partial<EmulatorOptions>): void {
  beforeAll(async () => {
    emulator = await startFixture(options);
    aws = awsOf(emulator);
  });
  afterAll(() => emulator?.stop());
}
