//! Applying and exporting.

use super::{document, world};
use crate::actor::Actor;
use crate::domain::catalog::{HOSTING, apply, export};

#[tokio::test]
async fn applying_twice_changes_nothing_and_an_export_applies_to_no_change() {
    let world = world().await;
    let (app, system) = (&world.app, Actor::system());
    let first = apply(app, &system, &document(HOSTING), false)
        .await
        .expect("applies");
    assert!(first.is_change());
    let second = apply(app, &system, &document(HOSTING), false)
        .await
        .expect("applies");
    assert!(!second.is_change(), "{second}");
    let file = export(app, &system).await.expect("exports");
    assert_eq!(document(&file), document(HOSTING));
    let third = apply(app, &system, &document(&file), false)
        .await
        .expect("applies");
    assert!(!third.is_change(), "{third}");
}
