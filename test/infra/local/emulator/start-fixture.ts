import {
  type Emulator,
  type EmulatorOptions,
  startEmulator,
} from '../../../../infra/local/emulator/emulator.ts';
import { synthesizeFixture } from './fixture/synthesize.ts';

/** The fixture stack, running; its times are long, so that none ends by itself. */
export async function startFixture(options: Partial<EmulatorOptions> = {}): Promise<Emulator> {
  return startEmulator({
    template: { directory: await synthesizeFixture(), stackName: 'Fixture' },
    overrides: { environment: { SETTLING_SECONDS: '1' } },
    ...options,
  });
}
