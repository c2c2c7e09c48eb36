// Walks through every page of pages.mjs, in both themes and both widths.

import { pages } from './pages.mjs';
import { password, signIn } from './people.mjs';
import { people } from './seed.mjs';

const widths = [1280, 360];
const themes = ['light', 'dark'];

/**
 * visit(page, place, { theme, width }) for each, from two windows at once.
 * Prints what is wrong, and returns how much.
 */
export async function tour(browser, { base, idOf }, visit, wanted = () => true) {
  const waiting = pages.filter(wanted);
  let wrong = 0;

  function note(line) {
    wrong += 1;
    console.log(line);
  }

  async function walk() {
    const windows = {};
    for (let place = waiting.shift(); place; place = waiting.shift()) {
      try {
        windows[place.who] ??= await enter(browser, base, place.who);
        const page = windows[place.who].pages()[0];
        await page.unrouteAll();
        await page.setViewportSize({ width: widths[0], height: 800 });
        await show(page, 'light');
        await page.goto(base + place.path.replace(/:([^/?]+)/, (_, name) => idOf(name)));
        await place.ready(page).waitFor();
        await settle(page);
        await place.act?.(page, { password });

        for (const width of widths) {
          await page.setViewportSize({ width, height: 800 });
          for (const theme of themes) {
            await show(page, theme);
            await settle(page);
            for (const line of (await visit(page, place, { theme, width })) ?? [])
              note(`${place.name}, ${theme}, ${width} px: ${line}`);
          }
        }
      } catch (error) {
        note(`${place.name}: ${error.message}`);
      }
    }
    for (const window of Object.values(windows)) await window.close();
  }

  await Promise.all([walk(), walk()]);
  return wrong;
}

async function enter(browser, base, who) {
  const window = await browser.newContext({
    reducedMotion: 'reduce',
    timezoneId: 'Europe/Berlin',
    locale: 'en-GB',
  });
  const page = await window.newPage();
  page.setDefaultTimeout(20_000);
  if (who !== 'nobody') await signIn(page, base, people[who]);
  return window;
}

/** As if another tab had changed the theme; on a blank page nothing happens. */
async function show(page, theme) {
  await page.evaluate((theme) => {
    if (location.protocol === 'about:') return;
    localStorage.setItem('preferences', JSON.stringify({ theme }));
    dispatchEvent(new StorageEvent('storage', { key: 'preferences' }));
  }, theme);
}

/** Nothing loads, and what was drawn is on the screen. */
async function settle(page) {
  await page.waitForFunction(
    () => !document.querySelector('.skeleton, [aria-busy=true]') && document.fonts.ready,
  );
  await page.evaluate(
    () =>
      new Promise((done) => {
        requestAnimationFrame(() => requestAnimationFrame(done));
        // a window that is not painted has no frames
        setTimeout(done, 2000);
      }),
  );
}
