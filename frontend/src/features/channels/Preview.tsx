import { useMutation } from '@tanstack/react-query';
import { Eye } from 'lucide-react';
import { useFormContext } from 'react-hook-form';
import { api, data } from '@/shared/api/client';
import { Button } from '@/shared/ui/Button';
import { showErrors } from '@/shared/ui/form-errors';
import type { Kind } from './kinds';
import { type FormValues, previewConfig, type TemplateEvent, templatesOf } from './values';

/** What would be sent, of an invented monitor. */
export function Preview({ kind, event }: { kind: Kind; event: TemplateEvent }) {
  const form = useFormContext<FormValues>();

  const preview = useMutation({
    mutationFn: (values: FormValues) => {
      const config = previewConfig(kind, values);
      const body = { kind, event, templates: templatesOf(values), config };
      return data(api.POST('/channels/preview', { body }));
    },
    onError: (error) => showErrors(form, error),
  });

  return (
    <div className="flex flex-col gap-3">
      <Button
        className="self-start"
        busy={preview.isPending}
        onClick={() => {
          form.clearErrors();
          preview.mutate(form.getValues());
        }}
      >
        <Eye aria-hidden size={15} />
        Preview
      </Button>
      <div aria-live="polite">
        {preview.data && !preview.isPending && (
          <div className="flex flex-col gap-2 rounded-control bg-sunken p-3">
            <p className="break-words font-medium">{preview.data.subject}</p>
            <p className="whitespace-pre-wrap break-words">{preview.data.text}</p>
            {preview.data.body && (
              <details>
                <summary className="cursor-pointer rounded-control text-muted text-sm">
                  The body of the request
                </summary>
                <pre className="mt-2 overflow-x-auto whitespace-pre-wrap break-all font-mono text-sm">
                  {preview.data.body}
                </pre>
              </details>
            )}
          </div>
        )}
      </div>
    </div>
  );
}
