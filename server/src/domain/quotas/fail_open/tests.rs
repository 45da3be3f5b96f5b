//! The files by themselves: what is on the disk, and who may take it.

use bursar_entities::enums::ActorKind;
use chrono::DateTime;
use uuid::Uuid;

use super::entry::Entry;
use super::outage::Outage;
use super::spool::Spool;

fn entry(number: u128) -> Entry {
    Entry {
        id: Uuid::from_u128(number),
        organization: Uuid::from_u128(7),
        key: format!("key {number}"),
        fingerprint: [3; 16],
        items: vec![(Uuid::from_u128(9), 5)],
        occurred_at: DateTime::UNIX_EPOCH,
        actor_kind: ActorKind::User,
        actor_id: None,
    }
}

#[tokio::test]
async fn what_is_written_is_taken_once_nobody_writes_it() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (
        Spool::new(folder.path().join("spool")),
        Spool::new(folder.path().join("spool")),
    );
    assert!(
        ours.take().await.unwrap().is_empty(),
        "there is no folder yet"
    );
    for number in [1, 2] {
        let mut current = ours.current().await;
        ours.append(&mut current, &entry(number)).await.unwrap();
    }
    assert!(
        theirs.take().await.unwrap().is_empty(),
        "it is still written"
    );
    let mut taken = ours.take().await.unwrap();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].entries, [entry(1), entry(2)]);
    assert!(
        theirs.take().await.unwrap().is_empty(),
        "it is being settled"
    );
    let mut current = ours.current().await;
    ours.append(&mut current, &entry(3)).await.unwrap();
    drop(current);
    ours.remove(taken.remove(0)).await.unwrap();
    drop(ours);
    let left = theirs.take().await.unwrap();
    assert_eq!(left[0].entries, [entry(3)], "the process is gone");
}

#[test]
fn an_outage_is_over_soon() {
    let outage = Outage::default();
    let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
    assert!(!outage.lasts(at(100)));
    outage.begin(at(100));
    assert!(outage.lasts(at(100)));
    assert!(!outage.lasts(at(101)), "it is asked again");
    assert!(!outage.lasts(at(99)), "a clock that went backwards");
}
