// A page about one organization: node refetching, paging inside a node, mutations and a live feed.

import { graphql } from 'react-relay';

export const OrganizationQuery = graphql`
  query organizationPageQuery($id: ID!) {
    node(id: $id) {
      id
      __typename
      ...organizationMembers_organization @alias(as: "organization")
    }
  }
`;

export const MembersFragment = graphql`
  fragment organizationMembers_organization on Organization
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" })
  @refetchable(queryName: "organizationMembersPaginationQuery") {
    members(first: $count, after: $cursor) @connection(key: "organizationMembers_members") {
      edges { node { user { name email } role { key name } } }
    }
  }
`;

export const UpdateMutation = graphql`
  mutation organizationUpdateMutation($input: UpdateOrganizationInput!) {
    updateOrganization(input: $input) {
      organization { ...organizationsRow_organization }
      userErrors { code message path }
    }
  }
`;

export const DeleteResourceMutation = graphql`
  mutation organizationDeleteResourceMutation($input: DeleteResourceInput!) {
    deleteResource(input: $input) {
      deletedResourceId @deleteRecord
      userErrors { code message path }
    }
  }
`;

export const CrossingsSubscription = graphql`
  subscription organizationCrossingsSubscription($organizationId: ID, $after: String) {
    quotaThresholdCrossed(organizationId: $organizationId, after: $after) {
      id
      sequence
      cursor
      level
      direction
      occurredAt
      meter { key }
      organization { id ...organizationsRow_organization }
    }
  }
`;
