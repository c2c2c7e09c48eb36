// The causes of a check in words for a row of a list.

const words: Record<string, string> = {
  dns_not_found: 'Name not found',
  dns_timeout: 'DNS timed out',
  dns_failure: 'DNS failed',
  dns_value: 'DNS record differs',
  connect_refused: 'Connection refused',
  connect_timeout: 'Connection timed out',
  connect_unreachable: 'Host unreachable',
  tls_expired: 'Certificate expired',
  tls_hostname: 'Certificate is for another name',
  tls_untrusted: 'Certificate not trusted',
  tls_handshake: 'TLS handshake failed',
  timeout: 'No answer in time',
  reset: 'Connection closed early',
  protocol: 'Broken answer',
  http_status: 'Unexpected status',
  keyword: 'Keyword check failed',
  json: 'JSON assertion failed',
  header: 'Header assertion failed',
  cert_days: 'Certificate ends soon',
  redirect_limit: 'Too many redirects',
  blocked_address: 'Address not allowed',
  push_missed: 'Push missed',
  push_failed: 'Push said down',
  upside_down: 'Works, but must not',
  slow: 'Slow',
  own_resources: 'This server is short of resources',
  own_network: 'This server has no network',
  own_overload: 'This server is overloaded',
  push_waiting: 'Waiting for the first push',
};

export function causeText(cause: string | null | undefined, httpStatus?: number | null): string {
  if (!cause) return '';
  if (cause === 'http_status' && httpStatus) return `Status ${httpStatus}`;
  return words[cause] ?? cause;
}
