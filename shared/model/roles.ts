/** Who has to act. A plant names persons for them in `deployment.alerts.who`. */
export const roles = [
  'planner',
  'shop floor',
  'stock keeper',
  'article administrator',
  'ERP administrator',
  'Azumuta administrator',
  'integrator',
  'operator',
] as const;
export type Role = (typeof roles)[number];
