import { useMutation } from '@tanstack/react-query';
import { Zap } from 'lucide-react';
import { useFormContext } from 'react-hook-form';
import { api, data } from '@/shared/api/client';
import { Button } from '@/shared/ui/Button';
import { showErrors } from '@/shared/ui/form-errors';
import { CheckOutcome } from '../components/CheckOutcome';
import { type FormValues, fieldsOf, kindOf } from './values';

/** A check with what is in the form now; nothing is stored. */
export function TestNow({ editing }: { editing?: number }) {
  const form = useFormContext<FormValues>();
  const [push, url, auth, secret] = form.watch(['push', 'url', 'auth', 'auth_secret']);

  const test = useMutation({
    mutationFn: (body: ReturnType<typeof fieldsOf>) => data(api.POST('/monitors/test', { body })),
    onError: (error) => showErrors(form, error),
  });

  if (kindOf({ push, url }) === 'push') {
    return (
      <aside className="card p-4 text-muted sm:p-5">
        <h2 className="font-semibold text-lg text-text">How it calls</h2>
        <p className="mt-1">
          After saving you get an address. The job calls it when it is done:{' '}
          <code className="font-mono text-sm">curl -fsS …/push/…</code>
        </p>
      </aside>
    );
  }

  return (
    <aside className="card p-4 sm:p-5">
      <h2 className="font-semibold text-lg">Try it</h2>
      <p className="mb-3 text-muted">
        One check with these values, from this server. Nothing is saved.
      </p>
      <Button
        busy={test.isPending}
        disabled={!url.trim()}
        className="w-full"
        onClick={() => {
          form.clearErrors();
          test.mutate(fieldsOf(form.getValues()));
        }}
      >
        <Zap aria-hidden size={15} />
        Test now
      </Button>
      {editing !== undefined && auth !== 'none' && !secret && (
        <p className="mt-2 text-muted text-sm">
          The stored secret is not used here: type it to test with it.
        </p>
      )}
      <div aria-live="polite">
        {test.data && !test.isPending && <CheckOutcome result={test.data} />}
      </div>
    </aside>
  );
}
