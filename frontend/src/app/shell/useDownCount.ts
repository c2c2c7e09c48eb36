import { useEffect } from 'react';
import { useMonitors } from '@/features/monitors';
import { setDownCount } from '@/shared/ui/title';

export function useDownCount() {
  const { data } = useMonitors();
  const down = data?.rows.reduce((n, row) => n + (row.status === 'down' ? 1 : 0), 0) ?? 0;
  useEffect(() => setDownCount(down), [down]);
}
