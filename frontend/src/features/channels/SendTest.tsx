import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Check, CircleAlert, Send } from 'lucide-react';
import { useFormContext } from 'react-hook-form';
import { api, data } from '@/shared/api/client';
import type { Channel } from '@/shared/api/schema';
import { Button } from '@/shared/ui/Button';
import { showErrors } from '@/shared/ui/form-errors';
import type { Kind } from './kinds';
import { channelKeys } from './queries';
import { type FormValues, fieldsOf, hasMask } from './values';

/** A message now, with what is in the form; nothing is stored. */
export function SendTest({ kind, channel }: { kind: Kind; channel?: Channel }) {
  const form = useFormContext<FormValues>();
  const client = useQueryClient();
  const { isDirty } = form.formState;
  const masked = hasMask(form.watch());
  // a secret that only the server knows is used by a test of the stored channel
  const stored = channel !== undefined && !isDirty;

  const test = useMutation({
    mutationFn: () =>
      stored
        ? data(api.POST('/channels/{id}/test', { params: { path: { id: channel.id } } }))
        : data(api.POST('/channels/test', { body: { kind, ...fieldsOf(kind, form.getValues()) } })),
    onError: (error) => showErrors(form, error),
    onSettled: () =>
      channel && client.invalidateQueries({ queryKey: channelKeys.deliveries(channel.id) }),
  });

  async function send() {
    form.clearErrors();
    if (await form.trigger(undefined, { shouldFocus: true })) test.mutate();
  }

  return (
    <aside className="card p-4 sm:p-5">
      <h2 className="font-semibold text-lg">Try it</h2>
      <p className="mb-3 text-muted">A message now, with these values. Nothing is saved.</p>
      <Button
        busy={test.isPending}
        disabled={masked && !stored}
        aria-describedby="test-note"
        className="w-full"
        onClick={send}
      >
        <Send aria-hidden size={15} />
        Send test
      </Button>
      <p id="test-note" className="mt-2 text-muted text-sm empty:hidden">
        {masked && !stored
          ? 'Secrets that are stored cannot be read: save first, or type them again to try other values.'
          : ''}
      </p>
      <div aria-live="polite">
        {test.data && !test.isPending && (
          <div className="mt-3 flex items-start gap-2 border-line border-t pt-3">
            {test.data.delivered ? (
              <Check aria-hidden size={16} className="mt-0.5 shrink-0 text-up-text" />
            ) : (
              <CircleAlert aria-hidden size={16} className="mt-0.5 shrink-0 text-down-text" />
            )}
            <div className="min-w-0">
              <p className={test.data.delivered ? 'text-up-text' : 'text-down-text'}>
                {test.data.delivered
                  ? 'Delivered'
                  : test.data.permanent
                    ? 'Refused'
                    : 'Not delivered; an alert would be tried again'}
              </p>
              {test.data.detail && (
                <p className="break-words text-muted text-sm">{test.data.detail}</p>
              )}
            </div>
          </div>
        )}
      </div>
    </aside>
  );
}
