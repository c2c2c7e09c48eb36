// What people do with it, against the real server.

import assert from 'node:assert/strict';
import { fillLogin, password, signIn, signUp, totp, totpStep } from './people.mjs';
import { until } from './server.mjs';
import { openSink } from './sink.mjs';

const fast = { interval: 10, failure_threshold: 1, retry_interval: 1 };

export const tests = {
  'files are compressed beforehand, kept for ever, and run no script of others': async ({
    server,
  }) => {
    const get = (path) => fetch(server.base + path, { headers: { 'Accept-Encoding': 'gzip' } });
    const page = await get('/monitors');
    const html = await page.text();
    assert.equal(page.headers.get('content-encoding'), 'gzip');
    assert.equal(page.headers.get('cache-control'), 'no-cache');
    const policy = page.headers.get('content-security-policy');
    assert.match(policy, /script-src 'self';/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(html, /<script(?![^>]*src=)/, 'no inline script');

    const names = [...html.matchAll(/\/assets\/[^"]+/g)].map(([name]) => name);
    assert.ok(names.length > 1, 'there are assets');
    for (const name of names) {
      const file = await get(name);
      assert.equal(file.headers.get('content-encoding'), 'gzip', name);
      // made when it was built: nginx knows its length
      assert.ok(Number(file.headers.get('content-length')) > 0, name);
      assert.match(file.headers.get('cache-control'), /max-age=31536000, immutable/, name);
      assert.match(name, /-[\w-]{8}\.\w+$/, 'its name changes with what is in it');
    }
  },

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

  'first run to first alert: a channel, its test, and the real thing': async ({ server, open }) => {
    const target = server.target('alerted');
    const sink = await openSink();
    target.repair();
    try {
      const page = await open();
      await signUp(page, server.base, 'alert@shop.test');
      await page.getByLabel('URL').fill(target.url);
      await page.getByRole('button', { name: 'Start watching' }).click();
      await page.getByText('Nobody is told yet').waitFor();
      await page.getByRole('link', { name: 'Add a channel' }).click();
      await page.getByRole('link', { name: /Webhook/ }).click();
      await page.getByLabel('URL').fill(sink.url);
      await page.getByRole('button', { name: 'Send test' }).click();
      await page.getByText('Delivered', { exact: true }).waitFor();
      await sink.message('uptime.test');
      await page.getByRole('button', { name: 'Add channel' }).click();
      await page.getByRole('heading', { name: 'Latency' }).waitFor();
      const ask = await server.account('alert@shop.test', password, 'login');
      const ids = (await ask('GET', '/monitors')).items.map(({ id }) => id);
      await ask('PATCH', '/monitors', { ids, patch: fast });
      target.break();
      await sink.message('monitor.down');
      await page.getByText('Down', { exact: true }).first().waitFor();
      target.repair();
      await sink.message('monitor.up');
      await page.getByRole('link', { name: 'Alerts' }).first().click();
      await page.getByRole('link', { name: 'Webhook' }).click();
      await page.getByRole('heading', { name: 'Deliveries' }).waitFor();
      await page.getByText('thanks').first().waitFor();
    } finally {
      sink.close();
    }
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
    let reads = 0;
    page.on('request', (request) => {
      if (request.url().includes('view=compact')) reads += 1;
    });
    await signIn(page, server.base, 'live@shop.test');
    await page.getByRole('link', { name: 'Flapping, Up' }).waitFor();
    target.break();
    await page.getByRole('link', { name: 'Flapping, Down' }).waitFor();
    assert.equal(reads, 1, 'the list is read once, then changes come');
    await page.getByText('Unexpected status').waitFor();
    assert.match(await page.title(), /^\(1 down\)/);
    await page.getByRole('link', { name: 'Incidents' }).first().click();
    await page.getByRole('button', { name: 'Acknowledge', exact: true }).click();
    await page.getByText('What is down is acknowledged').waitFor();
    // a page without a list counts as well, and reads none for it
    const other = await open({ context: page.context() });
    let lists = 0;
    other.on('request', (request) => {
      if (request.url().includes('sort=status')) lists += 1;
    });
    await other.goto(`${server.base}/settings`);
    await until('it counts', async () => (await other.title()).startsWith('(1 down)'));
    target.repair();
    for (const tab of [page, other])
      await until('the title is calm', async () => !(await tab.title()).startsWith('('));
    assert.equal(lists, 0, 'no list is read for a number');
    await page.getByRole('button', { name: 'Resolved' }).click();
    await page.getByText('recovered').waitFor();
  },

  'two factors: a code besides the password, and recovery codes that work once': async ({
    server,
    open,
  }) => {
    const email = 'factors@shop.test';
    const page = await open();
    const alert = page.getByRole('alert').first();
    const enter = async (code) => {
      await page.getByRole('textbox', { name: 'Code' }).fill(code);
      await page.getByRole('button', { name: 'Go on' }).click();
    };
    const leave = async () => {
      await page.getByRole('button', { name: email }).click();
      await page.getByRole('menuitem', { name: 'Sign out' }).click();
      await page.waitForURL('**/login*');
      await fillLogin(page, email);
      await page.getByRole('heading', { name: 'Second factor' }).waitFor();
    };

    await signUp(page, server.base, email);
    await page.goto(`${server.base}/settings/security`);
    await page.getByRole('button', { name: 'Set up' }).click();
    await page.getByRole('dialog').getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByLabel('QR code with the secret').waitFor();
    const secret = await page.getByRole('dialog').locator('code').textContent();
    await page.getByRole('textbox', { name: 'Code' }).fill('12345');
    await page.getByRole('button', { name: 'Switch on' }).click();
    await page.locator('[aria-invalid=true]').waitFor();
    const step = totpStep();
    await page.getByRole('textbox', { name: 'Code' }).fill(totp(secret, step));
    await page.getByRole('button', { name: 'Switch on' }).click();
    const codes = await page.getByRole('dialog').locator('li').allTextContents();
    assert.ok(codes.length >= 8, 'recovery codes are shown');
    await page.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByText('On', { exact: true }).waitFor();

    await leave();
    await enter(totp(secret, step + 1000));
    await alert.waitFor();
    assert.match(await alert.textContent(), /code/i, 'what was wrong is said');
    // one that was used is not taken again
    await enter(totp(secret, Math.max(step + 1, totpStep())));
    await page.waitForURL('**/monitors');

    await leave();
    await enter(codes[0]);
    await page.waitForURL('**/monitors');
    await leave();
    await enter(codes[0]);
    await alert.waitFor();
    await enter(codes[1]);
    await page.waitForURL('**/monitors');
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

  'channels of many monitors, and Undo': async ({ server, open }) => {
    const ask = await server.account('bulk@shop.test', password, 'login');
    const config = { url: server.target('x').url };
    const { id } = await ask('POST', '/channels', { kind: 'webhook', name: 'Night watch', config });
    const page = await open();
    await signIn(page, server.base, 'bulk@shop.test');
    await page.getByLabel('Select One').check();
    await page.getByRole('button', { name: 'All 3' }).click();
    await page.getByRole('button', { name: 'Channels' }).click();
    await page.getByLabel('Night watch').check();
    await page.getByRole('button', { name: 'Change channels' }).click();
    const undo = page.getByRole('button', { name: 'Undo' });
    await undo.waitFor();
    const told = async () =>
      (await ask('GET', '/monitors?view=full')).items.map((each) => each.channel_ids.join());
    assert.deepEqual(await told(), [id, id, id].map(String));
    await undo.click();
    await until('nobody is told', async () => (await told()).every((each) => each === ''));

    // the channel is younger than they are
    await page.getByRole('link', { name: 'Alerts' }).first().click();
    await page.getByText('3 monitors have no channel').waitFor();
    await page.getByRole('button', { name: 'Use for all monitors' }).click();
    const back = page.getByRole('button', { name: 'Undo' }).last();
    await page.getByText('Night watch is told of 3 more').first().waitFor();
    assert.deepEqual(await told(), [id, id, id].map(String));
    await page.getByText('3 monitors have no channel').waitFor({ state: 'hidden' });
    await back.click();
    await until('nobody is told again', async () => (await told()).every((each) => each === ''));
  },

  'keys move, select and pause, unless they are switched off': async ({ server, open }) => {
    const page = await open();
    await signIn(page, server.base, 'bulk@shop.test');
    await page.getByRole('link', { name: 'One, Paused' }).waitFor();
    for (const key of ['j', 'j', 'k', 'x']) await page.keyboard.press(key);
    await page.getByText('1 selected').waitFor();
    await page.keyboard.press('p');
    await page.getByRole('link', { name: /^One, (Pending|Up|Down)/ }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('link', { name: 'One, Paused' }).waitFor();
    for (const key of ['g', 's']) await page.keyboard.press(key);
    await page.getByRole('link', { name: 'Appearance' }).click();
    await page.getByRole('switch').click();
    await page.keyboard.press('n');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').waitFor();
    assert.match(page.url(), /appearance/, 'n did nothing');
  },

  'a part of the chart is dragged open, and back leads out of it': async ({ server, open }) => {
    const ask = await server.account('zoom@shop.test', password);
    const { id } = await ask('POST', '/monitors', {
      url: server.target('zoom').url,
      name: 'Zoomed',
    });
    const page = await open();
    await signIn(page, server.base, 'zoom@shop.test');
    await page.goto(`${server.base}/monitors/${id}?range=7d`);
    const plot = page.locator('.uplot .u-over');
    await plot.scrollIntoViewIfNeeded();
    const { x, y, width } = await plot.boundingBox();
    await page.mouse.move(x + width / 4, y + 50);
    await page.mouse.down();
    await page.mouse.move(x + width / 2, y + 50, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/from=\d+/);
    const asked = new URL(page.url()).searchParams;
    const days = (asked.get('to') - asked.get('from')) / 86_400;
    assert.ok(Math.abs(days - 7 / 4) < 0.2, `a quarter of a week is ${days} days`);
    await page.goBack();
    await page.waitForURL(/range=7d/);
    assert.doesNotMatch(page.url(), /from=/);
  },

  'a phone without a stream: it asks, rows are selected, and one signs out': async ({
    server,
    open,
  }) => {
    const page = await open({ viewport: { width: 360, height: 800 }, hasTouch: true });
    await page.route('**/api/v1/events', (route) => route.fulfill({ status: 404, body: '{}' }));
    const asked = page.waitForRequest(/\/changes/);
    await signIn(page, server.base, 'bulk@shop.test');
    await asked;
    await page.getByRole('button', { name: 'Select monitors' }).tap();
    await page.getByLabel('Select Two').tap();
    await page.getByText('1 selected').waitFor();
    await page.getByRole('button', { name: 'Clear the selection' }).tap();
    await page.getByRole('link', { name: 'Wall' }).tap();
    await page.getByText('Nothing is down').waitFor();
    await page.goto(`${server.base}/settings`);
    await page.getByRole('button', { name: 'Sign out' }).tap();
    await page.waitForURL('**/login*');
  },

  'a maintenance window: nothing typed is lost unasked': async ({ server, open }) => {
    const ask = await server.account('bulk@shop.test', password, 'login');
    const page = await open();
    await signIn(page, server.base, 'bulk@shop.test');
    await page.getByRole('link', { name: 'Maintenance' }).first().click();
    await page.getByRole('button', { name: 'New window' }).click();
    await page.getByLabel('Name').fill('Night work');
    await page.keyboard.press('Escape');
    await page.getByText('Leave without saving?').waitFor();
    await page.getByRole('button', { name: 'Stay' }).click();
    await page.getByRole('button', { name: 'Add window' }).click();
    await page.getByText('Choose monitors here').waitFor();
    await page.getByLabel('Two').check();
    await page.getByRole('button', { name: 'Add window' }).click();
    await page.getByText('one monitor').waitFor();
    const { items } = await ask('GET', '/maintenances');
    assert.equal(items[0].name, 'Night work');
    await page.getByRole('button', { name: 'Edit Night work' }).click();
    await page.getByLabel('Name').fill('Day work');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('button', { name: 'Edit Night work' }).waitFor();
    assert.equal(await page.getByText('Day work').count(), 0);
  },

  'a forgotten password: no mail server, and a link that is over': async ({ server, open }) => {
    const page = await open();
    await page.goto(`${server.base}/login`);
    await page.getByRole('link', { name: 'Forgot your password?' }).click();
    await page.getByLabel('Email').fill('first@shop.test');
    await page.getByRole('button', { name: 'Send me a link' }).click();
    await page.getByText('This server sends no mail').waitFor();
    await page.goto(`${server.base}/reset#token=no-such-token`);
    await page.getByLabel('New password').fill(password);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByText('This link is not good any more').waitFor();
  },

  'an administrator sees the system': async ({ server, open }) => {
    const page = await open();
    await signIn(page, server.base, 'first@shop.test');
    await page.getByRole('link', { name: 'Admin' }).first().click();
    await page.getByRole('heading', { name: 'Checkers' }).waitFor();
    await page.getByText('Each has its checker').waitFor();
    await page.getByRole('link', { name: 'Users' }).click();
    await page.getByText('bulk@shop.test').waitFor();
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
    const wall = await open({ context: page.context() });
    await wall.goto(`${server.base}/wall`);
    await wall.getByText('Flapping').waitFor();
    await server.stop();
    await page.getByText('Reconnecting').waitFor();
    await wall.getByText('Reconnecting').waitFor();
    assert.equal(await page.getByRole('link', { name: /^Flapping/ }).count(), 1);
    await server.start();
    await page.getByText('Reconnecting').waitFor({ state: 'hidden' });
  },
};
