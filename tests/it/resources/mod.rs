//! Resources and what they take of several quotas at once (CAT-7, QUO-3), on the hosting catalog.

mod figures;
mod refusals;
mod replicas;
