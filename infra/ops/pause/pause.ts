import { runSwitch } from './command.ts';

await runSwitch('pause');
