//! The same key with the same arguments gives the first decision; with others it is a conflict (QUO-2).

use bursar_tests::both_databases;
use serde_json::json;

both_databases! {
    /// A grant is repeated, not granted again, whatever has happened in between.
    async fn a_repeated_grant_is_the_first_one(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        let wanted = [("projects", 8.0), ("cpu", 0.25)];
        let first = organization.consume(&wanted, Some("order-1")).await.expect_no_errors();
        organization.consume(&[("projects", 2.0)], None).await.expect_no_errors();
        let again = organization.consume(&wanted, Some("order-1")).await.expect_no_errors();
        assert_eq!(first.data("consumeQuota"), again.data("consumeQuota"));
        assert_eq!(organization.quota("projects").await["used"], json!(10));
    }

    /// A refusal is repeated too, even when there would be room by now.
    async fn a_repeated_refusal_stays_a_refusal(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.consume(&[("servers", 5.0)], None).await.expect_no_errors();
        let first = organization.consume(&[("servers", 1.0)], Some("order-2")).await.expect_no_errors();
        assert_eq!(first.data("consumeQuota.decision.allowed"), &json!(false));
        organization.release(&[("servers", 5.0)], None).await.expect_no_errors();
        let again = organization.consume(&[("servers", 1.0)], Some("order-2")).await.expect_no_errors();
        assert_eq!(first.data("consumeQuota"), again.data("consumeQuota"));
        assert_eq!(organization.quota("servers").await["used"], json!(0));
    }

    /// Another amount, meter, number of items or operation under the same key is a conflict and changes nothing.
    async fn a_key_stands_for_one_request(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.consume(&[("projects", 1.0)], Some("order-3")).await.expect_no_errors();
        let before = app.snapshot().await;
        for other in [vec![("projects", 2.0)], vec![("servers", 1.0)], vec![("projects", 1.0), ("servers", 1.0)]] {
            let error = organization.consume(&other, Some("order-3")).await.expect_user_error("CONFLICT");
            assert_eq!(error.path, "idempotencyKey");
        }
        let error = organization.release(&[("projects", 1.0)], Some("order-3")).await.expect_user_error("CONFLICT");
        assert_eq!(error.path, "idempotencyKey");
        app.snapshot().await.assert_same(&before, "a conflict");
    }

    /// A request that was malformed has not used its key up.
    async fn a_malformed_request_leaves_its_key_free(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        organization.consume(&[("projects", 0.5)], Some("order-4")).await.expect_user_error("VALIDATION");
        let answer = organization.consume(&[("projects", 1.0)], Some("order-4")).await.expect_no_errors();
        assert_eq!(answer.data("consumeQuota.decision.allowed"), &json!(true));
    }

    /// The same key in another organization is another key.
    async fn keys_belong_to_their_organization(app: TestApp) {
        let owner = app.anonymous.sign_up("owner").await;
        let (one, two) = (owner.create_organization("one").await, owner.create_organization("two").await);
        one.consume(&[("projects", 1.0)], Some("order-5")).await.expect_no_errors();
        two.consume(&[("projects", 2.0)], Some("order-5")).await.expect_no_errors();
        assert_eq!(one.quota("projects").await["used"], json!(1));
        assert_eq!(two.quota("projects").await["used"], json!(2));
    }
}
