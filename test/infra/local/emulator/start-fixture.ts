import {
  type Emulator,
  type EmulatorOptions,
  startEmulator,
} from '../../../../infra/local/emulator/emulator.ts';
import { synthesizeFixture } from './fixture/synthesize.ts';

/** The fixture stack, running with short times. */
export async function startFixture(options: Partial<EmulatorOptions> = {}): Promise<Emulator> {
  return startEmulator({
    template: { directory: await synthesizeFixture(), stackName: 'Fixture' },
    overrides: {
      functionTimeoutSeconds: 2,
      visibilityTimeoutSeconds: 2,
      batchingWindowSeconds: 0,
      environment: { SETTLING_SECONDS: '1' },
    },
    ...options,
  });
}
