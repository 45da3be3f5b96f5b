//! What a reader sees of an export that ends before its end.

use chrono::TimeDelta;
use futures_util::StreamExt as _;

use super::body::{JSONL, body};
use crate::domain::audit::{Entry, Filter, append_in_tx, export_page};
use crate::testing::TestApp;

#[tokio::test]
async fn an_export_that_may_not_go_on_is_broken_off() {
    let test = TestApp::new().await;
    let ada = test.sign_up("ada").await;
    let (app, actor, id) = (&test.app, &ada.signed_in.actor, ada.organization.id);
    let tx = app.db.begin().await.expect("begun");
    for number in 0..1_200 {
        let entry = Entry::new("test", "test")
            .organization(id)
            .value("n", number);
        append_in_tx(&*tx, app, actor, entry)
            .await
            .expect("written");
    }
    tx.commit().await.expect("committed");
    let filter = Filter {
        organization: Some(id),
        ..Filter::default()
    };
    let begin = || async {
        let first = export_page(app, actor, &filter, None)
            .await
            .expect("a page");
        body(app.clone(), actor.clone(), filter.clone(), JSONL, first).into_data_stream()
    };
    let whole = begin().await.map(|page| page.expect("a page").len());
    let pages: Vec<usize> = whole.collect().await;
    assert_eq!(pages.len(), 7, "two hundred at a time: {pages:?}");

    let mut cut = begin().await;
    assert!(cut.next().await.expect("a page").is_ok());
    // Longer than a session lasts.
    test.pass(TimeDelta::days(31));
    assert!(
        cut.next().await.expect("a word").is_err(),
        "not an end, but a break"
    );
}
