//! Names of invented companies and people. Addresses end in `.example`, which belongs to nobody (RFC 2606).

use super::dice::Dice;

const FIRST_WORDS: [&str; 40] = [
    "Northlight",
    "Harbor",
    "Juniper",
    "Copperfield",
    "Bluewater",
    "Sable",
    "Larkspur",
    "Meridian",
    "Quarry",
    "Fernhill",
    "Atlas",
    "Saffron",
    "Kestrel",
    "Lumen",
    "Granite",
    "Willow",
    "Orchard",
    "Tidewater",
    "Cinder",
    "Marlow",
    "Solstice",
    "Briar",
    "Halcyon",
    "Ironwood",
    "Pinecrest",
    "Vantage",
    "Redstone",
    "Oakline",
    "Silverlake",
    "Thistle",
    "Umber",
    "Waverly",
    "Foxglove",
    "Beacon",
    "Cobalt",
    "Driftwood",
    "Everly",
    "Goldfinch",
    "Hearth",
    "Nimbus",
];

const SECOND_WORDS: [&str; 24] = [
    "Labs",
    "Logistics",
    "Studio",
    "Health",
    "Analytics",
    "Foods",
    "Robotics",
    "Energy",
    "Travel",
    "Media",
    "Finance",
    "Textiles",
    "Learning",
    "Motors",
    "Biotech",
    "Games",
    "Retail",
    "Security",
    "Press",
    "Marine",
    "Optics",
    "Farms",
    "Systems",
    "Architects",
];

const GIVEN_NAMES: [&str; 48] = [
    "Amara",
    "Bao",
    "Camille",
    "Daniel",
    "Elena",
    "Farid",
    "Grace",
    "Hugo",
    "Ines",
    "Jonas",
    "Kofi",
    "Linh",
    "Mateo",
    "Nadia",
    "Olivia",
    "Pavel",
    "Quentin",
    "Rosa",
    "Samir",
    "Tamsin",
    "Ulrich",
    "Valeria",
    "Wanjiru",
    "Xavier",
    "Yuki",
    "Zofia",
    "Aisha",
    "Benoit",
    "Chiara",
    "Diego",
    "Emeka",
    "Freya",
    "Giulia",
    "Hana",
    "Ibrahim",
    "Josephine",
    "Kenji",
    "Leila",
    "Minh",
    "Noor",
    "Oskar",
    "Priya",
    "Rafael",
    "Sofia",
    "Thierry",
    "Uma",
    "Viktor",
    "Yasmine",
];

const FAMILY_NAMES: [&str; 48] = [
    "Abara",
    "Bauer",
    "Costa",
    "Diallo",
    "Eriksen",
    "Ferrari",
    "Gupta",
    "Hoang",
    "Ivanov",
    "Jensen",
    "Kone",
    "Lefevre",
    "Moreau",
    "Nguyen",
    "Okafor",
    "Petrov",
    "Quispe",
    "Rossi",
    "Santos",
    "Tanaka",
    "Ueda",
    "Vargas",
    "Weber",
    "Xu",
    "Yilmaz",
    "Zieba",
    "Andersson",
    "Bennett",
    "Castillo",
    "Dubois",
    "Evans",
    "Fischer",
    "Garcia",
    "Haddad",
    "Ito",
    "Johnson",
    "Kowalski",
    "Lindberg",
    "Mensah",
    "Novak",
    "Ortiz",
    "Pham",
    "Rahman",
    "Silva",
    "Tran",
    "Walker",
    "Yamamoto",
    "Zhang",
];

/// A company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Company {
    /// `Juniper Robotics`.
    pub(super) name: String,
    /// `juniper-robotics`.
    pub(super) slug: String,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    /// `Linh Okafor`.
    pub(super) name: String,
    /// `linh.okafor@juniper-robotics.example`.
    pub(super) email: String,
}

/// `count` companies, all different; a first word comes again only after all of them have been used.
pub(super) fn companies(dice: &mut Dice, count: usize) -> Vec<Company> {
    let (mut first_words, mut second_words) = (FIRST_WORDS, SECOND_WORDS);
    dice.shuffle(&mut first_words);
    dice.shuffle(&mut second_words);
    (0..count)
        .map(|number| {
            let round = number / first_words.len();
            let first = first_words[number % first_words.len()];
            let second = second_words[(number + round) % second_words.len()];
            Company {
                name: format!("{first} {second}"),
                slug: format!("{first}-{second}").to_lowercase(),
            }
        })
        .collect()
}

/// `count` different people of a company.
pub(super) fn people(dice: &mut Dice, company: &Company, count: usize) -> Vec<Person> {
    let mut given: Vec<&str> = GIVEN_NAMES.to_vec();
    dice.shuffle(&mut given);
    given
        .into_iter()
        .take(count)
        .map(|given| {
            let family = FAMILY_NAMES[dice.place(FAMILY_NAMES.len())];
            Person {
                name: format!("{given} {family}"),
                email: format!("{given}.{family}@{}.example", company.slug).to_lowercase(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{companies, people};
    use crate::domain::demo::dice::Dice;

    #[test]
    fn companies_and_people_are_many_and_different() {
        let mut dice = Dice::new(1);
        let companies = companies(&mut dice, 100);
        let slugs: HashSet<_> = companies.iter().map(|company| &company.slug).collect();
        assert_eq!(slugs.len(), 100);
        let people = people(&mut dice, &companies[0], 12);
        let emails: HashSet<_> = people.iter().map(|person| &person.email).collect();
        assert_eq!(emails.len(), 12);
        let ending = format!("@{}.example", companies[0].slug);
        assert!(people.iter().all(|person| person.email.ends_with(&ending)));
    }
}
