//! Who plays in the demonstration: companies, their people, and the story that each lives. Drawn from fixed seeds, so
//! that everybody sees the same.

use super::dice::Dice;
use super::names::{Company, Person, companies, people};
use super::stories::{Pace, STORIES};

/// Where all chance begins.
const SEED: u64 = 0x00B0_25A2;
/// The consultant works for this many companies besides the first.
const MANDATES: [usize; 2] = [9, 27];

/// One organization.
#[derive(Clone, Debug)]
pub(super) struct Tenant {
    /// Its name.
    pub(super) company: Company,
    /// Its owner, and then its members in the order of their joining.
    pub(super) people: Vec<Person>,
    /// What becomes of its subscription.
    pub(super) pace: Pace,
    /// How full it means to run its quotas, in percent.
    pub(super) appetite: i64,
    /// Its own chance.
    pub(super) dice: Dice,
}

/// Everybody. The first organization pays for the plan that most of the others pay for.
pub(super) fn cast() -> Vec<Tenant> {
    let mut dice = Dice::new(SEED);
    let size = STORIES.iter().map(|story| story.cast).sum();
    let companies = companies(&mut dice, size);
    let stories = STORIES
        .iter()
        .flat_map(|story| std::iter::repeat_n(story, story.cast));
    let mut tenants: Vec<Tenant> = companies
        .into_iter()
        .zip(stories)
        .zip(1..)
        .map(|((company, story), number)| tenant(company, story.pace(&mut dice), number))
        .collect();
    // Those who pay by the month for the third rung come after three other stories.
    let lead: usize = STORIES.iter().take(3).map(|story| story.cast).sum();
    tenants.swap(0, lead);
    give_mandates(&mut tenants);
    tenants
}

fn tenant(company: Company, pace: Pace, number: u64) -> Tenant {
    let mut dice = Dice::new(SEED ^ (number << 32));
    let size = usize::try_from(dice.between(2, 12)).unwrap_or(2);
    let people = people(&mut dice, &company, size);
    let appetite = match dice.between(1, 10) {
        1..=4 => dice.between(15, 55),
        5..=7 => dice.between(60, 88),
        _ => dice.between(90, 106),
    };
    Tenant {
        company,
        people,
        pace,
        appetite,
        dice,
    }
}

/// The second person of the first organization is a consultant who is a member elsewhere, too.
fn give_mandates(tenants: &mut [Tenant]) {
    let consultant = tenants
        .first()
        .and_then(|first| first.people.get(1))
        .cloned();
    for number in MANDATES {
        if let (Some(consultant), Some(tenant)) = (&consultant, tenants.get_mut(number)) {
            tenant.people.push(consultant.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::cast;

    #[test]
    fn the_cast_is_the_same_every_time_and_large_enough() {
        let (one, two) = (cast(), cast());
        assert!(one.len() >= 60, "{}", one.len());
        for (a, b) in one.iter().zip(&two) {
            assert_eq!(
                (&a.company, &a.people, a.appetite),
                (&b.company, &b.people, b.appetite)
            );
            assert!((2..=13).contains(&a.people.len()), "{}", a.people.len());
        }
        let consultant = &one[0].people[1];
        let mandates = one
            .iter()
            .filter(|tenant| tenant.people.contains(consultant));
        assert_eq!(mandates.count(), 3);
    }
}
