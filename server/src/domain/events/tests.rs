//! The hub: who hears what, and how often.

use bursar_entities::ids::{MeterId, OrganizationId, SessionId};
use futures_util::FutureExt as _;
use uuid::Uuid;

use super::{Hub, Interest, Kind, Signal};

fn moved(organization: OrganizationId, meter: u128) -> Signal {
    Signal::QuotasChanged {
        organization,
        meters: vec![MeterId(Uuid::from_u128(meter))],
    }
}

#[tokio::test]
async fn a_listener_hears_only_what_it_asked_for_and_all_of_it_at_once() {
    let hub = Hub::new();
    let (one, two) = (
        OrganizationId(Uuid::from_u128(1)),
        OrganizationId(Uuid::from_u128(2)),
    );
    let mut ear = hub.listen(Interest {
        organization: Some(one),
        kinds: &[Kind::Quotas],
    });
    hub.publish_all(vec![
        moved(two, 1),
        Signal::ThresholdsCrossed { organization: one },
    ]);
    assert!(ear.heard().now_or_never().is_none());
    for meter in [1, 2, 2] {
        hub.publish(moved(one, meter));
    }
    let heard = ear.heard().await;
    assert_eq!(heard.meters.len(), 2);
    assert!(heard.has(Kind::Quotas) && !heard.has(Kind::Thresholds));
    assert!(ear.heard().now_or_never().is_none(), "it is heard once");
    hub.alarm();
    assert!(ear.heard().await.has(Kind::Thresholds));
}

#[tokio::test]
async fn the_end_of_a_session_concerns_every_organization() {
    let hub = Hub::new();
    let listen = |organization| {
        hub.listen(Interest {
            organization,
            kinds: &[Kind::Access],
        })
    };
    let organization = OrganizationId(Uuid::from_u128(1));
    let (mut own, mut all) = (listen(Some(organization)), listen(None));
    let session = SessionId(Uuid::from_u128(3));
    hub.publish(Signal::SessionEnded { session });
    assert!(own.heard().await.has(Kind::Access) && all.heard().await.has(Kind::Access));
    assert_eq!(hub.listened_to(Kind::Access), [organization]);
    drop((own, all));
    assert!(
        !hub.has_listeners(Kind::Access),
        "those who left are forgotten"
    );
}

#[tokio::test]
async fn others_are_told_once_for_all_that_happens_meanwhile() {
    let hub = Hub::new();
    for meter in 0..5 {
        hub.publish(moved(OrganizationId(Uuid::from_u128(1)), meter));
    }
    hub.outgoing().await;
    assert!(hub.outgoing().now_or_never().is_none());
    hub.announce(vec![moved(OrganizationId(Uuid::from_u128(1)), 1)]);
    assert!(
        hub.outgoing().now_or_never().is_none(),
        "what others did is not told back"
    );
}
