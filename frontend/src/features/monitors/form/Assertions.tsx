import { Plus, Trash2 } from 'lucide-react';
import { useFieldArray, useFormContext } from 'react-hook-form';
import { Button } from '@/shared/ui/Button';
import type { FormValues } from './values';

const operators = {
  eq: 'is',
  ne: 'is not',
  lt: 'is less than',
  le: 'is at most',
  gt: 'is more than',
  ge: 'is at least',
  contains: 'contains',
  not_contains: 'does not contain',
  exists: 'exists',
  not_exists: 'does not exist',
};

/** Conditions on the JSON or the headers of the answer. */
export function Assertions() {
  const { register, control, watch } = useFormContext<FormValues>();
  const { fields, append, remove } = useFieldArray({ control, name: 'assertions' });
  const values = watch('assertions');

  return (
    <div className="flex flex-col gap-2 sm:col-span-2">
      <p className="font-medium">
        Assertions <span className="font-normal text-muted">all must hold</span>
      </p>
      {fields.map((field, index) => {
        const value = values[index];
        return (
          <fieldset
            key={field.id}
            className="grid grid-cols-2 gap-2 rounded-control bg-sunken p-2 sm:grid-cols-[100px_minmax(0,1fr)_150px_minmax(0,1fr)_auto]"
          >
            <legend className="sr-only">Assertion {index + 1}</legend>
            <select
              aria-label="Source"
              {...register(`assertions.${index}.source`)}
              className="input"
            >
              <option value="json">JSON</option>
              <option value="header">Header</option>
            </select>
            <input
              aria-label={value?.source === 'header' ? 'Header' : 'Path'}
              placeholder={value?.source === 'header' ? 'content-type' : '$.status'}
              {...register(`assertions.${index}.at`)}
              className="input font-mono"
            />
            <select
              aria-label="Condition"
              {...register(`assertions.${index}.op`)}
              className="input"
            >
              {Object.entries(operators).map(([op, words]) => (
                <option key={op} value={op}>
                  {words}
                </option>
              ))}
            </select>
            {value?.op.endsWith('exists') ? (
              <span />
            ) : (
              <input
                aria-label="Value"
                placeholder="ok"
                {...register(`assertions.${index}.value`)}
                className="input font-mono"
              />
            )}
            <Button
              variant="ghost"
              size="icon"
              aria-label={`Remove assertion ${index + 1}`}
              onClick={() => remove(index)}
            >
              <Trash2 aria-hidden size={15} />
            </Button>
          </fieldset>
        );
      })}
      <Button
        size="sm"
        className="self-start"
        disabled={fields.length >= 10}
        onClick={() => append({ source: 'json', at: '', op: 'eq', value: '' })}
      >
        <Plus aria-hidden size={14} />
        Add an assertion
      </Button>
    </div>
  );
}
