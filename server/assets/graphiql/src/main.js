// The page at `/`: GraphiQL on the server's own graph, with nothing from anywhere else.

import './workers.js';
import 'graphiql/style.css';
import './page.css';

import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';

import { tabs } from './tabs.js';

const http = new URL('/graphql', location.href);
const socket = new URL(http);
socket.protocol = http.protocol === 'https:' ? 'wss:' : 'ws:';

// Headers of the headers editor go along with requests, and as `connection_init` payload with subscriptions.
const fetcher = createGraphiQLFetcher({
  url: http.href,
  subscriptionUrl: socket.href,
  enableIncrementalDelivery: false,
});

const page = createElement(
  GraphiQL,
  {
    fetcher,
    defaultTabs: tabs,
    isHeadersEditorEnabled: true,
    defaultEditorToolsVisibility: 'headers',
    shouldPersistHeaders: true,
  },
  createElement(GraphiQL.Logo, null, 'Bursar'),
);

createRoot(document.getElementById('graphiql')).render(page);
