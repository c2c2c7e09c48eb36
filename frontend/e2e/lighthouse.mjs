// Lighthouse, as on a phone with a slow net, for the login, the list and one
// monitor.  It is too heavy for every run: "tools/frontend lighthouse" installs
// it beside the other packages and says what it finds.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { options } from './browser.mjs';
import { signIn } from './people.mjs';
import { people, seed } from './seed.mjs';
import { freePort, Server } from './server.mjs';

const { default: lighthouse } = await import(process.env.LIGHTHOUSE);
const hard = { performance: 90, accessibility: 100, 'best-practices': 95 };
const server = await Server.create();
const port = await freePort();
const profile = mkdtempSync(join(process.env.TMPDIR ?? tmpdir(), 'uptime-lighthouse.'));
const window = await chromium.launchPersistentContext(profile, {
  ...options(),
  args: [...options().args, `--remote-debugging-port=${port}`],
});
let failed = false;

async function measure(name, path) {
  const { lhr } = await lighthouse(server.base + path, {
    port,
    disableStorageReset: true,
    onlyCategories: Object.keys(hard),
    logLevel: 'error',
  });
  const scores = Object.entries(hard).map(([category, least]) => {
    const score = Math.round((lhr.categories[category]?.score ?? 0) * 100);
    failed ||= score < least;
    return `${category} ${score}${score < least ? ` (less than ${least})` : ''}`;
  });
  const value = (id) => lhr.audits[id]?.displayValue ?? '?';
  const missed = Object.values(lhr.audits)
    .filter(({ score, scoreDisplayMode }) => score === 0 && scoreDisplayMode === 'binary')
    .map(({ id }) => id);
  console.log(
    `${name}: ${scores.join(', ')}; LCP ${value('largest-contentful-paint')}, ` +
      `TBT ${value('total-blocking-time')}, CLS ${value('cumulative-layout-shift')}` +
      `${missed.length > 0 ? `; missed: ${missed.join(', ')}` : ''}`,
  );
}

try {
  const { idOf } = await seed(server);
  await measure('login', '/login');
  await signIn(window.pages()[0], server.base, people.owner);
  await window.pages()[0].goto('about:blank');
  await measure('list', '/monitors');
  await measure('monitor', `/monitors/${idOf('Storefront')}`);
} finally {
  await window.close();
  await server.remove();
  rmSync(profile, { recursive: true, force: true });
}

process.exit(failed ? 1 : 0);
