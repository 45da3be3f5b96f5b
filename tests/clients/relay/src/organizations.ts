// Pages of a front end on Relay, as its compiler sees them: only the documents matter here.

import { graphql } from 'react-relay';

export const OrganizationsQuery = graphql`
  query organizationsQuery($count: Int!, $cursor: String, $filter: OrganizationFilter) {
    viewer { isSystemAdmin ...organizationsViewer_viewer }
    ...organizationsList_query @arguments(count: $count, cursor: $cursor, filter: $filter)
  }
`;

export const ViewerFragment = graphql`
  fragment organizationsViewer_viewer on Viewer {
    user { id name email }
  }
`;

export const ListFragment = graphql`
  fragment organizationsList_query on Query
  @argumentDefinitions(
    count: { type: "Int", defaultValue: 20 }
    cursor: { type: "String" }
    filter: { type: "OrganizationFilter" }
  )
  @refetchable(queryName: "organizationsListPaginationQuery") {
    organizations(first: $count, after: $cursor, filter: $filter) @connection(key: "organizationsList_organizations") {
      totalCount
      edges { node { id ...organizationsRow_organization } }
    }
  }
`;

export const RowFragment = graphql`
  fragment organizationsRow_organization on Organization
  @refetchable(queryName: "organizationsRowRefetchQuery") {
    name
    slug
    version
    subscription { status plan { key name } price { amountMinor currency formatted } }
    quotas { meter { key name unit } used limit percentage level }
  }
`;
