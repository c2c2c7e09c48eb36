import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { explain } from '@/shared/api/problem';
import { ConfirmByName } from './ConfirmByName';
import { toast } from './toast';

type Named = { id: number; name: string };

type Options<T> = {
  /** Of the list that it is taken from. */
  queryKey: readonly unknown[];
  remove: (id: number) => Promise<unknown>;
  /** What is lost by it. */
  warning: (item: T) => ReactNode;
};

/** Asks for the name of one of a list, and deletes it: [ask, what asks]. */
export function useDeleteByName<T extends Named>(options: Options<T>) {
  const client = useQueryClient();
  const [item, setItem] = useState<T>();

  const remove = useMutation({
    mutationFn: ({ id }: T) => options.remove(id),
    onSuccess: (_, { name }) => {
      toast(`Deleted ${name}`);
      setItem(undefined);
    },
    onError: (error) => toast(explain(error), { tone: 'bad' }),
    onSettled: () => client.invalidateQueries({ queryKey: options.queryKey }),
  });

  const dialog = item && (
    <ConfirmByName
      open
      onOpenChange={() => setItem(undefined)}
      title={`Delete ${item.name}?`}
      name={item.name}
      action="Delete"
      busy={remove.isPending}
      onConfirm={() => remove.mutate(item)}
    >
      {options.warning(item)}
    </ConfirmByName>
  );

  return [setItem, dialog] as const;
}
