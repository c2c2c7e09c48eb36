import { clsx } from 'clsx';
import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { Button } from './Button';

type Props = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  wide?: boolean;
  children: ReactNode;
};

export function Dialog({ open, onOpenChange, title, description, wide, children }: Props) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-50 bg-[rgb(8_10_14/50%)]" />
        <Radix.Content
          {...(description ? {} : { 'aria-describedby': undefined })}
          className={clsx(
            'fixed z-50 flex max-h-[88dvh] flex-col overflow-y-auto bg-surface px-5 pt-5 shadow-float not-has-[[data-buttons]]:pb-5',
            'animate-[float-in_150ms_ease-out] max-sm:inset-x-0 max-sm:bottom-0 max-sm:rounded-t-[14px]',
            'sm:top-[12vh] sm:left-1/2 sm:max-h-[76vh] sm:-translate-x-1/2 sm:rounded-card',
            wide ? 'sm:w-[min(680px,calc(100vw-32px))]' : 'sm:w-[min(460px,calc(100vw-32px))]',
          )}
        >
          <div className="mb-3 flex items-start justify-between gap-3">
            <div>
              <Radix.Title className="font-semibold text-lg">{title}</Radix.Title>
              {description && (
                <Radix.Description className="mt-1 text-muted">{description}</Radix.Description>
              )}
            </div>
            <Radix.Close asChild>
              <Button
                variant="ghost"
                size="iconSm"
                aria-label="Close"
                className="-mt-1 -mr-1 max-sm:-mt-2.5 max-sm:-mr-3"
              >
                <X aria-hidden size={16} />
              </Button>
            </Radix.Close>
          </div>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
