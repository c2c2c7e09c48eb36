import { useMutation, useQueryClient } from '@tanstack/react-query';
import { explain } from '@/shared/api/problem';
import { ConfirmByName } from '@/shared/ui/ConfirmByName';
import { toast } from '@/shared/ui/toast';
import { bulkDelete } from '../api';

type Props = {
  monitors: { id: number; name: string }[];
  onClose: () => void;
  onDeleted: () => void;
};

export default function DeleteMonitors({ monitors, onClose, onDeleted }: Props) {
  const client = useQueryClient();
  const one = monitors.length === 1 ? monitors[0] : undefined;
  const what = one ? one.name : `${monitors.length} monitors`;

  const { mutate, isPending } = useMutation({
    mutationFn: () => bulkDelete(monitors.map((monitor) => monitor.id)),
    onSuccess: () => {
      toast(`Deleted ${what}`);
      onClose();
      onDeleted();
    },
    onError: (error) => toast(explain(error), { tone: 'bad' }),
    onSettled: () => client.invalidateQueries({ queryKey: ['monitors', 'list'] }),
  });

  return (
    <ConfirmByName
      open
      onOpenChange={onClose}
      title={`Delete ${what}?`}
      name={what}
      action="Delete"
      busy={isPending}
      onConfirm={mutate}
    >
      With all checks and incidents. This cannot be undone; to stop only the checks, pause instead.
    </ConfirmByName>
  );
}
