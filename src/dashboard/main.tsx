import './ui/tokens.css';
import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createQueryClient } from './api/queries.ts';
import { Router } from 'wouter';
import { App } from './app.tsx';
import { applyTheme } from './shell/theme.ts';
import { Toasts } from './shell/toast.tsx';
import { askBeforeGoing, guardBrowser } from './ui/drafts.ts';

applyTheme();
guardBrowser();
const root = document.getElementById('root');
if (root === null) throw new TypeError('the document has no #root');
createRoot(root).render(
  <StrictMode>
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={createQueryClient()}>
        <Router aroundNav={askBeforeGoing}>
          <App />
        </Router>
        <Toasts />
      </QueryClientProvider>
    </CSPProvider>
  </StrictMode>,
);
