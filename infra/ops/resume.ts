import { runSwitch } from './switch-command.ts';

await runSwitch('resume');
