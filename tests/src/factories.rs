//! People, organizations and what they own, made through the graph as anybody else would.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::client::{Client, unique};

/// The password of everybody that the factories sign up.
pub const PASSWORD: &str = "correct horse battery staple";

/// Somebody who has signed up.
#[derive(Clone, Debug)]
pub struct Person {
    /// A client with their access token.
    pub client: Client,
    /// Their id.
    pub id: String,
    /// Their address.
    pub email: String,
    /// Their refresh token.
    pub refresh_token: String,
    /// The personal organization that signing up made.
    pub personal_organization: String,
}

/// An organization and its owner.
#[derive(Clone, Debug)]
pub struct Organization {
    /// The id.
    pub id: String,
    /// The slug.
    pub slug: String,
    /// Its owner.
    pub owner: Person,
}

impl Client {
    /// Signs somebody up whose address nobody else has.
    pub async fn sign_up(&self, stem: &str) -> Person {
        self.sign_up_as(&format!("{}@example.com", unique(stem)))
            .await
    }

    /// Signs somebody up with this address.
    pub async fn sign_up_as(&self, email: &str) -> Person {
        let answer = self
            .anonymous()
            .mutate(
                "signUp",
                json!({ "email": email, "password": PASSWORD, "name": email }),
                "session { accessToken refreshToken } viewer { user { id } } organization { id }",
            )
            .await
            .expect_no_errors();
        Person {
            client: self.with_token(&answer.text("signUp.session.accessToken")),
            id: answer.text("signUp.viewer.user.id"),
            email: email.to_owned(),
            refresh_token: answer.text("signUp.session.refreshToken"),
            personal_organization: answer.text("signUp.organization.id"),
        }
    }

    /// Signs in; the answer with the session.
    pub async fn sign_in(&self, email: &str, password: &str) -> Answer {
        self.anonymous()
            .mutate(
                "signIn",
                json!({ "email": email, "password": password }),
                "session { accessToken refreshToken expiresAt } viewer { isSystemAdmin user { id email } }",
            )
            .await
    }

    /// Signs in, which must work.
    pub async fn signed_in(&self, email: &str, password: &str) -> Self {
        let answer = self.sign_in(email, password).await.expect_no_errors();
        self.with_token(&answer.text("signIn.session.accessToken"))
    }
}

impl Person {
    /// Signs in anew, because access tokens do not last as long as some tests do.
    pub async fn sign_in_again(&mut self) {
        self.client = self.client.signed_in(&self.email, PASSWORD).await;
    }

    /// Creates an organization, which they own.
    pub async fn create_organization(&self, stem: &str) -> Organization {
        let slug = unique(stem);
        let answer = self
            .client
            .mutate(
                "createOrganization",
                json!({ "name": slug, "slug": slug }),
                "organization { id }",
            )
            .await
            .expect_no_errors();
        Organization {
            id: answer.text("createOrganization.organization.id"),
            slug,
            owner: self.clone(),
        }
    }
}

impl Organization {
    /// Somebody new, with this role, who has accepted an invitation.
    pub async fn add_member(&self, role: &str) -> Person {
        let person = self.owner.client.sign_up("member").await;
        let token = self.invite(&person.email, role).await;
        person
            .client
            .mutate(
                "acceptInvitation",
                json!({ "token": token }),
                "membership { id }",
            )
            .await
            .expect_no_errors();
        person
    }

    /// Somebody new, with a role about these projects, who has accepted an invitation.
    pub async fn add_project_member(&self, role: &str, projects: &[&str]) -> Person {
        let person = self.owner.client.sign_up("member").await;
        let input = json!({
            "organizationId": self.id,
            "email": person.email,
            "roleKey": role,
            "projectIds": projects,
        });
        let invited = self
            .owner
            .client
            .mutate("inviteMember", input, "token")
            .await
            .expect_no_errors();
        let token = invited.text("inviteMember.token");
        person
            .client
            .mutate(
                "acceptInvitation",
                json!({ "token": token }),
                "membership { id }",
            )
            .await
            .expect_no_errors();
        person
    }

    /// Invites an address; the invitation's token.
    pub async fn invite(&self, email: &str, role: &str) -> String {
        self.invitation(email, role).await.1
    }

    /// Invites an address; the invitation's id and token.
    pub async fn invitation(&self, email: &str, role: &str) -> (String, String) {
        let input = json!({ "organizationId": self.id, "email": email, "roleKey": role });
        let answer = self
            .owner
            .client
            .mutate("inviteMember", input, "token invitation { id }")
            .await
            .expect_no_errors();
        (
            answer.text("inviteMember.invitation.id"),
            answer.text("inviteMember.token"),
        )
    }

    /// The id of a member's membership.
    pub async fn membership(&self, person: &Person) -> String {
        let document = "query($id: ID!) { organization(id: $id) { members(first: 100) { nodes { id user { id } } } } }";
        let answer = self
            .owner
            .client
            .query(document, json!({ "id": self.id }))
            .await;
        let nodes = answer.list("organization.members.nodes").iter();
        let own = |node: &&Value| node["user"]["id"] == person.id.as_str();
        let found = nodes.into_iter().find(own);
        found
            .and_then(|node| node["id"].as_str())
            .expect("a member")
            .to_owned()
    }

