/** One node of a Node-RED flow file; what else it has is its type's own. */
export interface FlowNode {
  readonly id: string;
  readonly type: string;
  readonly wires: readonly (readonly string[])[];
  readonly [setting: string]: unknown;
}

/** The two forms in which the same job is usually written. */
export type FlowForm = 'default' | 'retry';

/** A call that fails is made again so often, a second apart. */
const tries = 30;

/**
 * The job of one completion as a Node-RED flow: the webhook is answered at once, then the product order and
 * its recording are read and the booking is posted. In its default form a call's status is not looked at, as
 * in the examples of Node-RED's cookbook; with `retry`, whatever is not 2xx is tried again.
 */
export function completionFlow(form: FlowForm, azumutaUrl: string, erpUrl: string): FlowNode[] {
  const flow = 'completions';
  const node = (id: string, type: string, settings: object, ...wires: string[][]): FlowNode => ({
    id,
    type,
    z: flow,
    name: id,
    // What has no place on the canvas is taken for configuration.
    x: 0,
    y: 0,
    ...settings,
    wires,
  });
  const code = (id: string, text: string, ...wires: string[][]) =>
    node(id, 'function', { func: text, outputs: wires.length, libs: [] }, ...wires);
  const request = (id: string, next: string) =>
    node(id, 'http request', { method: 'use', ret: 'obj', paytoqs: 'ignore', url: '', senderr: false }, [
      next,
    ]);

  /** A call, and what comes after it; in between, when wanted, the look at its status and the way back. */
  const step = (name: string, before: string, next: string): FlowNode[] => {
    const prepare = code(`prepare ${name}`, `${before}\nmsg.tries = 0;\nreturn msg;`, [`call ${name}`]);
    if (form === 'default') return [prepare, request(`call ${name}`, next)];
    return [
      code(
        `prepare ${name}`,
        `${before}\nmsg.tries = 0;\nmsg.wanted = { url: msg.url, method: msg.method, payload: msg.payload };\nreturn msg;`,
        [`call ${name}`],
      ),
      request(`call ${name}`, `check ${name}`),
      code(
        `check ${name}`,
        `if (msg.statusCode >= 200 && msg.statusCode < 300) return [msg, null];\n` +
          `msg.tries += 1;\nif (msg.tries >= ${tries}) return [null, null];\n` +
          'Object.assign(msg, msg.wanted);\ndelete msg.headers;\nreturn [null, msg];',
        [next],
        [`wait ${name}`],
      ),
      node(`wait ${name}`, 'delay', { pauseType: 'delay', timeout: '1', timeoutUnits: 'seconds' }, [
        `call ${name}`,
      ]),
    ];
  };

  return [
    { id: flow, type: 'tab', label: 'Completions', wires: [] },
    node('ready', 'http in', { url: '/ready', method: 'get' }, ['is ready']),
    code('is ready', "msg.payload = '';\nreturn msg;", ['answer']),
    node('webhook', 'http in', { url: '/webhook', method: 'post' }, ['take']),
    code(
      'take',
      "const answer = { req: msg.req, res: msg.res, statusCode: 202, payload: '' };\n" +
        'return [answer, { number: msg.payload.productOrderNumber }];',
      ['answer'],
      ['prepare product order'],
    ),
    node('answer', 'http response', { statusCode: '' }),
    ...step(
      'product order',
      `msg.method = 'GET';\nmsg.url = '${azumutaUrl}/productorders?number=' + encodeURIComponent(msg.number);`,
      'prepare recording',
    ),
    ...step(
      'recording',
      "msg.order = msg.payload.data[0];\nmsg.method = 'GET';\nmsg.payload = '';\ndelete msg.headers;\n" +
        `msg.url = '${azumutaUrl}/recordings/' + encodeURIComponent(msg.order.recordings[0].id);`,
      'prepare booking',
    ),
    ...step(
      'booking',
      "const quantity = msg.payload.steps.find((step) => step.name.en === 'Good quantity').value;\n" +
        "msg.method = 'POST';\ndelete msg.headers;\n" +
        `msg.url = '${erpUrl}/api/production-orders/' + encodeURIComponent(msg.number) + '/bookings';\n` +
        "msg.payload = { reference: msg.order.id, goodQuantity: String(quantity), scrapQuantity: '0', final: true };",
      'done',
    ),
    code('done', 'return null;', []),
  ];
}
