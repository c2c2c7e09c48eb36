import { Check, CircleAlert, X } from 'lucide-react';
import { Toast } from 'radix-ui';
import { Button } from './Button';
import { dismissToast, type ToastEntry } from './toast';

export default function ToastList({ entries }: { entries: ToastEntry[] }) {
  return (
    <Toast.Provider swipeDirection="right" duration={6000}>
      {entries.map((entry) => (
        <Toast.Root
          key={entry.id}
          duration={entry.undo ? 8000 : 5000}
          onOpenChange={(open) => !open && dismissToast(entry.id)}
          className="flex min-h-11 items-center gap-2 rounded-card bg-surface py-1 pr-1 pl-3 shadow-float animate-[float-in_160ms_ease-out]"
        >
          {entry.tone === 'good' && <Check aria-hidden size={16} className="text-up-text" />}
          {entry.tone === 'bad' && <CircleAlert aria-hidden size={16} className="text-down-text" />}
          <Toast.Description className="min-w-0 flex-1 break-words py-1">
            {entry.text}
          </Toast.Description>
          {entry.undo && (
            <Toast.Action asChild altText="Undo">
              <Button variant="ghost" size="sm" className="text-accent" onClick={entry.undo}>
                Undo
              </Button>
            </Toast.Action>
          )}
          <Toast.Close asChild>
            <Button variant="ghost" size="iconSm" aria-label="Dismiss">
              <X aria-hidden size={14} />
            </Button>
          </Toast.Close>
        </Toast.Root>
      ))}
      {/* above the bars at the bottom: what was selected, Save, the phone's */}
      <Toast.Viewport className="fixed right-4 bottom-20 z-50 flex w-[min(380px,calc(100vw-32px))] flex-col gap-2" />
    </Toast.Provider>
  );
}
