//! The jobs that every server runs.

use std::time::{Duration, Instant};

use bursar_tests::both_databases;
use serde_json::json;

use super::{recomputed, record, stored};

both_databases! {
    /// Started, they work by themselves; stopped, they are gone.
    async fn usage_is_rolled_up_by_itself(app: TestApp) {
        let organization = app.anonymous.sign_up("owner").await.create_organization("acme").await;
        record(&organization, &[json!({ "meter": "projects", "amount": 1, "key": "a" })]).await.expect_no_errors();
        let jobs = bursar::jobs::start(&app.app);
        let begun = Instant::now();
        let expected = recomputed(&app.app).await;
        while stored(&app.app).await != expected {
            assert!(begun.elapsed() < Duration::from_secs(45), "{:?}", stored(&app.app).await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let stopping = Instant::now();
        jobs.stop().await;
        assert!(stopping.elapsed() < Duration::from_secs(5));
    }
}
