/** Keys that the sandboxes accept unless `SANDBOX_API_KEY` names another: they open nothing but a sandbox. */
export const azumutaSandboxKey = 'azumuta-sandbox-key';
export const erpSandboxKey = 'erp-sandbox-key';
