import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { completeUrl } from '@/features/monitors';
import { api, data } from '@/shared/api/client';
import { currentUser } from '@/shared/api/session';
import { Button, buttonStyle } from '@/shared/ui/Button';
import { Field } from '@/shared/ui/Field';
import { FormError } from '@/shared/ui/FormError';
import { showErrors } from '@/shared/ui/form-errors';
import { Page } from '@/shared/ui/Page';
import { FirstCheck } from './FirstCheck';

const mailers = /^(gmail|googlemail|outlook|hotmail|yahoo|icloud|proton(mail)?|gmx|web|example)\./;

/** The site behind the mail address is the likely first one. */
function guessUrl(email: string): string {
  const domain = email.split('@')[1] ?? '';
  return domain && !mailers.test(domain) && domain.includes('.') ? `https://${domain}/` : '';
}

export function WelcomePage() {
  const client = useQueryClient();
  const [id, setId] = useState<number>();
  const form = useForm({ defaultValues: { url: guessUrl(currentUser()?.email ?? '') } });
  const { errors } = form.formState;

  const create = useMutation({
    mutationFn: ({ url }: { url: string }) =>
      data(api.POST('/monitors', { body: { url: completeUrl(url) } })),
    onSuccess: (monitor) => {
      setId(monitor.id);
      client.invalidateQueries({ queryKey: ['monitors'] });
    },
    onError: (error) => showErrors(form, error, { interval: 'url' }),
  });

  if (id) {
    return (
      <Page title="Your first monitor">
        <FirstCheck id={id} />
      </Page>
    );
  }

  return (
    <Page
      title="What should be watched?"
      lead="Paste the address of a page or an API. The first check runs at once."
    >
      <form
        className="card flex max-w-xl flex-col gap-4 p-4 sm:p-6"
        noValidate
        onSubmit={form.handleSubmit((values) => create.mutate(values))}
      >
        <FormError message={errors.root?.message} />
        <Field
          label="URL"
          error={errors.url?.message}
          hint="It is named after the host; everything else can be set later."
        >
          {(wiring) => (
            <input
              {...wiring}
              {...form.register('url', {
                validate: (value) => value.trim() !== '' || 'Enter what is to be checked.',
              })}
              // biome-ignore lint/a11y/noAutofocus: it is the page's only field
              autoFocus
              inputMode="url"
              autoComplete="url"
              autoCapitalize="off"
              spellCheck={false}
              placeholder="https://example.com"
              className="input font-mono"
            />
          )}
        </Field>
        <div className="flex flex-wrap items-center gap-2">
          <Button type="submit" variant="primary" busy={create.isPending} className="max-sm:w-full">
            Start watching
          </Button>
          <Link to="/monitors/new" className={buttonStyle({ className: 'max-sm:w-full' })}>
            Something other than a web page
          </Link>
        </div>
      </form>
    </Page>
  );
}
