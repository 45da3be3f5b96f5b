//! The ground that the other scenarios stand on: a database for each test, and nothing shared.

use bursar_tests::both_databases;

both_databases! {
    /// Time stands still until the test moves it.
    async fn time_is_moved_by_hand(app: TestApp) {
        let before = app.app.now();
        assert_eq!(app.app.now(), before);
        app.advance(chrono::TimeDelta::days(3));
        assert_eq!((app.app.now() - before).num_hours(), 72);
    }
}
