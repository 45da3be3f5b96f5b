//! `bursar secrets rotate`, for the secrets of authenticators: sealed anew with the present key.

use bursar_entities::ids::{TypedId as _, UserId};
use bursar_entities::two_factor::{Column, Entity};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::seal;
use crate::app::App;
use crate::error::Result;

/// Rows that are looked at in one transaction.
const BATCH: u64 = 100;

/// Seals every authenticator's secret anew that is sealed with the previous key; how many. Cut off, it goes on by being
/// started again.
///
/// # Errors
/// When the database cannot be used.
pub async fn renew_two_factors(app: &App) -> Result<u64> {
    let (mut after, mut renewed) = (UserId::from_uuid(Uuid::nil()), 0);
    loop {
        let tx = app.db.begin().await?;
        let rows = Entity::find()
            .filter(Column::UserId.gt(after))
            .order_by_asc(Column::UserId)
            .limit(BATCH)
            .lock_exclusive()
            .all(&*tx)
            .await?;
        let Some(last) = rows.last().map(|row| row.user_id) else {
            return Ok(renewed);
        };
        after = last;
        for row in rows {
            if let Some(sealed) = seal::renew(app, row.user_id, &row.sealed_secret)? {
                Entity::update_many()
                    .col_expr(Column::SealedSecret, Expr::value(sealed))
                    .filter(Column::UserId.eq(row.user_id))
                    .exec(&*tx)
                    .await?;
                renewed += 1;
            }
        }
        tx.commit().await?;
    }
}
