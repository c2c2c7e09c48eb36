// The first that runs, and small: it asks for the session, the code of the page
// and the first data at once.  One after the other they would each wait for a
// way there and back.

import '@/shared/theme/tokens.css';
import { askEarly } from '@/shared/api/early';
import { restoreEarly } from '@/shared/api/session';
import { pages } from './pages';

const path = location.pathname;
const one = /^\/monitors\/(\d+)$/.exec(path);

function ignore() {
  // who needs it asks again, and says what is wrong
}

if (/^\/(login|signup|forgot|reset)$/.test(path)) {
  pages.auth().catch(ignore);
} else {
  pages.shell().catch(ignore);
  if (one) pages.monitor().catch(ignore);
  else if (path === '/' || path === '/monitors') pages.list().catch(ignore);

  restoreEarly().then((known) => {
    if (!known) return;
    if (one) askEarly(`/monitors/${one[1]}`);
    // the number of those that are down is on every page
    const part = /^\/(monitors|wall)?$/.test(path) ? 'sort=status' : 'status=down';
    askEarly(`/monitors?view=compact&${part}&limit=1000`);
  }, ignore);
}

const { start } = await import('./start');
start();
