import { useNavigate } from '@tanstack/react-router';
import { Command } from 'cmdk';
import { LayoutGrid, Moon, Plus, Search } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { useState } from 'react';
import { useMonitors } from '@/features/monitors';
import { currentUser } from '@/shared/api/session';
import { resolvedTheme, setPreferences } from '@/shared/preferences/preferences';
import { StatusGlyph } from '@/shared/ui/StatusGlyph';
import { destinations } from '../shell/navigation';

const item =
  'flex min-h-9 cursor-pointer items-center gap-2.5 rounded-control px-2.5 data-[selected=true]:bg-accent-soft max-sm:min-h-11';
const heading =
  '[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted';

export default function CommandPalette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState('');
  const navigate = useNavigate();
  const { data } = useMonitors();
  const wanted = text.trim().toLowerCase();
  // cmdk filters what it is given; of 10,000 monitors it gets those that match
  const found = (data?.rows ?? [])
    .filter((row) => `${row.name} ${row.url}`.toLowerCase().includes(wanted))
    .slice(0, 20);

  function run(action: () => void) {
    onClose();
    action();
  }

  return (
    <Dialog.Root open onOpenChange={onClose}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-[rgb(8_10_14/50%)]" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[10vh] left-1/2 z-50 w-[min(560px,calc(100vw-24px))] -translate-x-1/2 overflow-hidden rounded-card bg-surface shadow-float"
        >
          <Dialog.Title className="sr-only">Search and commands</Dialog.Title>
          <Command label="Search and commands" loop>
            <div className="flex items-center gap-2 border-line border-b px-3">
              <Search aria-hidden size={16} className="text-muted" />
              <Command.Input
                value={text}
                onValueChange={setText}
                placeholder="A monitor, a page, a command"
                className="min-h-12 flex-1 bg-transparent outline-none"
              />
            </div>
            <Command.List className="max-h-[50vh] overflow-y-auto p-1.5">
              <Command.Empty className="p-6 text-center text-muted">Nothing matches.</Command.Empty>
              <Command.Group heading="Commands" className={heading}>
                <Command.Item
                  className={item}
                  onSelect={() => run(() => navigate({ to: '/monitors/new' }))}
                >
                  <Plus aria-hidden size={16} /> New monitor
                </Command.Item>
                <Command.Item
                  className={item}
                  onSelect={() => run(() => navigate({ to: '/wall' }))}
                >
                  <LayoutGrid aria-hidden size={16} /> Wall view
                </Command.Item>
                <Command.Item
                  className={item}
                  onSelect={() =>
                    run(() =>
                      setPreferences({ theme: resolvedTheme() === 'dark' ? 'light' : 'dark' }),
                    )
                  }
                >
                  <Moon aria-hidden size={16} /> Switch theme
                </Command.Item>
              </Command.Group>
              <Command.Group heading="Go to" className={heading}>
                {destinations
                  .filter((place) => !place.admin || currentUser()?.role === 'admin')
                  .map(({ to, label, icon: Icon }) => (
                    <Command.Item
                      key={to}
                      className={item}
                      onSelect={() => run(() => navigate({ to }))}
                    >
                      <Icon aria-hidden size={16} /> {label}
                    </Command.Item>
                  ))}
              </Command.Group>
              {found.length > 0 && (
                <Command.Group heading="Monitors" className={heading}>
                  {found.map((row) => (
                    <Command.Item
                      key={row.id}
                      value={`${row.name} ${row.url} ${row.id}`}
                      className={item}
                      onSelect={() =>
                        run(() => navigate({ to: '/monitors/$id', params: { id: String(row.id) } }))
                      }
                    >
                      <StatusGlyph tone={row.status} />
                      <span className="truncate">{row.name}</span>
                      <span className="min-w-0 flex-1 truncate text-muted text-sm">{row.url}</span>
                    </Command.Item>
                  ))}
                </Command.Group>
              )}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
