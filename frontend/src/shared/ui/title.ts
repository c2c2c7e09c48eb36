// The tab's title and icon: the page, and how many are down.

let page = '';
let down = 0;

function icon(): string {
  if (down === 0) return '/favicon.svg';
  const text = down > 99 ? '99' : String(down);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M10 1h12l9 9v12l-9 9H10l-9-9V10z" fill="#c4183c"/><text x="16" y="23" font-family="sans-serif" font-weight="700" font-size="${text.length > 1 ? 17 : 20}" text-anchor="middle" fill="#fff">${text}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

function show() {
  const name = page ? `${page} · Uptime` : 'Uptime';
  document.title = down > 0 ? `(${down} down) ${name}` : name;
}

export function setPageTitle(title: string) {
  page = title;
  show();
}

export function setDownCount(count: number) {
  if (count === down) return;
  down = count;
  show();
  document.querySelector('link[rel="icon"]')?.setAttribute('href', icon());
}
