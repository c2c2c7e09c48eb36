// Sizes of what was built, gzipped, against the limits: fails past "hard".

import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));
const limits = { js: [175, 195], css: [12, 15], chunk: [40, 60] };

const size = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length / 1024;

// an entry and what it imports statically
function reach(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) reach(next, seen);
  return seen;
}

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);

/** All files that are there before a page is seen. */
const visit = (...keys) => keys.reduce((seen, key) => reach(key, seen), new Set());
const start = [entry, 'src/app/start.tsx'];
const shell = [...start, 'src/app/shell/Shell.tsx'];
const visits = {
  login: visit(...start, 'src/features/auth/index.ts'),
  list: visit(...shell, 'src/features/monitors/pages/ListPage.tsx'),
  monitor: visit(...shell, 'src/features/monitors/pages/DetailPage.tsx'),
};
const sum = (files) => files.reduce((total, file) => total + size(file), 0);
const first = visits.list;
const lazy = Object.keys(manifest)
  .filter((key) => !first.has(key) && manifest[key].file.endsWith('.js'))
  .map((key) => [manifest[key].file, size(manifest[key].file)]);
const largest = lazy.sort((a, b) => b[1] - a[1])[0] ?? ['', 0];

let failed = false;

function report(name, kib, [target, hard]) {
  const over = kib > hard;
  failed ||= over;
  const verdict = over ? 'TOO LARGE' : kib > target ? 'over target' : 'ok';
  console.log(`${name}: ${kib.toFixed(1)} KiB gzip (target ${target}, hard ${hard}): ${verdict}`);
}

for (const [name, seen] of Object.entries(visits)) {
  report(
    `first load of the ${name}, JavaScript`,
    sum([...seen].map((key) => manifest[key].file)),
    limits.js,
  );
}
report('first load, CSS', sum([...first].flatMap((key) => manifest[key].css ?? [])), limits.css);
report(`largest lazy chunk, ${largest[0]}`, largest[1], limits.chunk);
process.exit(failed ? 1 : 0);
