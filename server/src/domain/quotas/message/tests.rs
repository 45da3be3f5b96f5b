//! Every sentence in every language, word for word.

use std::sync::Arc;

use bursar_entities::enums::{LimitSource, MeterKind, OverQuotaPolicy, UsageOperation};
use chrono::{DateTime, TimeDelta};

use super::message;
use crate::actor::Locale;
use crate::domain::quotas::decide::{Decision, consume, release, tests::standing};
use crate::domain::quotas::grace::GraceTerms;
use crate::domain::quotas::standing::Standing;

/// `used` of 2,000 cores (to 2 decimal places) under `policy`.
fn cores(kind: MeterKind, used: i64, policy: OverQuotaPolicy) -> Standing {
    let mut stands = standing(kind, used, 0, Some(200_000), policy);
    let meter = Arc::make_mut(&mut stands.meter);
    meter.name = "CPU".to_owned();
    meter.unit = "cores".to_owned();
    meter.scale = 2;
    stands
}

fn in_grace(used: i64, since_days: i64) -> Standing {
    let mut stands = cores(MeterKind::Gauge, used, OverQuotaPolicy::Deny);
    stands.limit.grace = Some(GraceTerms {
        percent: 10,
        days: 7,
    });
    if let Some(counter) = &mut stands.counter {
        counter.over_since = Some(DateTime::UNIX_EPOCH - TimeDelta::days(since_days));
    }
    stands
}

fn of(decision: &Decision, plan: Option<&str>) -> [String; 3] {
    [Locale::En, Locale::Fr, Locale::Vi].map(|locale| message(decision, plan, locale))
}

#[track_caller]
fn says(decision: &Decision, plan: Option<&str>, expected: [&str; 3]) {
    let told = of(decision, plan).map(|text| text.replace('\u{202f}', " "));
    assert_eq!(told, expected);
}

#[test]
fn what_is_granted() {
    use MeterKind::{Cap, Gauge};
    use OverQuotaPolicy::{Allow, Deny, Warn};
    says(
        &consume(&cores(Gauge, 148_000, Deny), 50),
        None,
        [
            "Granted. 1,480.5 of 2,000 cores used for CPU.",
            "Accordé. Utilisation pour CPU : 1 480,5 sur 2 000 cores.",
            "Đã chấp nhận. CPU: đã dùng 1.480,5/2.000 cores.",
        ],
    );
    says(
        &consume(&cores(Gauge, 200_000, Warn), 100),
        None,
        [
            "Granted, but CPU is over its limit of 2,000 cores: 2,001 cores used.",
            "Accordé, mais la limite de 2 000 cores pour CPU est dépassée : utilisation 2 001 cores.",
            "Đã chấp nhận, nhưng CPU đã vượt hạn mức 2.000 cores: đã dùng 2.001 cores.",
        ],
    );
    says(
        &consume(&cores(Gauge, 200_000, Allow), 100),
        None,
        [
            "Granted beyond the limit of 2,000 cores for CPU: 2,001 cores used, 1 cores of it as overage.",
            "Accordé au-delà de la limite de 2 000 cores pour CPU. Utilisation : 2 001 cores, dont dépassement : 1 cores.",
            "Đã chấp nhận vượt hạn mức 2.000 cores của CPU. Đã dùng 2.001 cores, trong đó phần vượt là 1 cores.",
        ],
    );
    says(
        &consume(&in_grace(200_000, 0), 100),
        None,
        [
            "Granted during a grace period: CPU is over its limit of 2,000 cores, 2,001 cores used. Use less or upgrade before 8 January 1970, 00:00 UTC.",
            "Accordé pendant une période de tolérance : la limite de 2 000 cores pour CPU est dépassée, utilisation 2 001 cores. Réduisez-la ou changez d'offre avant le 8 janvier 1970 à 00:00 UTC.",
            "Đã chấp nhận trong thời gian gia hạn: CPU đã vượt hạn mức 2.000 cores, đã dùng 2.001 cores. Hãy giảm mức dùng hoặc nâng cấp gói trước 00:00 ngày 8/1/1970 (UTC).",
        ],
    );
    says(
        &consume(&cores(Cap, 0, Deny), 200_000),
        None,
        [
            "Granted. 2,000 cores is within the 2,000 cores allowed at once for CPU.",
            "Accordé. CPU : 2 000 cores, dans la limite de 2 000 cores en une fois.",
            "Đã chấp nhận. 2.000 cores nằm trong mức tối đa 2.000 cores mỗi lần của CPU.",
        ],
    );
    says(
        &consume(&cores(Cap, 0, Warn), 200_001),
        None,
        [
            "Granted, although 2,000.01 cores is more than the 2,000 cores allowed at once for CPU.",
            "Accordé, bien que 2 000,01 cores dépasse le maximum de 2 000 cores en une fois pour CPU.",
            "Đã chấp nhận, dù 2.000,01 cores vượt mức tối đa 2.000 cores mỗi lần của CPU.",
        ],
    );
    let mut unlimited = cores(Gauge, 0, Deny);
    unlimited.limit.amount = None;
    says(
        &consume(&unlimited, 100),
        None,
        [
            "Granted. CPU is unlimited; 1 cores used so far.",
            "Accordé. CPU : sans limite ; utilisation actuelle : 1 cores.",
            "Đã chấp nhận. CPU không giới hạn; đã dùng 1 cores.",
        ],
    );
}

