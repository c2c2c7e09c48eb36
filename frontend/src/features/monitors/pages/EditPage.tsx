import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { api, data } from '@/shared/api/client';
import { ApiError } from '@/shared/api/problem';
import type { MonitorFields } from '@/shared/api/schema';
import { Page } from '@/shared/ui/Page';
import { Failed, SkeletonRows } from '@/shared/ui/states';
import { toast } from '@/shared/ui/toast';
import { MonitorForm } from '../form/MonitorForm';
import { blank, valuesOf } from '../form/values';
import { monitorKeys, useMonitor } from '../queries';

export function NewPage() {
  const { clone } = useSearch({ from: '/inside/monitors/new' });
  const source = useMonitor(clone ?? 0);
  const navigate = useNavigate();
  const client = useQueryClient();

  async function save(body: MonitorFields) {
    const monitor = await data(api.POST('/monitors', { body }));
    client.invalidateQueries({ queryKey: monitorKeys.list });
    toast(`${monitor.name} is watched now`, { tone: 'good' });
    navigate({ to: '/monitors/$id', params: { id: String(monitor.id) } });
  }

  return (
    <Page title="New monitor">
      {clone && source.isPending ? (
        <SkeletonRows rows={3} className="h-40" />
      ) : (
        <MonitorForm
          initial={
            source.data ? { ...valuesOf(source.data), name: `${source.data.name} copy` } : blank
          }
          saveLabel="Start watching"
          onSave={save}
          onCancel={() => navigate({ to: '/monitors' })}
        />
      )}
    </Page>
  );
}

export function EditPage() {
  const id = Number(useParams({ from: '/inside/monitors/$id/edit' }).id);
  const { data: monitor, error, refetch } = useMonitor(id);
  const navigate = useNavigate();
  const client = useQueryClient();
  const back = () => navigate({ to: '/monitors/$id', params: { id: String(id) } });

  async function save(body: MonitorFields) {
    const { type: _fixed, ...patch } = body;
    try {
      const saved = await data(
        api.PATCH('/monitors/{id}', {
          params: { path: { id }, header: { 'If-Match': `"${monitor?.version}"` } },
          body: patch,
        }),
      );
      client.setQueryData(monitorKeys.one(id), saved);
      client.invalidateQueries({ queryKey: monitorKeys.list });
      toast(`Saved ${saved.name}`, { tone: 'good' });
      back();
    } catch (error) {
      if (error instanceof ApiError && error.status === 412) {
        throw new ApiError(
          {
            detail: 'Somebody else changed this monitor meanwhile. Reload the page and edit again.',
          },
          412,
        );
      }
      throw error;
    }
  }

  return (
    <Page title={monitor ? `Edit ${monitor.name}` : 'Edit'}>
      {error && <Failed what="The monitor could not be loaded" error={error} retry={refetch} />}
      {!monitor && !error && <SkeletonRows rows={3} className="h-40" />}
      {monitor && (
        <MonitorForm
          key={id}
          initial={valuesOf(monitor)}
          editing={id}
          saveLabel="Save"
          onSave={save}
          onCancel={back}
        />
      )}
    </Page>
  );
}
