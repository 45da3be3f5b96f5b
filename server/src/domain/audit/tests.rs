//! The rule of verification on chains that were never in a database.

use bursar_entities::audit_chain;
use bursar_entities::audit_entry::Model;
use bursar_entities::enums::ActorKind;
use bursar_entities::ids::AuditEntryId;
use chrono::DateTime;
use proptest::prelude::*;
use uuid::Uuid;

use super::chain::{GENESIS, hash, personal};
use super::purge::PURGED;
use super::walk::Walk;
use super::{Broken, Head};

const CHAIN: Uuid = Uuid::from_u128(7);

/// A chain of these actions, and its end.
fn chain(actions: &[&str]) -> (Vec<Model>, audit_chain::Model) {
    let mut previous = GENESIS.to_vec();
    let mut entries = Vec::new();
    for (action, sequence) in actions.iter().zip(1_i64..) {
        let mut entry = Model {
            id: AuditEntryId(Uuid::from_u128(sequence.unsigned_abs().into())),
            chain_id: CHAIN,
            sequence,
            organization_id: None,
            occurred_at: DateTime::UNIX_EPOCH,
            actor_kind: ActorKind::User,
            actor_id: None,
            actor_email: Some("ada@example.com".into()),
            action: (*action).to_owned(),
            resource_type: "test".into(),
            resource_id: Some(CHAIN),
            resource_name: None,
            details: "{}".into(),
            ip: None,
            user_agent: None,
            request_id: None,
            salt: Some(vec![1; 16]),
            personal_digest: None,
            previous_hash: previous.clone(),
            hash: Vec::new(),
        };
        entry.personal_digest = Some(personal(&entry, &[1; 16]));
        entry.hash = hash(&entry, &previous);
        previous.clone_from(&entry.hash);
        entries.push(entry);
    }
    let end = audit_chain::Model {
        chain_id: CHAIN,
        sequence: i64::try_from(entries.len()).expect("few"),
        hash: previous,
        base_sequence: 0,
        base_hash: None,
    };
    (entries, end)
}

fn fault(entries: &[Model], end: &audit_chain::Model, witness: Option<&Head>) -> Option<Broken> {
    let mut walk = Walk::new(end, entries.last(), witness);
    let begun = walk.begin();
    begun
        .or_else(|| entries.iter().find_map(|entry| walk.step(entry)))
        .or_else(|| walk.end())
}

fn blank(entry: &mut Model) {
    entry.actor_email = None;
    entry.details = String::new();
    entry.salt = None;
}

#[test]
fn only_a_purged_chain_may_be_blank_or_cut() {
    for (last, allowed) in [(PURGED, true), ("c", false)] {
        let (mut entries, mut end) = chain(&["a", "b", last]);
        blank(&mut entries[1]);
        assert_eq!(fault(&entries, &end, None).is_none(), allowed, "{last}");
        end.base_sequence = 1;
        end.base_hash = Some(entries[0].hash.clone());
        assert_eq!(
            fault(&entries[1..], &end, None).is_none(),
            allowed,
            "{last}"
        );
        entries[1].actor_email = Some("put back".into());
        assert!(fault(&entries[1..], &end, None).is_some(), "{last}");
    }
}

#[test]
fn the_platforms_chain_is_never_purged_itself() {
    let (mut entries, mut end) = chain(&["a", "b", PURGED]);
    end.chain_id = Uuid::nil();
    assert_eq!(fault(&entries, &end, None), None);
    blank(&mut entries[1]);
    assert!(
        fault(&entries, &end, None).is_some(),
        "it tells of another's"
    );
    end.chain_id = Uuid::from_u128(8);
    assert!(
        fault(&entries, &end, None).is_some(),
        "of another organization"
    );
}

#[test]
fn a_witness_from_before_the_beginning_is_not_taken_for_granted() {
    let (mut entries, mut end) = chain(&["a", "b", PURGED]);
    let first = entries.remove(0);
    end.base_sequence = 1;
    end.base_hash = Some(first.hash.clone());
    let seen = |sequence, hash| Head { sequence, hash };
    assert_eq!(fault(&entries, &end, Some(&seen(1, first.hash))), None);
    assert!(fault(&entries, &end, Some(&seen(1, vec![9; 32]))).is_some());
    assert!(fault(&entries, &end, Some(&seen(0, vec![9; 32]))).is_some());
}

#[test]
fn an_empty_chain_is_right_for_the_platform_alone() {
    let (_, mut end) = chain(&[]);
    assert_eq!(
        fault(&[], &end, None),
        Some(Broken::Missing { sequence: 1 })
    );
    end.chain_id = Uuid::nil();
    assert_eq!(fault(&[], &end, None), None);
    let witness = Head {
        sequence: 2,
        hash: vec![2; 32],
    };
    assert!(fault(&[], &end, Some(&witness)).is_some());
}

proptest! {
    #[test]
    fn whatever_is_taken_out_is_missed(length in 1_usize..12, place in 0_usize..12) {
        let actions = vec!["a"; length];
        let (mut entries, end) = chain(&actions);
        prop_assert_eq!(fault(&entries, &end, None), None);
        let place = place % length;
        let seen = Head { sequence: entries[place].sequence, hash: entries[place].hash.clone() };
        prop_assert_eq!(fault(&entries, &end, Some(&seen)), None);
        let other = Head { hash: vec![9; 32], ..seen };
        let rewritten = Broken::Rewritten { sequence: entries[place].sequence, id: entries[place].id.0 };
        prop_assert_eq!(fault(&entries, &end, Some(&other)), Some(rewritten));
        let gone = entries.remove(place);
        prop_assert_eq!(fault(&entries, &end, None), Some(Broken::Missing { sequence: gone.sequence }));
    }

    #[test]
    fn whatever_changes_places_is_found(length in 2_usize..12, a in 0_usize..12, b in 0_usize..12) {
        let (mut entries, end) = chain(&vec!["a"; length]);
        let (a, b) = (a % length, b % length);
        prop_assume!(a != b);
        entries.swap(a, b);
        let (first, second) = (entries[a].sequence, entries[b].sequence);
        entries[a].sequence = second;
        entries[b].sequence = first;
        let sequence = i64::try_from(a.min(b)).expect("few") + 1;
        prop_assert_eq!(fault(&entries, &end, None).map(|fault| fault.sequence()), Some(sequence));
    }
}