    /// Defines a role with these permissions, as the owner.
    pub async fn create_role(&self, key: &str, permissions: &[&str]) {
        let input = json!({ "organizationId": self.id, "key": key, "name": key, "permissions": permissions });
        self.owner
            .client
            .mutate("createRole", input, "role { key }")
            .await
            .expect_no_errors();
    }

    /// Tries to create a resource; `amounts` as pairs of meter and amount.
    pub async fn try_create_resource(
        &self,
        kind: &str,
        amounts: &[(&str, f64)],
        parent: Option<&str>,
    ) -> Answer {
        let input = json!({
            "organizationId": self.id,
            "kind": kind,
            "name": unique(kind),
            "parentId": parent,
            "amounts": items(amounts),
        });
        let selection = format!("resource {{ id }} {DECISION}");
        self.owner
            .client
            .mutate("createResource", input, &selection)
            .await
    }

    /// Creates a resource, which must work; its id.
    pub async fn create_resource(
        &self,
        kind: &str,
        amounts: &[(&str, f64)],
        parent: Option<&str>,
    ) -> String {
        self.try_create_resource(kind, amounts, parent)
            .await
            .expect_no_errors()
            .text("createResource.resource.id")
    }

    /// Deletes a resource, which must work.
    pub async fn delete_resource(&self, id: &str) {
        self.owner
            .client
            .mutate(
                "deleteResource",
                json!({ "resourceId": id }),
                "deletedResourceId",
            )
            .await
            .expect_no_errors();
    }

    /// Consumes, as the owner.
    pub async fn consume(&self, items: &[(&str, f64)], key: Option<&str>) -> Answer {
        consume(&self.owner.client, &self.id, items, key).await
    }

    /// Gives back, as the owner.
    pub async fn release(&self, wanted: &[(&str, f64)], key: Option<&str>) -> Answer {
        let input =
            json!({ "organizationId": self.id, "items": items(wanted), "idempotencyKey": key });
        let selection = format!("{DECISION} decisions {{ allowed }}");
        self.owner
            .client
            .mutate("releaseQuota", input, &selection)
            .await
    }

    /// The same organization with its owner signed in again, as has to be when time has moved on.
    pub async fn signed_in_again(mut self) -> Self {
        let owner = &mut self.owner;
        owner.client = owner.client.signed_in(&owner.email, PASSWORD).await;
        self
    }

    /// Sets quota aside, as the owner; `more` is merged into the input.
    pub async fn reserve(&self, wanted: &[(&str, f64)], more: Value) -> Answer {
        let mut input = json!({ "organizationId": self.id, "items": items(wanted) });
        if let (Some(input), Value::Object(more)) = (input.as_object_mut(), more) {
            input.extend(more);
        }
        self.owner
            .client
            .mutate("reserveQuota", input, RESERVATION)
            .await
    }

    /// Commits, cancels or extends a reservation, as the owner.
    pub async fn reservation(&self, mutation: &str, input: Value) -> Answer {
        self.owner.client.mutate(mutation, input, RESERVATION).await
    }

    /// Sets a limit for this organization alone; `admin` must be a system admin.
    pub async fn set_override(&self, admin: &Client, meter: &str, limit: f64, policy: &str) {
        let input = json!({
            "organizationId": self.id, "meter": meter, "limit": limit, "policy": policy, "reason": "a test",
        });
        let answer = admin
            .mutate("setQuotaOverride", input, "quota { limit policy }")
            .await
            .expect_no_errors();
        let set = answer.number("setQuotaOverride.quota.limit");
        assert!((set - limit).abs() < f64::EPSILON, "{answer}");
        assert_eq!(answer.text("setQuotaOverride.quota.policy"), policy);
    }

    /// The quota of a meter, as the owner sees it.
    pub async fn quota(&self, meter: &str) -> Value {
        let document = "query($id: ID!, $meter: String!) { organization(id: $id) { quota(meter: $meter) {
            used reserved limit remaining percentage level policy explanation { source amount } } } }";
        let answer = self
            .owner
            .client
            .query(document, json!({ "id": self.id, "meter": meter }))
            .await;
        answer.data("organization.quota").clone()
    }
}

/// The selection of a decision in full.
pub(crate) const DECISION: &str =
    "decision { allowed policy meter { key } requested used reserved limit remaining
    level bindingSource message sequence }";

/// The selection of a reservation in full.
const RESERVATION: &str = "reservation { id status expiresAt items { meter { key } amount committed } }
    decision { allowed meter { key } requested used reserved remaining level message resetsAt suggestedPlan { key } }
    decisions { allowed used reserved }";

/// Amounts of meters as the graph takes them.
fn items(amounts: &[(&str, f64)]) -> Value {
    amounts
        .iter()
        .map(|(meter, amount)| json!({ "meter": meter, "amount": amount }))
        .collect()
}

/// Consumes on behalf of `client`, perhaps at another server process than the organization was made at.
pub(crate) async fn consume(
    client: &Client,
    organization: &str,
    wanted: &[(&str, f64)],
    key: Option<&str>,
) -> Answer {
    let input =
        json!({ "organizationId": organization, "items": items(wanted), "idempotencyKey": key });
    let selection =
        format!("{DECISION} decisions {{ allowed meter {{ key }} requested used remaining }}");
    client.mutate("consumeQuota", input, &selection).await
}

impl Client {
    /// Consumes for an organization, as this client.
    pub async fn consume(
        &self,
        organization: &str,
        wanted: &[(&str, f64)],
        key: Option<&str>,
    ) -> Answer {
        consume(self, organization, wanted, key).await
    }
}
