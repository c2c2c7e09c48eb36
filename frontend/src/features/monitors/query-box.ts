// The list's query box: words, and is: tag: type: terms.  A leading "-" turns
// a term around; terms of one kind are alternatives, kinds must all hold.
//
//   is:down tag:prod -tag:eu type:http shop "two words"

import { inMaintenance, type MonitorRow } from './model';

type Term = { kind: 'is' | 'tag' | 'type' | 'text'; value: string; not: boolean };

const term = /(-?)(?:(is|tag|type|status):)?(?:"([^"]*)"?|(\S+))/g;

export function parseQuery(text: string): Term[] {
  const terms: Term[] = [];

  for (const [, minus, kind, quoted, plain] of text.matchAll(term)) {
    const value = (quoted ?? plain ?? '').toLowerCase();
    // a term that is still being typed filters nothing
    if (!value || (!kind && /^(is|tag|type|status):$/.test(value))) continue;
    terms.push({
      kind: kind === 'status' ? 'is' : ((kind as Term['kind']) ?? 'text'),
      value,
      not: minus === '-',
    });
  }

  return terms;
}

function holds(row: MonitorRow, { kind, value }: Term): boolean {
  switch (kind) {
    case 'is':
      if (value === 'problem') return row.status === 'down' || row.status === 'degraded';
      return value === 'maintenance' ? inMaintenance(row) : row.status === value;
    case 'type':
      return row.type === value;
    case 'tag':
      return row.tags.some((tag) => tag.toLowerCase() === value);
    default:
      return (
        row.name.toLowerCase().includes(value) ||
        row.url.toLowerCase().includes(value) ||
        row.tags.some((tag) => tag.toLowerCase().includes(value))
      );
  }
}

export function matcher(text: string): (row: MonitorRow) => boolean {
  const terms = parseQuery(text);
  const without = terms.filter((each) => each.not);
  const words = terms.filter((each) => !each.not && each.kind === 'text');
  const groups = (['is', 'type', 'tag'] as const)
    .map((kind) => terms.filter((each) => !each.not && each.kind === kind))
    .filter((group) => group.length > 0);

  return (row) =>
    !without.some((each) => holds(row, each)) &&
    words.every((each) => holds(row, each)) &&
    groups.every((group) => group.some((each) => holds(row, each)));
}

/** Puts "is:down" into the text, or takes it out; other is: terms go. */
export function toggleTerm(text: string, kind: 'is' | 'tag', value: string): string {
  const wanted = /\s/.test(value) ? `${kind}:"${value}"` : `${kind}:${value}`;
  const had = parseQuery(text).some(
    (each) => each.kind === kind && !each.not && each.value === value.toLowerCase(),
  );
  const others = text.replace(new RegExp(`(^|\\s)${kind}:("[^"]*"|\\S+)`, 'g'), '').trim();
  return had ? others : `${wanted} ${others}`.trim();
}
