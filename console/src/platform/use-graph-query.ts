/** One way to read the graph: keeps what was loaded while it refreshes or fails, and tries again when the server is back. */
import { useCallback, useEffect, useRef } from 'react';
import { type AnyVariables, type CombinedError, type TypedDocumentNode, useQuery } from 'urql';
import { useOnline } from './context';
import { type Failure, failureOf } from './failure';

export interface GraphQuery<Data> {
  /** The newest data for these variables; kept through a failed refresh. */
  data: Data | undefined;
  failure: Failure | null;
  /** Nothing to show yet. */
  loading: boolean;
  /** Something is shown and being refreshed. */
  refreshing: boolean;
  retry: () => void;
}

interface Options {
  pause?: boolean;
  requestPolicy?: 'cache-and-network' | 'network-only' | 'cache-first';
  /** Keep showing the previous variables' data until the new arrives (paging). */
  keepPrevious?: boolean;
}

function useKept<Data>(data: Data | undefined, key: string, keepPrevious: boolean): Data | undefined {
  const kept = useRef<{ key: string; data: Data } | null>(null);
  if (data !== undefined && data !== null) kept.current = { key, data };
  else if (kept.current && !keepPrevious && kept.current.key !== key) kept.current = null;
  return kept.current?.data;
}

/** Runs a query document with its variables. */
export function useGraphQuery<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  { pause = false, requestPolicy = 'cache-and-network', keepPrevious = false }: Options = {},
): GraphQuery<Data> {
  const [result, execute] = useQuery<Data>({
    query: query as TypedDocumentNode<Data, AnyVariables>,
    variables: variables as AnyVariables,
    pause,
    requestPolicy,
  });
  const online = useOnline();
  const data = useKept(result.data, JSON.stringify(variables), keepPrevious);
  const retry = useCallback(() => execute({ requestPolicy: 'network-only' }), [execute]);
  const failed = useRef(false);
  failed.current = Boolean(result.error);

  useEffect(() => {
    if (online && failed.current) retry();
  }, [online, retry]);

  const busy = result.fetching || result.stale;
  return {
    data,
    failure: result.error ? failureOf(result.error as CombinedError) : null,
    loading: data === undefined && !result.error && !pause,
    refreshing: data !== undefined && busy,
    retry,
  };
}
