// Before the first paint, and a file of its own: the Content-Security-Policy
// allows no inline script.
(() => {
  let theme = 'system';
  try {
    theme = JSON.parse(localStorage.getItem('preferences') ?? '{}').theme ?? 'system';
  } catch {}
  if (theme === 'system') {
    theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  }
  document.documentElement.dataset.theme = theme;
})();
