//! The plain statements, for both databases: the one place that names the columns of the tables they write.
//!
//! They do what the engine does for a decision and nothing more: no rights are checked, no plan is looked up, no threshold
//! is watched; the caller brings the limit along. So the comparison leans to their side.

/// A usage record: the columns in the order of the values of `record_values`.
macro_rules! record_columns {
    () => {
        "organization_id, idempotency_key, item, fingerprint, operation, meter_id, window_start, window_end, \
         requested, amount, allowed, policy, used_after, reserved_after, limit_amount, level, binding_source, \
         suggested_plan_id, event_sequence, occurred_at, recorded_at, actor_kind, actor_id, resource_id, reservation_id"
    };
}

/// The values of a record that grants one unit, beside a counter that has just been moved.
macro_rules! record_values {
    () => {
        "$1, $3, 0, $4, 'CONSUME', $2, window_start, window_end, \
         1, 1, TRUE, 'DENY', used, reserved, $6, level, 'PLAN', \
         NULL, NULL, $5, $5, 'USER', $7, NULL, NULL"
    };
}

/// Takes one unit where the limit leaves room.
macro_rules! move_counter {
    () => {
        "UPDATE quota_counters SET used = used + 1, updated_at = $5 \
         WHERE organization_id = $1 AND meter_id = $2 AND window_start = $8 AND used + reserved + 1 <= $6"
    };
}

/// One decision in one statement. $1 organization, $2 meter, $3 key, $4 fingerprint, $5 now, $6 limit, $7 actor,
/// $8 start of the window. A key that is there already fails the statement, and nothing is counted.
pub(super) const DECISION: &str = concat!(
    "WITH moved AS (",
    move_counter!(),
    " RETURNING used, reserved, window_start, window_end, level) INSERT INTO usage_records (",
    record_columns!(),
    ") SELECT ",
    record_values!(),
    " FROM moved"
);

/// The same as a transaction of SQLite, whose common table expressions cannot write.
pub(super) const SQLITE_DECISION: &str = concat!(
    "BEGIN IMMEDIATE; ",
    move_counter!(),
    "; INSERT INTO usage_records (",
    record_columns!(),
    ") SELECT ",
    record_values!(),
    " FROM quota_counters WHERE organization_id = $1 AND meter_id = $2 AND window_start = $8 AND changes() = 1; COMMIT"
);

/// The counter alone. $1 organization, $2 meter, $3 start of the window, $4 limit.
pub(super) const COUNTER: &str = "UPDATE quota_counters SET used = used + 1 \
     WHERE organization_id = $1 AND meter_id = $2 AND window_start = $3 AND used + 1 <= $4";
