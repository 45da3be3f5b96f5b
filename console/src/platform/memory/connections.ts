/** Relay connections over arrays, as the server pages (contract.md). */

export interface PageArgs {
  first?: number | null;
  after?: string | null;
  last?: number | null;
  before?: string | null;
}

/** Cuts a page out of the rows; a row's id is its cursor. */
export function connection<Row extends { id: string }>(rows: readonly Row[], { first, after, last, before }: PageArgs) {
  const from = after ? rows.findIndex(({ id }) => id === after) + 1 : 0;
  const to = before ? rows.findIndex(({ id }) => id === before) : rows.length;
  let start = from;
  let end = to;
  if (first != null) end = Math.min(end, start + first);
  if (last != null) start = Math.max(start, end - last);
  const nodes = rows.slice(start, end);
  return {
    nodes,
    edges: nodes.map((node) => ({ cursor: node.id, node })),
    totalCount: rows.length,
    pageInfo: {
      hasNextPage: end < rows.length,
      hasPreviousPage: start > 0,
      startCursor: nodes[0]?.id ?? null,
      endCursor: nodes.at(-1)?.id ?? null,
    },
  };
}
