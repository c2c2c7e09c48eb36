// Every page of the router is in the list of pages: what is not there is
// neither judged by axe nor photographed.

import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { router } from '@/app/router';
import { tabs as admin } from '@/features/admin/AdminPage';
import { tabs as settings } from '@/features/settings/SettingsPage';
import { pages } from './pages.mjs';

const kept = pages.filter((page) => page.kept);

function routeOf(path) {
  const [, , route] = router.getMatchedRoutes(path.replace(/:[^/?]+/, '1').replace(/[?#].*/, ''));
  return route?.id;
}

test('every route that shows something has a picture', () => {
  const shown = new Set(kept.map(({ path }) => routeOf(path)));
  const without = Object.values(router.routesById)
    .filter(({ options }) => options.path && options.component)
    .map(({ id }) => id)
    .filter((id) => !shown.has(id));
  expect(without).toEqual([]);
});

test('every tab has a picture', () => {
  const paths = kept.map(({ path }) => path);
  for (const { id } of settings) expect(paths).toContain(`/settings/${id}`);
  for (const { id } of admin) expect(paths).toContain(`/admin/${id}`);
});

test('the pictures that are stored are those of the list', () => {
  const wanted = kept.flatMap(({ name }) =>
    ['dark-1280', 'dark-360', 'light-1280', 'light-360'].map((how) => `${name}-${how}.webp`),
  );
  expect(readdirSync('../docs/screenshots').sort()).toEqual(wanted.sort());
});