#[test]
fn what_is_refused_and_what_to_do() {
    use MeterKind::{Cap, Gauge};
    use OverQuotaPolicy::Deny;
    says(
        &consume(&cores(Gauge, 199_900, Deny), 200),
        Some("Business"),
        [
            "The limit of 2,000 cores for CPU leaves room for 1 cores; you asked for 2 cores. The Business plan would allow it.",
            "La limite de 2 000 cores pour CPU ne laisse plus que 1 cores ; demande : 2 cores. Passez à l'offre Business pour continuer.",
            "Hạn mức 2.000 cores của CPU chỉ còn 1 cores; bạn yêu cầu 2 cores. Hãy nâng cấp lên gói Business để tiếp tục.",
        ],
    );
    says(
        &consume(&cores(Gauge, 200_000, Deny), 200),
        None,
        [
            "The limit of 2,000 cores for CPU is reached: 2,000 cores used; you asked for 2 cores more. Free some of it, or ask for a higher limit.",
            "La limite de 2 000 cores pour CPU est atteinte : utilisation 2 000 cores, demande 2 cores. Libérez-en une partie ou demandez une limite plus élevée.",
            "Đã đạt hạn mức 2.000 cores của CPU: đã dùng 2.000 cores, bạn yêu cầu thêm 2 cores. Hãy giải phóng bớt hoặc xin hạn mức cao hơn.",
        ],
    );
    says(
        &consume(&cores(Gauge, 300_000, Deny), 200),
        None,
        [
            "CPU is over its limit of 2,000 cores: 3,000 cores used. Nothing can be added until less is used than that. Free some of it, or ask for a higher limit.",
            "La limite de 2 000 cores pour CPU est dépassée : utilisation 3 000 cores. Rien ne peut être ajouté tant que l'utilisation n'est pas repassée en dessous. Libérez-en une partie ou demandez une limite plus élevée.",
            "CPU đã vượt hạn mức 2.000 cores: đã dùng 3.000 cores. Không thể thêm cho đến khi mức dùng xuống dưới hạn mức. Hãy giải phóng bớt hoặc xin hạn mức cao hơn.",
        ],
    );
    says(
        &consume(&cores(Cap, 0, Deny), 200_001),
        None,
        [
            "CPU allows at most 2,000 cores at once; you asked for 2,000.01 cores. Ask for less, or for a higher limit.",
            "CPU : 2 000 cores au maximum en une fois ; demande : 2 000,01 cores. Demandez moins, ou une limite plus élevée.",
            "CPU cho phép tối đa 2.000 cores mỗi lần; bạn yêu cầu 2.000,01 cores. Hãy yêu cầu ít hơn hoặc xin hạn mức cao hơn.",
        ],
    );
    let mut closed = cores(Gauge, 0, Deny);
    closed.limit.amount = Some(0);
    closed.limit.source = LimitSource::None;
    says(
        &consume(&closed, 1),
        Some("Pro"),
        [
            "CPU is not part of the current plan. The Pro plan would allow it.",
            "CPU ne fait pas partie de l'offre actuelle. Passez à l'offre Pro pour continuer.",
            "CPU không có trong gói hiện tại. Hãy nâng cấp lên gói Pro để tiếp tục.",
        ],
    );
    let mut counter = cores(MeterKind::Counter, 200_000, Deny);
    counter.window.end = Some(DateTime::UNIX_EPOCH + TimeDelta::days(31));
    let waits = of(&consume(&counter, 1), None);
    assert!(waits[0].ends_with(
        "It starts again on 1 February 1970, 00:00 UTC; until then, ask for a higher limit."
    ));
    assert!(waits[1].ends_with("Le décompte repart le 1er février 1970 à 00:00 UTC ; d'ici là, demandez une limite plus élevée."));
    assert!(waits[2].ends_with(
        "Bộ đếm bắt đầu lại lúc 00:00 ngày 1/2/1970 (UTC); trước đó, hãy xin hạn mức cao hơn."
    ));
}

