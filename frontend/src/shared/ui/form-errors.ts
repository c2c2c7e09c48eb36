import type { FieldValues, Path, UseFormReturn } from 'react-hook-form';
import { ApiError, explain } from '@/shared/api/problem';

/**
 * Puts the server's refusal where it belongs: at the fields it names that the
 * form has, the rest at the form as a whole.
 */
export function showErrors<T extends FieldValues>(form: UseFormReturn<T>, error: unknown) {
  const rest: string[] = [];
  const names = Object.keys(form.getValues());

  for (const { field, message } of error instanceof ApiError ? error.fields : []) {
    const name = field.replace(/[[.].*$/, '');
    if (names.includes(name)) form.setError(name as Path<T>, { message: sentence(message) });
    else rest.push(field ? `${field}: ${message}` : message);
  }

  if (rest.length > 0) form.setError('root', { message: rest.map(sentence).join(' ') });
  else if (!(error instanceof ApiError) || error.fields.length === 0) {
    form.setError('root', { message: explain(error) });
  }

  const first = names.find((name) => form.getFieldState(name as Path<T>).error);
  if (first) form.setFocus(first as Path<T>);
}

export function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
