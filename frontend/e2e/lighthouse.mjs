// Lighthouse, as on a phone with a slow net, for the login, the list and one
// monitor.  It is too heavy for every run: "tools/frontend lighthouse" installs
// it beside the other packages and says what it finds: of RUNS=3 visits the one
// with the middle score.

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
const runs = Number(process.env.RUNS ?? 3);
let failed = false;

async function visit(path) {
  const { lhr } = await lighthouse(server.base + path, {
    port,
    disableStorageReset: true,
    onlyCategories: Object.keys(hard),
    logLevel: 'error',
  });
  return lhr;
}

async function measure(name, path) {
  const visits = [];
  for (let i = 0; i < runs; i++) visits.push(await visit(path));
  const speed = (lhr) => lhr.categories.performance?.score ?? 0;
  visits.sort((a, b) => speed(a) - speed(b));
  const lhr = visits[Math.floor(runs / 2)];
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
      `TBT ${value('total-blocking-time')}, CLS ${value('cumulative-layout-shift')}; ` +
      `performance of all: ${visits.map((each) => Math.round(speed(each) * 100)).join(' ')}` +
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
