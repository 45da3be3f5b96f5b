//! Recovery codes: for who has lost their authenticator. Eighty bits of randomness each, so that a fast hash is enough.

use bursar_entities::ids::UserId;
use bursar_entities::recovery_code;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use secrecy::SecretString;

use crate::app::App;
use crate::domain::token;
use crate::error::Result;

/// How many somebody gets.
const COUNT: usize = 10;
/// Characters of a code, without the hyphens.
const LENGTH: usize = 16;
/// Characters between hyphens.
const GROUP: usize = 4;

/// New codes of `user`; those that they had are gone.
pub(super) async fn renew_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    user: UserId,
) -> Result<Vec<SecretString>> {
    forget_in_tx(tx, user).await?;
    let codes: Vec<String> = (0..COUNT).map(|_| write(app.random_bytes())).collect();
    let rows = codes.iter().map(|code| {
        let row = recovery_code::Model {
            id: app.new_id(),
            user_id: user,
            code_hash: token::hash(&plain(code).into()),
            created_at: app.now(),
            used_at: None,
        };
        row.into_active_model()
    });
    recovery_code::Entity::insert_many(rows)
        .exec_without_returning(tx)
        .await?;
    Ok(codes.into_iter().map(SecretString::from).collect())
}

/// Removes all codes of `user`.
pub(super) async fn forget_in_tx(tx: &impl ConnectionTrait, user: UserId) -> Result<()> {
    recovery_code::Entity::delete_many()
        .filter(recovery_code::Column::UserId.eq(user))
        .exec(tx)
        .await?;
    Ok(())
}

/// Whether the code with this hash was good; from now on it is not. Of two at once, one is first.
pub(super) async fn use_up_in_tx(
    tx: &impl ConnectionTrait,
    app: &App,
    user: UserId,
    hash: &[u8],
) -> Result<bool> {
    let spent = recovery_code::Entity::update_many()
        .col_expr(recovery_code::Column::UsedAt, Expr::value(app.now()))
        .filter(recovery_code::Column::UserId.eq(user))
        .filter(recovery_code::Column::CodeHash.eq(hash.to_vec()))
        .filter(recovery_code::Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    Ok(spent.rows_affected == 1)
}

/// The hash of what somebody typed, when it looks like a code: hyphens, spaces and the case of letters do not matter.
pub(super) fn hash(text: &str) -> Option<Vec<u8>> {
    let plain = plain(text);
    (plain.len() == LENGTH).then(|| token::hash(&plain.into()))
}

/// Random bytes as a code such as `abcd-efgh-2345-67ij`.
fn write(bytes: [u8; 10]) -> String {
    let text = data_encoding::BASE32_NOPAD
        .encode(&bytes)
        .to_ascii_lowercase();
    let mut code = String::new();
    for (place, letter) in text.chars().enumerate() {
        if place > 0 && place % GROUP == 0 {
            code.push('-');
        }
        code.push(letter);
    }
    code
}

fn plain(text: &str) -> String {
    let letters = text.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|letter| letter.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::{hash, write};

    #[test]
    fn a_code_is_known_again_however_it_is_typed() {
        let code = write([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(code, "aaaq-eaye-auda-ocaj");
        let known = hash(&code).expect("a code");
        for typed in [
            code.to_uppercase(),
            code.replace('-', " "),
            code.replace('-', ""),
        ] {
            assert_eq!(hash(&typed), Some(known.clone()), "{typed}");
        }
        for typed in ["", "123456", &code[1..], &format!("{code}a")] {
            assert_eq!(hash(typed), None, "{typed}");
        }
    }
}
