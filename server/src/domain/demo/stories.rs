//! What happens to the organizations of the demonstration, as data: each story is lived by a number of organizations,
//! each at its own pace.

use bursar_entities::enums::{BillingInterval, SubscriptionStatus};

use super::dice::Dice;

/// Something that an organization does about its subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Tries a plan of the ladder.
    Try(usize, BillingInterval),
    /// Moves to a plan of the ladder and pays for it, at once or after its trial.
    Pay(usize, BillingInterval),
    /// Goes into another state on the terms it has.
    Become(SubscriptionStatus),
}

/// When an act takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// So many days after the one before, at least and at most.
    Days(i64, i64),
    /// When the trial or the cancelled subscription ends.
    AtEnd,
}

/// A story that `cast` organizations live.
#[derive(Clone, Copy, Debug)]
pub(super) struct Story {
    /// How many organizations.
    pub(super) cast: usize,
    /// What happens, in order.
    pub(super) acts: &'static [(When, Act)],
    /// Days since the last of it, at least and at most.
    pub(super) since: (i64, i64),
}

use Act::{Become, Pay, Try};
use BillingInterval::{Annual as Y, Monthly as M};
use SubscriptionStatus as S;
use When::{AtEnd, Days};

/// Rungs of the ladder of plans, as the hosting catalog has them; shorter ladders end at their top.
const FREE: usize = 0;
const STARTER: usize = 1;
const PROFESSIONAL: usize = 2;
const BUSINESS: usize = 3;
const ENTERPRISE: usize = 4;

/// How long a trial or a monthly period may last when the time of a story is added up.
const LONGEST_WAIT: i64 = 31;

/// Everything that happens.
#[rustfmt::skip]
pub(super) const STORIES: &[Story] = &[
    Story { cast: 12, acts: &[], since: (3, 340) },
    Story { cast: 7, acts: &[(Days(1, 20), Pay(STARTER, M))], since: (3, 345) },
    Story { cast: 5, acts: &[(Days(0, 3), Try(STARTER, M)), (AtEnd, Pay(STARTER, M))], since: (4, 345) },
    Story { cast: 7, acts: &[(Days(0, 9), Try(PROFESSIONAL, M)), (AtEnd, Pay(PROFESSIONAL, M))], since: (4, 345) },
    Story { cast: 4, acts: &[(Days(2, 9), Try(PROFESSIONAL, Y)), (AtEnd, Pay(PROFESSIONAL, Y))], since: (10, 345) },
    Story { cast: 5, acts: &[(Days(1, 20), Pay(STARTER, M)), (Days(30, 150), Pay(PROFESSIONAL, M))], since: (3, 250) },
    Story { cast: 4, acts: &[(Days(1, 9), Pay(PROFESSIONAL, M)), (Days(40, 160), Pay(BUSINESS, M))], since: (3, 250) },
    Story { cast: 3, acts: &[(Days(1, 5), Try(BUSINESS, M)), (AtEnd, Pay(BUSINESS, M))], since: (20, 345) },
    Story { cast: 3, acts: &[(Days(1, 5), Try(BUSINESS, Y)), (AtEnd, Pay(BUSINESS, Y))], since: (30, 345) },
    Story { cast: 3, acts: &[(Days(3, 25), Pay(ENTERPRISE, Y))], since: (40, 345) },
    Story { cast: 2, acts: &[(Days(1, 5), Pay(PROFESSIONAL, M)), (Days(60, 120), Pay(PROFESSIONAL, Y))], since: (5, 120) },
    Story { cast: 2, acts: &[(Days(1, 9), Pay(BUSINESS, M)), (Days(60, 150), Pay(PROFESSIONAL, M))], since: (5, 120) },
    Story { cast: 1, acts: &[(Days(1, 9), Pay(PROFESSIONAL, M)), (Days(60, 150), Pay(FREE, M))], since: (5, 120) },
    Story { cast: 3, acts: &[(Days(0, 9), Try(PROFESSIONAL, M)), (AtEnd, Pay(FREE, M))], since: (2, 250) },
    Story { cast: 5, acts: &[(Days(0, 3), Try(PROFESSIONAL, M))], since: (1, 12) },
    Story { cast: 4, acts: &[
        (Days(1, 9), Pay(STARTER, M)), (Days(40, 200), Become(S::Cancelling)), (AtEnd, Become(S::Expired)),
    ], since: (3, 80) },
    Story { cast: 2, acts: &[
        (Days(1, 9), Pay(STARTER, M)), (Days(40, 90), Become(S::Cancelling)), (AtEnd, Become(S::Expired)),
        (Days(20, 70), Pay(PROFESSIONAL, M)),
    ], since: (3, 60) },
    Story { cast: 2, acts: &[(Days(1, 9), Pay(STARTER, M)), (Days(50, 200), Become(S::Cancelling))], since: (1, 2) },
    Story { cast: 1, acts: &[(Days(1, 9), Pay(PROFESSIONAL, M)), (Days(80, 200), Become(S::PastDue))], since: (1, 2) },
    Story { cast: 1, acts: &[
        (Days(1, 9), Pay(PROFESSIONAL, M)), (Days(60, 120), Become(S::PastDue)), (Days(3, 6), Become(S::Active)),
    ], since: (20, 90) },
    Story { cast: 1, acts: &[
        (Days(1, 9), Pay(STARTER, M)), (Days(80, 160), Become(S::PastDue)), (Days(30, 30), Become(S::Suspended)),
    ], since: (2, 9) },
    Story { cast: 1, acts: &[(Days(1, 9), Pay(PROFESSIONAL, M)), (Days(90, 200), Become(S::Paused))], since: (5, 30) },
];

/// The story of one organization at its own pace: days from the one act to the next.
#[derive(Clone, Debug)]
pub(super) struct Pace {
    /// How many days ago it begins.
    pub(super) begins: i64,
    /// What happens how long after the act before; none waits for the end of what is running.
    pub(super) acts: Vec<(Option<i64>, Act)>,
}

impl Story {
    /// Draws the pace at which one organization lives it; the whole story lies in the past year.
    pub(super) fn pace(&self, dice: &mut Dice) -> Pace {
        let acts: Vec<_> = self
            .acts
            .iter()
            .map(|(when, act)| match when {
                Days(least, most) => (Some(dice.between(*least, *most)), *act),
                AtEnd => (None, *act),
            })
            .collect();
        let waits = acts.iter().map(|(days, _)| days.unwrap_or(LONGEST_WAIT));
        let lasts: i64 = waits.sum();
        let (least, most) = self.since;
        let most = most.min(360 - lasts).max(least);
        // More of it is recent than long ago: the platform is growing.
        let since = if dice.chance(50) {
            dice.between(least, most)
        } else {
            dice.between(least, most).min(dice.between(least, most))
        };
        let begins = since + lasts;
        Pace { begins, acts }
    }
}

#[cfg(test)]
mod tests {
    use super::STORIES;
    use crate::domain::demo::dice::Dice;

    #[test]
    fn more_than_sixty_organizations_have_a_story_of_at_most_a_year() {
        let cast: usize = STORIES.iter().map(|story| story.cast).sum();
        assert!(cast >= 60, "{cast}");
        let mut dice = Dice::new(11);
        for story in STORIES {
            for _ in 0..200 {
                let pace = story.pace(&mut dice);
                assert!((1..=360).contains(&pace.begins), "{story:?}: {pace:?}");
                assert!(
                    pace.acts.first().is_none_or(|(days, _)| days.is_some()),
                    "{story:?}"
                );
            }
        }
    }
}
