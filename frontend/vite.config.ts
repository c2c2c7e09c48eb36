import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** What every page needs is asked for by the HTML, not by the script that it loads. */
function preloadStart(): Plugin {
  return {
    name: 'preload-start',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle = {} }) {
        const found = new Set<string>();
        const add = (name: string) => {
          const chunk = bundle[name];
          if (chunk?.type !== 'chunk' || found.has(name)) return;
          found.add(name);
          chunk.imports.forEach(add);
        };
        for (const [name, chunk] of Object.entries(bundle)) {
          if (chunk.type !== 'chunk') continue;
          if (chunk.facadeModuleId?.endsWith('/app/start.tsx')) add(name);
        }
        return [...found].map((name) => ({
          tag: 'link',
          attrs: { rel: 'modulepreload', crossorigin: true, href: `/${name}` },
        }));
      },
    },
  };
}

const base =
  /shared\/(api\/(client|live|sse|use)|preferences|time\/(format|use|Time)|ui\/(Button|Page|states|Status|title|toast|keys|Menu))|node_modules\/(clsx|class-variance-authority|openapi-fetch)\//;

export default defineConfig({
  plugins: [react(), tailwindcss(), preloadStart()],
  resolve: { alias: { '@': new URL('./src', import.meta.url).pathname } },
  build: {
    manifest: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          // one way there and back for many small files, not for each
          includeDependenciesRecursively: false,
          groups: [
            { name: 'early', test: /preload-helper|app\/pages|api\/(early|session|problem)\.ts/ },
            { name: 'react', test: /node_modules\/(react|react-dom|scheduler)\// },
            {
              name: 'tanstack',
              test: /@tanstack\/(?!.*virtual)|use-sync-external/,
              minShareCount: 2,
            },
            { name: 'base', test: base },
            { name: 'icons', test: /node_modules\/lucide-react\//, minShareCount: 2 },
            {
              name: 'monitors',
              test: /features\/(monitors|channels)\/|charts\//,
              minShareCount: 3,
            },
            {
              name: 'forms',
              test: /react-hook-form|shared\/ui\/(Form|form|\w*Field|Password|DialogB)/,
            },
            {
              name: 'radix',
              test: /node_modules\/(@radix-ui|radix-ui|aria-hidden|react-remove)/,
              minShareCount: 4,
            },
          ],
        },
      },
    },
  },
  server: {
    proxy: { '/api': `http://127.0.0.1:${process.env.PORT ?? 8080}` },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.{ts,tsx}', 'e2e/*.test.mjs'],
    restoreMocks: true,
  },
});
