// How the pages look: "axe" judges every one, "screenshots" stores those that
// are kept under docs/screenshots/.  Parts of names as the second word, with
// commas between them, pick some of them.

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { judge } from './axe.mjs';
import { launch } from './browser.mjs';
import { photograph } from './screenshots.mjs';
import { seed } from './seed.mjs';
import { Server } from './server.mjs';
import { tour } from './tour.mjs';

const [mode = 'axe', part = ''] = process.argv.slice(2);
const folder = new URL('../../docs/screenshots/', import.meta.url);

async function keep(page, { name }, { theme, width }) {
  const file = new URL(`${name}-${theme}-${width}.webp`, folder);
  writeFileSync(file, await photograph(page, 'webp', 70));
}

const server = await Server.create();
const browser = await launch();
let wrong;
let alive;

try {
  const { idOf } = await seed(server);
  alive = setInterval(() => server.sql('UPDATE checkers SET seen_at = now()'), 4000);
  const place = { base: server.base, idOf };
  const wanted = ({ name }) => part.split(',').some((each) => name.includes(each));

  if (mode === 'screenshots') {
    mkdirSync(folder, { recursive: true });
    if (!part) for (const old of readdirSync(folder)) rmSync(new URL(old, folder));
    wrong = await tour(browser, place, keep, (each) => each.kept && wanted(each));
  } else {
    wrong = await tour(browser, place, judge, wanted);
  }
} finally {
  clearInterval(alive);
  await browser.close();
  await server.remove();
}

console.log(`${mode}: ${wrong} wrong`);
process.exit(wrong > 0 ? 1 : 0);
