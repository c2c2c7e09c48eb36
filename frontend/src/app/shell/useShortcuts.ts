// Keys that work on every page: Ctrl/Cmd K, ?, n, and g followed by a letter.
// Keys without a modifier can be switched off (WCAG 2.1.4).

import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { preferences } from '@/shared/preferences/preferences';
import { isTyping } from '@/shared/ui/keys';
import { destinations } from './navigation';

const helpEvent = 'uptime:help';

export function openHelp() {
  dispatchEvent(new Event(helpEvent));
}

export function useShortcuts(open: (overlay: 'palette' | 'help') => void) {
  const navigate = useNavigate();

  useEffect(() => {
    // when g was pressed; time counts from the page's load, so 0 is not long ago
    let prefix = Number.NEGATIVE_INFINITY;

    function onKey(event: KeyboardEvent) {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        open('palette');
        return;
      }

      if (!preferences().shortcuts || isTyping(event)) return;

      if (event.timeStamp - prefix < 1200) {
        prefix = Number.NEGATIVE_INFINITY;
        const place = destinations.find((destination) => destination.key === event.key);
        if (place) navigate({ to: place.to });
        return;
      }

      if (event.key === 'g') prefix = event.timeStamp;
      else if (event.key === '?') open('help');
      else if (event.key === 'n') navigate({ to: '/monitors/new' });
    }

    const onHelp = () => open('help');
    addEventListener('keydown', onKey);
    addEventListener(helpEvent, onHelp);
    return () => {
      removeEventListener('keydown', onKey);
      removeEventListener(helpEvent, onHelp);
    };
  }, [navigate, open]);
}
