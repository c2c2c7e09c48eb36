import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { useFormContext } from 'react-hook-form';
import { Field } from '@/shared/ui/Field';
import { Segmented } from '@/shared/ui/Segmented';
import type { Kind } from './kinds';
import { Preview } from './Preview';
import { type FormValues, type TemplateEvent, templateEvents } from './values';

const names: Record<TemplateEvent, string> = {
  down: 'Down',
  up: 'Up',
  degraded: 'Degraded',
  cert: 'Certificate',
  test: 'Test',
};

/** Texts of one's own, and what comes out of them. */
export function TextFields({ kind }: { kind: Kind }) {
  const [event, setEvent] = useState<TemplateEvent>('down');
  const { register, getFieldState, formState } = useFormContext<FormValues>();
  const subject = `templates.${event}.subject` as const;
  const text = `templates.${event}.text` as const;
  const [open, setOpen] = useState(false);
  const wrong = templateEvents.filter((each) => formState.errors.templates?.[each]);
  const elsewhere = wrong.filter((each) => each !== event).map((each) => names[each]);

  return (
    <details
      className="card group p-4 sm:p-5"
      open={open || wrong.length > 0}
      onToggle={(toggled) => setOpen(toggled.currentTarget.open)}
    >
      <summary className="flex cursor-pointer list-none items-center gap-2 rounded-control">
        <ChevronRight
          aria-hidden
          size={16}
          className="text-muted transition-transform duration-150 group-open:rotate-90"
        />
        <span>
          <h2 className="inline font-semibold text-lg">Texts</h2>
          <span className="block text-muted">Preview, and words of your own</span>
        </span>
      </summary>
      <div className="flex flex-col gap-4 pt-4">
        <div>
          <Segmented
            label="Event"
            value={event}
            options={templateEvents.map((value) => ({ value, label: names[value] }))}
            onChange={setEvent}
          />
        </div>
        {elsewhere.length > 0 && (
          <p role="alert" className="text-down-text text-sm">
            Something is wrong in: {elsewhere.join(', ')}
          </p>
        )}
        <Field
          key={subject}
          label="Subject"
          optional
          error={getFieldState(subject, formState).error?.message}
        >
          {(wiring) => (
            <input
              {...wiring}
              {...register(subject)}
              autoComplete="off"
              placeholder="{{monitor.name}} is {{status}}"
              className="input"
            />
          )}
        </Field>
        <Field
          key={text}
          label="Text"
          optional
          hint="{{monitor.name}}, {{cause}}, {{incident.duration}}, {{link}} and others are filled in. Empty: the usual text."
          error={getFieldState(text, formState).error?.message}
        >
          {(wiring) => (
            <textarea
              {...wiring}
              {...register(text)}
              rows={4}
              placeholder={'{{monitor.name}}: {{cause}}\n{{link}}'}
              className="input font-mono"
            />
          )}
        </Field>
        <Preview kind={kind} event={event} />
      </div>
    </details>
  );
}
