import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { followPreferences } from '@/shared/preferences/preferences';
import { TooltipProvider } from '@/shared/ui/Tooltip';
import '@/shared/theme/tokens.css';
import { queryClient } from './query-client';
import { router } from './router';

followPreferences();

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <TooltipProvider delayDuration={300}>
        <RouterProvider router={router} />
      </TooltipProvider>
    </QueryClientProvider>
  </StrictMode>,
);
