//! Nobody publishes what they have not seen, and nothing is published twice.

use super::editing::{edit, limit, price};
use super::hosting;
use super::people::{admin, customer};
use crate::domain::catalog::{preview_publication, publish_plan, update_plan};
use crate::error::Code;

#[tokio::test]
async fn what_was_not_previewed_is_not_published() {
    let world = hosting().await;
    let (app, admin) = (&world.app, admin(&world).await);
    let nothing = preview_publication(app, &admin, "starter")
        .await
        .expect_err("no draft");
    assert_eq!(nothing.code, Code::PreconditionFailed);

    update_plan(app, &admin, "starter", edit(vec![price(3_500)], vec![]))
        .await
        .expect("edits");
    let seen = preview_publication(app, &admin, "starter")
        .await
        .expect("previews")
        .hash;
    let again = preview_publication(app, &admin, "starter")
        .await
        .expect("previews")
        .hash;
    assert_eq!(seen, again, "looking changes nothing");

    update_plan(app, &admin, "starter", edit(vec![price(9_900)], vec![]))
        .await
        .expect("edits");
    let stale = publish_plan(app, &admin, "starter", &seen)
        .await
        .expect_err("edited since");
    assert_eq!(
        (stale.code, stale.path),
        (Code::Conflict, vec!["previewHash".to_owned()])
    );

    let seen = preview_publication(app, &admin, "starter")
        .await
        .expect("previews")
        .hash;
    customer(&world, "acme", "starter").await;
    let stale = publish_plan(app, &admin, "starter", &seen)
        .await
        .expect_err("one more subscriber");
    assert_eq!(stale.code, Code::Conflict);

    let seen = preview_publication(app, &admin, "starter")
        .await
        .expect("previews")
        .hash;
    publish_plan(app, &admin, "starter", &seen)
        .await
        .expect("publishes");
    let gone = publish_plan(app, &admin, "starter", &seen)
        .await
        .expect_err("published already");
    assert_eq!(gone.code, Code::PreconditionFailed);
}

#[tokio::test]
async fn two_admins_at_once_share_one_draft_and_publish_it_once() {
    let world = hosting().await;
    let (app, admin) = (&world.app, admin(&world).await);
    let (one, two) = tokio::join!(
        update_plan(app, &admin, "starter", edit(vec![price(3_500)], vec![])),
        update_plan(
            app,
            &admin,
            "starter",
            edit(vec![], vec![limit("members", 99)])
        ),
    );
    one.expect("edits");
    two.expect("edits");
    let preview = preview_publication(app, &admin, "starter")
        .await
        .expect("previews");
    assert_eq!(
        preview.changes.len(),
        2,
        "both edits are in the one draft: {preview:?}"
    );
    let (one, two) = tokio::join!(
        publish_plan(app, &admin, "starter", &preview.hash),
        publish_plan(app, &admin, "starter", &preview.hash),
    );
    assert_eq!(
        [&one, &two]
            .iter()
            .filter(|outcome| outcome.is_ok())
            .count(),
        1
    );
    let loser = one.err().or(two.err()).expect("one of them is late");
    assert_eq!(
        loser.code,
        Code::PreconditionFailed,
        "there is no draft any more"
    );
}

#[tokio::test]
async fn a_draft_that_changes_nothing_is_not_published() {
    let world = hosting().await;
    let (app, admin) = (&world.app, admin(&world).await);
    update_plan(app, &admin, "starter", edit(vec![price(2_900)], vec![]))
        .await
        .expect("edits");
    let hash = preview_publication(app, &admin, "starter")
        .await
        .expect("previews")
        .hash;
    let same = publish_plan(app, &admin, "starter", &hash)
        .await
        .expect_err("nothing changes");
    assert_eq!(same.code, Code::PreconditionFailed);
}
