/** What a mailed link carries behind "#", so that it gets into no server's log. */
export function fromHash(name: string): string | undefined {
  return new URLSearchParams(location.hash.slice(1)).get(name) ?? undefined;
}
