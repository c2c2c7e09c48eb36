// What people do with it, against the real server.

import assert from 'node:assert/strict';
import { fillLogin, password, signIn, signUp } from './people.mjs';
import { until } from './server.mjs';

const fast = { interval: 10, failure_threshold: 1, retry_interval: 1 };

export const tests = {
  'first run: sign up, first monitor, first check': async ({ server, open }) => {
    const target = server.target('first');
    target.repair();
    const page = await open();
    await page.goto(server.base);
    await page.waitForURL('**/login*');
    await page.getByRole('link', { name: 'Sign up' }).click();
    await signUp(page, server.base, 'first@shop.test');
    await page.getByLabel('URL').fill(target.url);
    await page.getByRole('button', { name: 'Start watching' }).click();
    await page.getByText('status 200').waitFor();
    await page.getByRole('link', { name: 'Open the monitor' }).click();
    await page.getByRole('heading', { name: 'Latency' }).waitFor();
    await page.getByRole('button', { name: 'Check now' }).click();
    await page.getByText('Everything is as expected').waitFor();
    const stored = await page.evaluate(() =>
      JSON.stringify({ ...localStorage, ...sessionStorage }),
    );
    assert.ok(!/eyJ|token/i.test(stored), 'no token in storage');
  },

  'refused input is shown at its field': async ({ server, open }) => {
    const page = await open();
    await signIn(page, server.base, 'first@shop.test');
    await page.getByRole('link', { name: 'New monitor' }).click();
    await page.getByLabel('URL').fill('https://user:secret@example.com/');
    await page.getByRole('button', { name: 'Start watching' }).click();
    await until(
      'the field is invalid',
      async () => (await page.getByLabel('URL').getAttribute('aria-invalid')) === 'true',
    );
    await page.getByRole('link', { name: 'Monitors' }).first().click();
    await page.getByText('Leave without saving?').waitFor();
    await page.getByRole('button', { name: 'Leave' }).click();
    await page.waitForURL('**/monitors');
  },

  'down and recovery are seen without a reload': async ({ server, open }) => {
    const target = server.target('flapping');
    target.repair();
    const ask = await server.account('live@shop.test', password);
    await ask('POST', '/monitors', { url: target.url, name: 'Flapping', ...fast });
    const page = await open();
    await signIn(page, server.base, 'live@shop.test');
    await page.getByRole('link', { name: 'Flapping, Up' }).waitFor();
    target.break();
    await page.getByRole('link', { name: 'Flapping, Down' }).waitFor();
    await page.getByText('Unexpected status').waitFor();
    assert.match(await page.title(), /^\(1 down\)/);
    await page.getByRole('link', { name: 'Incidents' }).first().click();
    await page.getByRole('button', { name: 'Acknowledge', exact: true }).click();
    await page.getByText('Nothing is down').waitFor();
    target.repair();
    await until('the title is calm', async () => !(await page.title()).startsWith('('));
    await page.getByRole('button', { name: 'Resolved' }).click();
    await page.getByText('recovered').waitFor();
  },

  'many monitors are edited at once, and Undo takes it back': async ({ server, open }) => {
    const ask = await server.account('bulk@shop.test', password);
    for (const name of ['One', 'Two', 'Three']) {
      await ask('POST', '/monitors', {
        url: server.target('x').url,
        name,
        tags: ['old'],
        paused: true,
      });
    }
    const page = await open();
    await signIn(page, server.base, 'bulk@shop.test');
    await page.getByLabel('Select One').check();
    await page.getByRole('button', { name: 'All 3' }).click();
    await page.getByRole('button', { name: 'Tags' }).last().click();
    await page.getByLabel('Add').fill('prod');
    await page.getByLabel('Remove').fill('old');
    await page.getByRole('button', { name: 'Change tags' }).click();
    const undo = page.getByRole('button', { name: 'Undo' });
    await undo.waitFor();
    const tags = async () => (await ask('GET', '/monitors')).items.map((each) => each.tags.join());
    assert.deepEqual(await tags(), ['prod', 'prod', 'prod']);
    await undo.click();
    await until('the tags are back', async () => (await tags()).every((each) => each === 'old'));
  },

  'two tabs: what one pauses, the other shows': async ({ server, open }) => {
    const one = await open();
    await signIn(one, server.base, 'bulk@shop.test');
    const two = await open({ context: one.context() });
    await two.goto(`${server.base}/monitors`);
    await two.getByRole('link', { name: 'Two, Paused' }).waitFor();
    await one.getByRole('button', { name: 'Actions for Two' }).click();
    await one.getByRole('menuitem', { name: 'Resume' }).click();
    await two.getByRole('link', { name: /^Two, (Pending|Up|Down)/ }).waitFor();
    await one.getByRole('button', { name: /bulk@shop.test/ }).click();
    await one.getByRole('menuitem', { name: 'Sign out' }).click();
    await two.waitForURL('**/login*');
  },

  'a session that is ended elsewhere leads to the login, and back': async ({ server, open }) => {
    const page = await open();
    await signIn(page, server.base, 'first@shop.test');
    await page.getByRole('link', { name: 'Incidents' }).first().click();
    const ask = await server.account('first@shop.test', password, 'login');
    await ask('POST', '/auth/logout-all');
    await page.getByText('Your session has ended').waitFor();
    await fillLogin(page, 'first@shop.test');
    await page.waitForURL('**/incidents');
  },

  'a server that restarts: the page stays, and goes on': async ({ server, open }) => {
    const page = await open();
    await signIn(page, server.base, 'live@shop.test');
    await page.getByRole('link', { name: /^Flapping/ }).waitFor();
    await server.stop();
    await page.getByText('Reconnecting').waitFor();
    assert.equal(await page.getByRole('link', { name: /^Flapping/ }).count(), 1);
    await server.start();
    await page.getByText('Reconnecting').waitFor({ state: 'hidden' });
  },
};
