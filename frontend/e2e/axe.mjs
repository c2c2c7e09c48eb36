// axe and the width of every page.  What does not depend on colours is looked
// at once for each width.

import { readFileSync } from 'node:fs';

const source = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export async function judge(page, _place, { theme }) {
  if (!(await page.evaluate(() => 'axe' in window))) {
    // not a script element: the policy of the page forbids it
    await page.evaluate(source);
  }

  return page.evaluate(
    async ({ only, tags }) => {
      const found = await window.axe.run(document, {
        runOnly: only ? { type: 'rule', values: only } : { type: 'tag', values: tags },
        resultTypes: ['violations'],
      });
      const lines = found.violations.flatMap((violation) =>
        violation.nodes
          .slice(0, 4)
          .map(
            (node) =>
              `${violation.id}: ${node.target.join(' ')}: ${node.any[0]?.message ?? violation.help}`,
          ),
      );
      const { scrollWidth, clientWidth } = document.documentElement;
      if (scrollWidth > clientWidth) {
        const wide = [...document.querySelectorAll('body *')]
          .filter((each) => each.getBoundingClientRect().right > clientWidth + 1)
          .map((each) => `${each.tagName}.${each.className}`);
        lines.push(`${scrollWidth} px wide: ${wide.slice(0, 3).join('; ')}`);
      }
      return lines;
    },
    { only: theme === 'light' ? null : ['color-contrast'], tags },
  );
}