#[test]
fn what_grace_could_not_help() {
    says(
        &consume(&in_grace(219_900, 1), 200),
        Some("Pro"),
        [
            "The limit of 2,000 cores for CPU is reached: 2,199 cores used; you asked for 2 cores more. The grace period until 7 January 1970, 00:00 UTC does not allow that much. The Pro plan would allow it.",
            "La limite de 2 000 cores pour CPU est atteinte : utilisation 2 199 cores, demande 2 cores. La période de tolérance jusqu'au 7 janvier 1970 à 00:00 UTC n'en permet pas autant. Passez à l'offre Pro pour continuer.",
            "Đã đạt hạn mức 2.000 cores của CPU: đã dùng 2.199 cores, bạn yêu cầu thêm 2 cores. Thời gian gia hạn đến 00:00 ngày 7/1/1970 (UTC) không cho phép nhiều như vậy. Hãy nâng cấp lên gói Pro để tiếp tục.",
        ],
    );
    let ended = of(&consume(&in_grace(210_000, 8), 100), Some("Pro"));
    assert!(
        ended[0].contains("The grace period ended on 31 December 1969, 00:00 UTC."),
        "{ended:?}"
    );
    assert!(
        ended[1].contains("La période de tolérance a pris fin le 31 décembre 1969 à 00:00 UTC."),
        "{ended:?}"
    );
    assert!(
        ended[2].contains("Thời gian gia hạn đã kết thúc lúc 00:00 ngày 31/12/1969 (UTC)."),
        "{ended:?}"
    );
}

#[test]
fn what_is_given_back_and_set_aside() {
    let stands = cores(MeterKind::Gauge, 1_000, OverQuotaPolicy::Deny);
    says(
        &release(&stands, 300),
        None,
        [
            "Released 3 cores of CPU; 7 cores still used.",
            "Restitution pour CPU : 3 cores. Utilisation actuelle : 7 cores.",
            "Đã hoàn trả 3 cores của CPU; còn dùng 7 cores.",
        ],
    );
    says(
        &release(&stands, 1_100),
        None,
        [
            "11 cores of CPU cannot be released: only 10 cores used.",
            "Impossible de restituer 11 cores pour CPU : l'utilisation n'est que de 10 cores.",
            "Không thể hoàn trả 11 cores của CPU: chỉ đang dùng 10 cores.",
        ],
    );
    let mut decision = consume(&stands, 300);
    decision.operation = UsageOperation::Reserve;
    says(
        &decision,
        None,
        [
            "Reserved: 3 cores of CPU.",
            "Réservation pour CPU : 3 cores.",
            "Đã giữ trước 3 cores của CPU.",
        ],
    );
    decision.operation = UsageOperation::Cancel;
    says(
        &decision,
        None,
        [
            "No longer reserved: 3 cores of CPU.",
            "Réservation annulée pour CPU : 3 cores.",
            "Đã hủy giữ trước 3 cores của CPU.",
        ],
    );
}
