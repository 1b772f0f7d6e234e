import { readFileSync } from 'node:fs';
import { Hono } from 'hono';

const read = (name: string) => readFileSync(new URL(`./assets/${name}`, import.meta.url), 'utf8');

/** Files that the pages load, kept in memory: nothing comes from elsewhere. */
export function assetRoutes(): Hono {
  const style = ['base.css', 'forms.css', 'flows.css', 'pages.css'].map(read).join('\n');
  const script = read('refresh.js');
  const icon = read('icon.svg');
  return new Hono()
    .get('/assets/style.css', (c) => c.body(style, 200, { 'content-type': 'text/css; charset=utf-8' }))
    .get('/assets/refresh.js', (c) =>
      c.body(script, 200, { 'content-type': 'text/javascript; charset=utf-8' }),
    )
    .get('/assets/icon.svg', (c) => c.body(icon, 200, { 'content-type': 'image/svg+xml' }));
}
