//! Lists, page by page: complete, without repetition, and stable while others insert (contract.md's conventions).

use bursar_tests::{Answer, Client, TestApp, both_databases};
use serde_json::{Value, json};

const PAGE: &str = "query($first: Int, $after: String, $last: Int, $before: String, $orderBy: OrganizationOrder, $filter: OrganizationFilter) {
    organizations(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy, filter: $filter) {
        totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { name } } nodes { name } } }";

async fn page(client: &Client, arguments: Value) -> Answer {
    client.query(PAGE, arguments).await
}

fn names(answer: &Answer) -> Vec<String> {
    answer
        .list("organizations.nodes")
        .iter()
        .map(|node| node["name"].as_str().unwrap().to_owned())
        .collect()
}

/// Somebody with organizations `a-…` to `g-…` beside the personal one, which is called after them.
async fn seven(app: &TestApp) -> (Client, Vec<String>) {
    let owner = app.anonymous.sign_up("owner").await;
    let mut made = vec![owner.email.clone()];
    for letter in ["d", "a", "g", "b", "f", "c", "e"] {
        made.push(owner.create_organization(letter).await.slug);
        app.advance(chrono::TimeDelta::seconds(1));
    }
    (owner.client, made)
}

both_databases! {
    /// Forwards and backwards, by creation and by name: every item once, in order.
    async fn pages_follow_each_other_without_gap_or_repetition(app: TestApp) {
        let (client, made) = seven(&app).await;
        let mut by_name = made.clone();
        by_name.sort();
        for (order, mut expected) in [("CREATED_AT", made), ("NAME", by_name)] {
            for direction in ["ASC", "DESC"] {
                let order = json!({ "field": order, "direction": direction });
                let mut forwards = Vec::new();
                let mut after = Value::Null;
                loop {
                    let answer = page(&client, json!({ "first": 3, "after": after, "orderBy": order })).await;
                    forwards.extend(names(&answer));
                    assert_eq!(answer.data("organizations.totalCount"), &json!(8));
                    if answer.data("organizations.pageInfo.hasNextPage") == &json!(false) {
                        break;
                    }
                    after = answer.data("organizations.pageInfo.endCursor").clone();
                }
                assert_eq!(forwards, expected, "{order}");
                let mut backwards = Vec::new();
                let mut before = Value::Null;
                loop {
                    let answer = page(&client, json!({ "last": 3, "before": before, "orderBy": order })).await;
                    backwards.splice(0..0, names(&answer));
                    if answer.data("organizations.pageInfo.hasPreviousPage") == &json!(false) {
                        break;
                    }
                    before = answer.data("organizations.pageInfo.startCursor").clone();
                }
                assert_eq!(backwards, expected, "{order} from the end");
                expected.reverse();
            }
        }
    }

    /// A cursor stands for a place in the list: what is inserted before it shifts nothing, what comes after it is seen.
    async fn cursors_survive_inserts(app: TestApp) {
        let owner = app.anonymous.sign_up("zoe").await;
        for name in ["b", "d", "f"] {
            owner.create_organization(name).await;
        }
        let order = json!({ "field": "NAME", "direction": "ASC" });
        let first = page(&owner.client, json!({ "first": 2, "orderBy": order })).await;
        let seen = names(&first);
        assert!(seen[0].starts_with("b-") && seen[1].starts_with("d-"), "{seen:?}");
        owner.create_organization("a").await;
        owner.create_organization("c").await;
        owner.create_organization("e").await;
        let after = first.data("organizations.pageInfo.endCursor");
        let rest = names(&page(&owner.client, json!({ "first": 10, "after": after, "orderBy": order })).await);
        let initials: Vec<&str> = rest.iter().map(|name| &name[..1]).collect();
        assert_eq!(initials, ["e", "f", "z"]);
    }

    /// Sizes and cursors that make no sense.
    async fn arguments_out_of_range_are_bad_requests(app: TestApp) {
        let (client, _) = seven(&app).await;
        for arguments in [
            json!({ "first": 101 }),
            json!({ "first": 0 }),
            json!({ "first": -1 }),
            json!({ "last": 101 }),
            json!({ "first": 1, "last": 1 }),
            json!({ "first": 1, "after": "nonsense" }),
            json!({ "first": 1, "after": "" }),
            json!({ "last": 1, "before": "bm9uc2Vuc2U" }),
        ] {
            page(&client, arguments.clone()).await.expect_code("BAD_REQUEST");
        }
        let by_name = page(&client, json!({ "first": 1, "orderBy": { "field": "NAME", "direction": "ASC" } })).await;
        let cursor = by_name.data("organizations.pageInfo.endCursor");
        page(&client, json!({ "first": 1, "after": cursor })).await.expect_code("BAD_REQUEST");
        assert_eq!(names(&page(&client, json!({ "first": 100 })).await).len(), 8, "one hundred is allowed");
    }

    /// The filters of a list narrow its count as well; the text is searched as it is, whatever it contains.
    async fn filters_narrow_page_and_count(app: TestApp) {
        let (_, made) = seven(&app).await;
        let admin = app.admin().await;
        let of = |filter: Value| {
            let admin = admin.clone();
            async move {
                let answer = page(&admin, json!({ "first": 50, "filter": filter })).await;
                assert_eq!(answer.data("organizations.totalCount"), &json!(names(&answer).len()));
                names(&answer)
            }
        };
        assert_eq!(of(json!({})).await.len(), 8);
        assert_eq!(of(json!({ "text": made[2].to_uppercase() })).await, [made[2].clone()]);
        assert_eq!(of(json!({ "text": "%" })).await.len(), 0);
        assert_eq!(of(json!({ "text": "_" })).await.len(), 0);
        assert_eq!(of(json!({ "planKey": "free", "status": "ACTIVE" })).await.len(), 8);
        assert_eq!(of(json!({ "planKey": "starter" })).await.len(), 0);
        assert_eq!(of(json!({ "isActive": false })).await.len(), 0);
    }
}
