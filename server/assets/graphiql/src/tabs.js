// What a first visitor finds: a query that needs no token, and the way to a token. Lines fit the narrow editor.

const welcome = `# Welcome to Bursar's graph.
#
# Run this with Ctrl+Enter (or Cmd+Enter).
# The next tab signs in; the book on the left
# explains every type.

query Welcome {
  serverInfo {
    version
  }
}
`;

const signIn = `# The server printed an address and a password
# when it first started. Fill them in, run,
# and copy the accessToken into Headers below:
#
#   { "Authorization": "Bearer …" }
#
# Headers stay in this browser until cleared.

mutation SignIn {
  signIn(input: { email: "", password: "" }) {
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

export const tabs = [{ query: welcome }, { query: signIn }];
