// What a first visitor finds: a query that needs no token, the way to a token, and what to do with it.

const headers = '{\n  "Authorization": "Bearer "\n}';

const welcome = `# Welcome to Bursar: organizations, plans, subscriptions, quotas and audit logs in one graph.
#
# Run this with Ctrl+Enter (Cmd+Enter). The next tab signs in; the book on the left explains every type.

query Welcome {
  serverInfo {
    version
  }
}
`;

const signIn = `# The address and the password are what the server printed when it first started.
# Copy the accessToken from the answer into the Headers editor below: "Bearer …".
# Headers stay in this browser until you clear them.

mutation SignIn($input: SignInInput!) {
  signIn(input: $input) {
    session {
      accessToken
      expiresAt
    }
    userErrors {
      code
      message
    }
  }
}
`;

const credentials = `{
  "input": {
    "email": "admin@example.com",
    "password": ""
  }
}`;

export const tabs = [
  { query: welcome, headers },
  { query: signIn, variables: credentials },
];
