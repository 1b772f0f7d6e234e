import type { Target } from '../../../../infra/ops/cli/target.ts';

/** A stack as commands see it, with these outputs and, where AWS is called, this endpoint. */
export function onThisMachine(outputs: Readonly<Record<string, string>>, endpoint?: string): Target {
  return {
    name: 'AzumutaErp-demo-local on this machine',
    stackName: 'AzumutaErp-demo-local',
    options: ['--local'],
    local: true,
    aws: {
      region: 'eu-west-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
      ...(endpoint === undefined ? {} : { endpoint }),
    },
    outputs,
    output(name) {
      const value = outputs[name];
      if (value === undefined) throw new Error(`The stack has no output ${name}.`);
      return value;
    },
  };
}
