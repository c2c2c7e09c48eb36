import type { FieldValues, Path, UseFormReturn } from 'react-hook-form';
import { ApiError, explain } from '@/shared/api/problem';

/**
 * Puts the server's refusal where it belongs: at the fields it names that the
 * form has, the rest at the form as a whole.
 */
export function showErrors<T extends FieldValues>(
  form: UseFormReturn<T>,
  error: unknown,
  /** Of fields that it does not have: where the error is shown. */
  instead: Record<string, Path<T>> = {},
) {
  const rest: string[] = [];
  let first: Path<T> | undefined;

  for (const { field, message } of error instanceof ApiError ? error.fields : []) {
    const name = fieldOf(form, field);
    if (name) {
      form.setError(name, { message: sentence(message) });
      first ??= name;
    } else if (instead[field]) {
      form.setError(instead[field], { message: sentence(`${field} ${message}`) });
      first ??= instead[field];
    } else {
      rest.push(field ? `${field}: ${message}` : message);
    }
  }

  if (rest.length > 0) form.setError('root', { message: rest.map(sentence).join(' ') });
  else if (!(error instanceof ApiError) || error.fields.length === 0) {
    form.setError('root', { message: explain(error) });
  }

  if (first) form.setFocus(first);
}

/** "config.headers.X" is at the form's "config.headers", "tags[2]" at "tags". */
function fieldOf<T extends FieldValues>(form: UseFormReturn<T>, field: string) {
  let name = field.replace(/\[.*$/, '');

  while (name) {
    const value: unknown = form.getValues(name as Path<T>);
    const group = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (value !== undefined && !group) return name as Path<T>;
    name = name.slice(0, Math.max(name.lastIndexOf('.'), 0));
  }

  return undefined;
}

export function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
