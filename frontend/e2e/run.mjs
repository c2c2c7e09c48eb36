// The browser's tests: each file of e2e/ named *.e2e.mjs gives tests in their
// order; all share one server.  "npm run e2e -- NAME" runs those whose names
// contain NAME.

import { readdirSync } from 'node:fs';
import { launch } from './browser.mjs';
import { Server } from './server.mjs';

const wanted = process.argv[2] ?? '';
const files = readdirSync(new URL('.', import.meta.url)).filter((name) =>
  name.endsWith('.e2e.mjs'),
);
const server = await Server.create();
const browser = await launch();
let failed = 0;
let passed = 0;

for (const file of files.sort()) {
  const { tests } = await import(`./${file}`);

  for (const [name, test] of Object.entries(tests)) {
    if (!`${file} ${name}`.includes(wanted)) continue;
    const start = performance.now();
    const pages = [];
    const problems = [];

    const open = async (options = {}) => {
      const context =
        options.context ??
        (await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options }));
      const page = await context.newPage();
      page.setDefaultTimeout(30_000);
      pages.push(page);
      page.on('pageerror', (error) => problems.push(`in the page: ${error.message}`));
      page.on('console', (message) => {
        if (/Content.Security.Policy/i.test(message.text())) problems.push(message.text());
      });
      return page;
    };

    try {
      await test({ server, browser, open });
      if (problems.length > 0) throw new Error(problems.join('\n'));
      passed += 1;
      console.log(`ok - ${name} (${Math.round(performance.now() - start)} ms)`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED - ${name}\n${error.stack}\n${problems.join('\n')}`);
      for (const [i, page] of pages.entries()) {
        await page.screenshot({ path: `${server.dir}-${failed}-${i}.png` }).catch(() => {});
        console.log(`at ${page.url()}, see ${server.dir}-${failed}-${i}.png`);
      }
    } finally {
      for (const page of pages)
        await page
          .context()
          .close()
          .catch(() => {});
    }
  }
}

await browser.close();
if (failed > 0) console.log(server.log().split('\n').slice(-20).join('\n'));
await server.remove();
console.log(`browser: ${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
