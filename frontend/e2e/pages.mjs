// Every page, and what can be open on it: judged by axe, and photographed.
//
// name   of the picture, if there is to be one ("kept")
// who    is signed in: owner, fresh (an empty account), or nobody
// path   with :name of a monitor in place of its id
// ready  what is seen when it is drawn
// act    what is done then

const click = (page, role, name) => page.getByRole(role, { name, exact: true }).first().click();
const heading = (name) => (page) => page.getByRole('heading', { name, exact: true }).first();
const words = (text) => (page) => page.getByText(text).first();
const unfold = async (page) => {
  for (const each of await page.locator('details:not([open]) > summary').all()) await each.click();
};
// what is far below is asked for when it is about to be seen
const toChecks = async (page) => {
  await heading('Checks')(page).scrollIntoViewIfNeeded();
  await page
    .getByLabel(/^Details of the check at /)
    .first()
    .waitFor();
};
const failing = async (page) => {
  await page.route('**/api/v1/**', (route) =>
    /auth|openapi/.test(route.request().url()) ? route.continue() : route.abort(),
  );
};

export const pages = [
  // without an account
  { name: 'login', who: 'nobody', path: '/login', ready: heading('Sign in'), kept: true },
  { name: 'login-ended', who: 'nobody', path: '/login?ended=true', ready: words('has ended') },
  {
    name: 'login-refused',
    who: 'nobody',
    path: '/login',
    ready: heading('Sign in'),
    act: async (page) => {
      await page.getByLabel('Email').fill('nobody@northwind.example');
      await page.getByLabel('Password', { exact: true }).fill('not the pass phrase');
      await click(page, 'button', 'Sign in');
      await page.getByRole('alert').first().waitFor();
    },
  },
  { name: 'signup', who: 'nobody', path: '/signup', ready: heading('Sign up'), kept: true },
  {
    name: 'signup-refused',
    who: 'nobody',
    path: '/signup',
    ready: heading('Sign up'),
    act: async (page) => {
      await click(page, 'button', 'Create account');
      await page.locator('[aria-invalid=true]').first().waitFor();
    },
  },

  {
    name: 'forgot',
    who: 'nobody',
    path: '/forgot',
    ready: heading('Forgot your password?'),
    kept: true,
  },
  {
    name: 'forgot-no-mail',
    who: 'nobody',
    path: '/forgot',
    ready: heading('Forgot your password?'),
    act: async (page) => {
      await page.getByLabel('Email').fill('somebody@northwind.example');
      await click(page, 'button', 'Send me a link');
      await heading('This server sends no mail')(page).waitFor();
    },
  },
  {
    name: 'reset',
    who: 'nobody',
    path: '/reset#token=some-token',
    ready: heading('Choose a new password'),
    kept: true,
  },
  {
    name: 'reset-over',
    who: 'nobody',
    path: '/reset',
    ready: heading('This link is not good any more'),
  },

  // an empty account
  {
    name: 'welcome',
    who: 'fresh',
    path: '/welcome',
    ready: heading('What should be watched?'),
    kept: true,
  },
  {
    name: 'monitors-none',
    who: 'fresh',
    path: '/monitors',
    ready: words('Nothing is watched yet'),
    kept: true,
  },
  { name: 'incidents-none', who: 'fresh', path: '/incidents', ready: words('Nothing is down') },
  {
    name: 'incidents-none-over',
    who: 'fresh',
    path: '/incidents?tab=resolved',
    ready: heading('Incidents'),
  },
  { name: 'channels-none', who: 'fresh', path: '/channels', ready: words('Nobody is told yet') },
  {
    name: 'maintenance-none',
    who: 'fresh',
    path: '/maintenance',
    ready: words('No maintenance is planned'),
  },
  { name: 'keys-none', who: 'fresh', path: '/settings/keys', ready: words('No key yet') },
  {
    name: 'wall-none',
    who: 'fresh',
    path: '/wall',
    ready: (page) => page.locator('main *').first(),
  },

  // monitors
  {
    name: 'monitors',
    who: 'owner',
    path: '/monitors',
    ready: words('Checkout API'),
    kept: true,
  },
  {
    name: 'monitors-nothing-found',
    who: 'owner',
    path: '/monitors?q=is%3Adown%20nowhere',
    ready: heading('Monitors'),
  },
  {
    name: 'monitors-selected',
    who: 'owner',
    path: '/monitors?q=tag%3Aprod',
    ready: words('Storefront'),
    wide: true,
    act: async (page) => {
      await page.getByLabel('Select Storefront').check();
      await page.getByLabel('Select Search API').check();
    },
    kept: true,
  },
  {
    name: 'monitors-bulk-tags',
    who: 'owner',
    path: '/monitors',
    ready: words('Storefront'),
    wide: true,
    act: async (page) => {
      await page.getByLabel('Select Storefront').check();
      await click(page.getByRole('region', { name: 'Selected monitors' }), 'button', 'Tags');
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'monitors-bulk-channels',
    who: 'owner',
    path: '/monitors',
    ready: words('Storefront'),
    wide: true,
    act: async (page) => {
      await page.getByLabel('Select Storefront').check();
      await click(page, 'button', 'Channels');
      await page.getByRole('checkbox').first().waitFor();
    },
  },
  {
    name: 'monitors-bulk-delete',
    who: 'owner',
    path: '/monitors',
    ready: words('Storefront'),
    wide: true,
    act: async (page) => {
      await page.getByLabel('Select Storefront').check();
      await click(page, 'button', 'Delete');
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'monitors-menu',
    who: 'owner',
    path: '/monitors',
    ready: words('Storefront'),
    wide: true,
    act: async (page) => {
      await click(page, 'button', 'Actions for Storefront');
      await page.getByRole('menu').waitFor();
    },
  },
  {
    name: 'channels-failed',
    who: 'owner',
    path: '/incidents',
    ready: words('Checkout API'),
    act: async (page) => {
      await failing(page);
      await page.getByRole('link', { name: 'Alerts' }).locator('visible=true').first().click();
      await page.getByRole('alert').first().waitFor();
    },
  },
  {
    name: 'palette',
    who: 'owner',
    path: '/monitors',
    ready: words('Storefront'),
    act: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog').waitFor();
      await page.keyboard.type('api');
      await page.getByRole('option').first().waitFor();
    },
    kept: true,
  },
  {
    name: 'shortcuts',
    who: 'owner',
    path: '/monitors',
    ready: words('Storefront'),
    act: async (page) => {
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  },
  { name: 'wall', who: 'owner', path: '/wall', ready: words('Checkout API'), kept: true },
  {
    name: 'monitor-in-maintenance',
    who: 'owner',
    path: '/monitors/:Warehouse sync',
    ready: words(/Maintenance until \d+ \w{3}, \d\d:\d\d/),
  },
  {
    name: 'monitor',
    who: 'owner',
    path: '/monitors/:Storefront',
    ready: heading('Latency'),
    act: toChecks,
    kept: true,
  },
  {
    name: 'monitor-down',
    who: 'owner',
    path: '/monitors/:Checkout API',
    ready: heading('Latency'),
    act: toChecks,
    kept: true,
  },
  {
    name: 'monitor-month',
    who: 'owner',
    path: '/monitors/:Partner feed (Contoso)?range=30d',
    ready: heading('Latency'),
    act: toChecks,
  },
  { name: 'monitor-paused', who: 'owner', path: '/monitors/:Staging', ready: heading('Staging') },
  {
    name: 'monitor-push',
    who: 'owner',
    path: '/monitors/:Invoice run',
    ready: heading('Invoice run'),
  },
  {
    name: 'monitor-range',
    who: 'owner',
    path: '/monitors/:Storefront',
    ready: heading('Latency'),
    act: async (page) => {
      await page
        .getByRole('button', { name: /custom/i })
        .first()
        .click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'monitor-delete',
    who: 'owner',
    path: '/monitors/:Storefront',
    ready: heading('Latency'),
    act: async (page) => {
      await click(page, 'button', 'More actions');
      await page.getByRole('menuitem', { name: /Delete/ }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'monitor-gone',
    who: 'owner',
    path: '/monitors/999999',
    ready: words(/no such|not found|does not exist/i),
  },
  {
    name: 'monitor-new',
    who: 'owner',
    path: '/monitors/new',
    ready: heading('New monitor'),
    kept: true,
  },
  {
    name: 'monitor-new-refused',
    who: 'owner',
    path: '/monitors/new',
    ready: heading('New monitor'),
    act: async (page) => {
      await page.getByLabel('URL').fill('https://user:secret@example.com/');
      await click(page, 'button', 'Start watching');
      await page.locator('[aria-invalid=true]').first().waitFor();
    },
  },
  {
    name: 'monitor-edit',
    who: 'owner',
    path: '/monitors/:Search API/edit',
    ready: (page) => page.getByLabel('URL'),
    kept: true,
    act: unfold,
  },

  // incidents, alerts, maintenance
  { name: 'incidents', who: 'owner', path: '/incidents', ready: words('Checkout API'), kept: true },
  {
    name: 'incident-details',
    who: 'owner',
    path: '/incidents',
    ready: words('Checkout API'),
    act: async (page) => {
      await page.getByLabel('Details of the incident of Checkout API').click();
      await page.getByText('First failure').waitFor();
    },
    kept: true,
  },
  {
    name: 'incidents-resolved',
    who: 'owner',
    path: '/incidents?tab=resolved',
    ready: words('Storefront'),
    kept: true,
  },
  { name: 'channels', who: 'owner', path: '/channels', ready: words('On-call mail'), kept: true },
  {
    name: 'channel-delete',
    who: 'owner',
    path: '/channels',
    ready: words('On-call mail'),
    act: async (page) => {
      await page.getByLabel('Delete Phones').click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'channel-kinds',
    who: 'owner',
    path: '/channels/new',
    ready: heading('New channel'),
    kept: true,
  },
  {
    name: 'channel-new',
    who: 'owner',
    path: '/channels/new?kind=webhook',
    ready: (page) => page.getByLabel('Name'),
    act: unfold,
  },
  {
    name: 'channel-edit',
    who: 'owner',
    path: '/channels/2',
    ready: heading('Deliveries'),
    kept: true,
  },
  { name: 'channel-failing', who: 'owner', path: '/channels/4', ready: heading('Deliveries') },
  {
    name: 'maintenance',
    who: 'owner',
    path: '/maintenance',
    ready: words('Database patches'),
    kept: true,
  },
  {
    name: 'maintenance-new',
    who: 'owner',
    path: '/maintenance',
    ready: words('Database patches'),
    act: async (page) => {
      await page.getByLabel('Edit Database patches').click();
      await page.getByRole('dialog').waitFor();
    },
    kept: true,
  },
  {
    name: 'maintenance-leave',
    who: 'owner',
    path: '/maintenance',
    ready: words('Database patches'),
    act: async (page) => {
      await page.getByLabel('Edit Database patches').click();
      await page.getByLabel('Name', { exact: true }).fill('Another name');
      await page.keyboard.press('Escape');
      await words('Leave without saving?')(page).waitFor();
    },
  },

  // settings
  ...['profile', 'security', 'keys', 'appearance', 'audit'].map((tab) => ({
    name: `settings-${tab}`,
    who: 'owner',
    path: `/settings/${tab}`,
    ready: (page) => page.locator('main h2').first(),
    kept: true,
  })),
  {
    name: 'settings-key-new',
    who: 'owner',
    path: '/settings/keys',
    ready: words('Terraform'),
    act: async (page) => {
      await page.getByRole('button', { name: /key/i }).locator('visible=true').first().click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'settings-two-factor',
    who: 'owner',
    path: '/settings/security',
    ready: heading('Two-factor authentication'),
    act: async (page, { password }) => {
      await click(page, 'button', 'Set up');
      await page.getByRole('dialog').getByLabel('Password', { exact: true }).fill(password);
      await click(page, 'button', 'Go on');
      await page.getByLabel('QR code with the secret').waitFor();
    },
    kept: true,
  },
  {
    name: 'settings-delete',
    who: 'owner',
    path: '/settings/profile',
    ready: heading('Delete the account'),
    act: async (page) => {
      await page
        .getByRole('button', { name: /Delete/ })
        .first()
        .click();
      await page.getByRole('dialog').waitFor();
    },
  },

  // admin
  {
    name: 'admin-users',
    who: 'owner',
    path: '/admin/users',
    ready: words('amira@northwind.example'),
    kept: true,
  },
  {
    name: 'admin-system',
    who: 'owner',
    path: '/admin/system',
    ready: words('fra-1'),
    kept: true,
  },
  {
    name: 'admin-invite',
    who: 'owner',
    path: '/admin/users',
    ready: words('amira@northwind.example'),
    act: async (page) => {
      await click(page, 'button', 'Invite somebody');
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'not-found',
    who: 'owner',
    path: '/nowhere',
    ready: (page) => page.locator('h1').first(),
  },
];
