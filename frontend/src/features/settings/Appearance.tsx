import { setPreferences, usePreferences } from '@/shared/preferences/preferences';
import { absolute } from '@/shared/time/format';
import { useNow } from '@/shared/time/useNow';
import { Field } from '@/shared/ui/Field';
import { Panel } from '@/shared/ui/Panel';
import { Segmented } from '@/shared/ui/Segmented';
import { Switch } from '@/shared/ui/Switch';

const zones = Intl.supportedValuesOf('timeZone');

export function Appearance() {
  const { theme, density, timeZone, shortcuts } = usePreferences();
  const now = useNow();

  return (
    <Panel title="Appearance" lead="Kept on this device only.">
      <div className="flex max-w-md flex-col gap-5">
        <div className="flex flex-col gap-1">
          <p className="font-medium">Theme</p>
          <div>
            <Segmented
              label="Theme"
              value={theme}
              options={[
                { value: 'system', label: 'System' },
                { value: 'light', label: 'Light' },
                { value: 'dark', label: 'Dark' },
              ]}
              onChange={(value) => setPreferences({ theme: value })}
            />
          </div>
        </div>
        <div className="flex flex-col gap-1">
          <p className="font-medium">Density of lists</p>
          <div>
            <Segmented
              label="Density of lists"
              value={density}
              options={[
                { value: 'cosy', label: 'Cosy' },
                { value: 'compact', label: 'Compact' },
              ]}
              onChange={(value) => setPreferences({ density: value })}
            />
          </div>
        </div>
        <Field label="Time zone" hint={`Now it is ${absolute(now / 1000)}.`}>
          {(wiring) => (
            <select
              {...wiring}
              className="input"
              value={timeZone}
              onChange={(event) => setPreferences({ timeZone: event.target.value })}
            >
              <option value="local">As on this device</option>
              <option value="UTC">UTC</option>
              {zones.map((zone) => (
                <option key={zone}>{zone}</option>
              ))}
            </select>
          )}
        </Field>
        <div className="flex items-center justify-between gap-4">
          <label htmlFor="shortcuts" className="font-medium">
            Keyboard shortcuts
            <span className="block font-normal text-muted text-sm">
              Single keys such as / j k n; ? shows all.
            </span>
          </label>
          <Switch
            id="shortcuts"
            checked={shortcuts}
            onChange={(on) => setPreferences({ shortcuts: on })}
          />
        </div>
      </div>
    </Panel>
  );
}
