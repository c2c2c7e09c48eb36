/** When the page has nothing better to do, at the latest in two seconds; what it returns calls it off. */
export function whenIdle(work: () => void): () => void {
  // Safari has none
  if (typeof requestIdleCallback === 'undefined') {
    const timer = setTimeout(work, 500);
    return () => clearTimeout(timer);
  }
  const handle = requestIdleCallback(work, { timeout: 2000 });
  return () => cancelIdleCallback(handle);
}
