import { Link } from '@tanstack/react-router';
import { StatusBar } from '@/shared/charts/StatusBar';
import { buttonStyle } from '@/shared/ui/Button';
import { StatusGlyph } from '@/shared/ui/StatusGlyph';
import { Empty } from '@/shared/ui/states';
import { useWide } from '@/shared/ui/useWide';

/** An empty list shows what a row will look like. */
export function FirstMonitor() {
  const wide = useWide();

  return (
    <Empty
      title="Nothing is watched yet"
      action={
        <Link to="/welcome" className={buttonStyle({ variant: 'primary' })}>
          Add the first monitor
        </Link>
      }
    >
      <p>Paste a URL; the first check runs at once. A row will look like this:</p>
      <div className="card mt-4 flex flex-wrap items-center gap-x-3 gap-y-2 px-3 py-2 text-left">
        <StatusGlyph tone="up" size={18} />
        <div className="min-w-0 flex-1 max-sm:basis-40">
          <p className="truncate font-medium text-text">Shop</p>
          <p className="truncate text-xs">shop.example.com · every 1 min</p>
        </div>
        <StatusBar
          bars={`${'u'.repeat(30)}gdd${'u'.repeat(15)}`}
          width={wide ? 200 : innerWidth - 92}
        />
      </div>
    </Empty>
  );
}
