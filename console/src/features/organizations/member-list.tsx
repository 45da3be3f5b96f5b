/** An organization's members, a page at a time. */
import { useState } from 'react';
import { Card } from '@/components/card';
import { Pager, type Turn } from '@/components/pager';
import { SkeletonRows } from '@/components/skeleton';
import { ErrorState } from '@/components/states';
import { Cell, HeaderCell, Row, RowHeader, Table } from '@/components/table';
import { OrganizationMembersDocument } from '@/gql/graphql';
import { useFormat, useMessages } from '@/i18n';
import { useGraphQuery } from '@/platform/use-graph-query';

const PAGE_SIZE = 10;

export function MemberList({ organizationId, count }: { organizationId: string; count: number }) {
  const messages = useMessages().organizations;
  const format = useFormat();
  const [turn, setTurn] = useState<Turn | null>(null);
  const size = turn && 'before' in turn ? { last: PAGE_SIZE } : { first: PAGE_SIZE };
  const { data, failure, loading, refreshing, retry } = useGraphQuery(
    OrganizationMembersDocument,
    { id: organizationId, ...size, ...turn },
    { keepPrevious: true },
  );
  const members = data?.organization?.members;
  return (
    <Card
      flush
      title={messages.members}
      hint={messages.memberCount(count)}
      actions={members && <Pager pageInfo={members.pageInfo} busy={refreshing} onTurn={setTurn} />}
    >
      {loading && <SkeletonRows count={4} height="h-8" />}
      {!members && failure && <ErrorState failure={failure} onRetry={retry} />}
      {members && members.nodes.length === 0 && (
        <p className="px-5 pb-5 text-sm text-ink-faint">{messages.noMembers}</p>
      )}
      {members && members.nodes.length > 0 && (
        <Table label={messages.members}>
          <thead>
            <tr>
              <HeaderCell>{messages.name}</HeaderCell>
              <HeaderCell>{messages.role}</HeaderCell>
              <HeaderCell numeric>{messages.joined}</HeaderCell>
            </tr>
          </thead>
          <tbody>
            {members.nodes.map((member) => (
              <Row key={member.id}>
                <RowHeader className="py-2">
                  {member.user.name}
                  <span className="block text-xs font-normal text-ink-faint">{member.user.email}</span>
                </RowHeader>
                <Cell className="py-2 text-ink-soft">{member.role.name}</Cell>
                <Cell numeric className="py-2 text-ink-faint">
                  {format.date(member.createdAt)}
                </Cell>
              </Row>
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  );
}
