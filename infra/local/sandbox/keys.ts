/** The keys that the sandboxes accept: they open nothing but a sandbox. */
export const azumutaSandboxKey = 'azumuta-sandbox-key';
export const erpSandboxKey = 'erp-sandbox-key';
