import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nodeBinary } from '../../../infra/local/emulator/process/node-binary.ts';
import { freePorts } from '../../../infra/local/emulator/process/ports.ts';
import { until } from './load.ts';
import { completionFlow, type FlowForm } from './node-red-flows.ts';

const run = promisify(execFile);

/** A running Node-RED with the completion flow in it. */
export interface NodeRed {
  readonly webhookUrl: string;
  readonly pid: () => number;
  /** As a power cut does, and then started again as its service would be. */
  readonly killAndRestart: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/**
 * Node-RED 5 from npm, in a folder of its own.
 * @returns its version.
 */
export async function installNodeRed(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  // Without one, npm would take the next folder above that has some.
  if (!existsSync(join(folder, 'package.json')))
    writeFileSync(join(folder, 'package.json'), '{"private":true}\n');
  const manifest = join(folder, 'node_modules/node-red/package.json');
  if (!existsSync(manifest)) {
    await run('npm', ['install', '--no-audit', '--no-fund', '--omit=dev', 'node-red@5'], {
      cwd: folder,
      timeout: 240_000,
    });
  }
  const { stdout } = await run(nodeBinary(), ['-p', `require(${JSON.stringify(manifest)}).version`]);
  return stdout.trim();
}

/** Starts it on loopback, without its editor; resolves when its webhook answers. */
export async function startNodeRed(
  folder: string,
  form: FlowForm,
  partners: { readonly azumutaUrl: string; readonly erpUrl: string },
): Promise<NodeRed> {
  const [port = 0] = await freePorts([undefined], Math.random);
  const userDir = join(folder, `user-${form}`);
  mkdirSync(userDir, { recursive: true });
  const flows = completionFlow(form, partners.azumutaUrl, partners.erpUrl);
  writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flows));
  const settings = { uiHost: '127.0.0.1', uiPort: port, flowFile: 'flows.json', httpAdminRoot: false };
  writeFileSync(
    join(userDir, 'settings.js'),
    `module.exports = { ...${JSON.stringify(settings)}, logging: { console: { level: 'error' } } };\n`,
  );
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess;

  async function start(): Promise<void> {
    child = spawn(nodeBinary(), [join(folder, 'node_modules/node-red/red.js'), '--userDir', userDir], {
      stdio: 'ignore',
      env: { PATH: process.env.PATH ?? '', HOME: userDir },
    });
    const answers = () =>
      fetch(`${url}/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    if (!(await until(answers, 30_000, 100))) throw new Error('Node-RED did not start within 30 s.');
  }
  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  await start();
  return {
    webhookUrl: `${url}/webhook`,
    pid: () => child.pid ?? 0,
    async killAndRestart() {
      await kill();
      await start();
    },
    stop: kill,
  };
}
