/** Starts the console in the page. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { loadPlatform } from '@/platform';
import { createConnection } from '@/platform/connection';
import { App } from './app';
import './styles.css';

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');

const platform = await loadPlatform();
createRoot(root).render(
  <StrictMode>
    <App platform={platform} connection={createConnection(platform)} />
  </StrictMode>,
);
