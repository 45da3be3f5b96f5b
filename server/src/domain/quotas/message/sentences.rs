//! The sentences, each in every language. Amounts come ready, with their unit. French avoids participles that would
//! have to agree with a unit that only the catalog knows.

use crate::actor::Locale;

/// Defines one function per sentence: a text per language over the same named amounts.
macro_rules! sentences {
    ($($(#[$doc:meta])* $name:ident($($argument:ident),*) { $en:literal, $fr:literal, $vi:literal $(,)? })*) => {$(
        $(#[$doc])*
        pub(super) fn $name(locale: Locale, $($argument: &str),*) -> String {
            match locale {
                Locale::En => format!($en),
                Locale::Fr => format!($fr),
                Locale::Vi => format!($vi),
            }
        }
    )*};
}

sentences! {
    /// Kept although its window has closed.
    late(name, requested) {
        "{requested} of {name} came after its period had closed: kept, and counted in no quota.",
        "{requested} pour {name} : reçu après la clôture de la période, conservé sans compter dans aucun quota.",
        "{requested} cho {name} đến sau khi kỳ của nó đã đóng: được lưu lại và không tính vào hạn mức nào.",
    }
    /// While the database does not answer (QUO-10).
    failed_open(name, requested) {
        "Granted without checking the limit of {name}: {requested}, to be recorded as soon as the database answers again.",
        "Accordé sans vérifier la limite de {name} : {requested}, enregistrement dès que la base de données répondra.",
        "Đã chấp nhận mà chưa kiểm tra hạn mức của {name}: {requested}, sẽ được ghi lại ngay khi cơ sở dữ liệu phản hồi.",
    }
    granted(name, used, limit) {
        "Granted. {used} of {limit} used for {name}.",
        "Accordé. Utilisation pour {name} : {used} sur {limit}.",
        "Đã chấp nhận. {name}: đã dùng {used}/{limit}.",
    }
    unlimited(name, used) {
        "Granted. {name} is unlimited; {used} used so far.",
        "Accordé. {name} : sans limite ; utilisation actuelle : {used}.",
        "Đã chấp nhận. {name} không giới hạn; đã dùng {used}.",
    }
    /// WARN, and whatever else stays beyond the limit.
    flagged(name, used, limit) {
        "Granted, but {name} is over its limit of {limit}: {used} used.",
        "Accordé, mais la limite de {limit} pour {name} est dépassée : utilisation {used}.",
        "Đã chấp nhận, nhưng {name} đã vượt hạn mức {limit}: đã dùng {used}.",
    }
    /// ALLOW.
    metered(name, used, limit, overage) {
        "Granted beyond the limit of {limit} for {name}: {used} used, {overage} of it as overage.",
        "Accordé au-delà de la limite de {limit} pour {name}. Utilisation : {used}, dont dépassement : {overage}.",
        "Đã chấp nhận vượt hạn mức {limit} của {name}. Đã dùng {used}, trong đó phần vượt là {overage}.",
    }
    in_grace(name, used, limit, end) {
        "Granted during a grace period: {name} is over its limit of {limit}, {used} used. Use less or upgrade before {end}.",
        "Accordé pendant une période de tolérance : la limite de {limit} pour {name} est dépassée, utilisation {used}. Réduisez-la ou changez d'offre avant le {end}.",
        "Đã chấp nhận trong thời gian gia hạn: {name} đã vượt hạn mức {limit}, đã dùng {used}. Hãy giảm mức dùng hoặc nâng cấp gói trước {end}.",
    }
    within_cap(name, requested, limit) {
        "Granted. {requested} is within the {limit} allowed at once for {name}.",
        "Accordé. {name} : {requested}, dans la limite de {limit} en une fois.",
        "Đã chấp nhận. {requested} nằm trong mức tối đa {limit} mỗi lần của {name}.",
    }
    beyond_cap(name, requested, limit) {
        "Granted, although {requested} is more than the {limit} allowed at once for {name}.",
        "Accordé, bien que {requested} dépasse le maximum de {limit} en une fois pour {name}.",
        "Đã chấp nhận, dù {requested} vượt mức tối đa {limit} mỗi lần của {name}.",
    }
    above_cap(name, requested, limit) {
        "{name} allows at most {limit} at once; you asked for {requested}.",
        "{name} : {limit} au maximum en une fois ; demande : {requested}.",
        "{name} cho phép tối đa {limit} mỗi lần; bạn yêu cầu {requested}.",
    }
    /// There is some room, but not enough.
    too_much(name, requested, limit, remaining) {
        "The limit of {limit} for {name} leaves room for {remaining}; you asked for {requested}.",
        "La limite de {limit} pour {name} ne laisse plus que {remaining} ; demande : {requested}.",
        "Hạn mức {limit} của {name} chỉ còn {remaining}; bạn yêu cầu {requested}.",
    }
    reached(name, used, requested, limit) {
        "The limit of {limit} for {name} is reached: {used} used; you asked for {requested} more.",
        "La limite de {limit} pour {name} est atteinte : utilisation {used}, demande {requested}.",
        "Đã đạt hạn mức {limit} của {name}: đã dùng {used}, bạn yêu cầu thêm {requested}.",
    }
    /// More is used than the limit allows (QUO-9).
    exceeded(name, used, limit) {
        "{name} is over its limit of {limit}: {used} used. Nothing can be added until less is used than that.",
        "La limite de {limit} pour {name} est dépassée : utilisation {used}. Rien ne peut être ajouté tant que l'utilisation n'est pas repassée en dessous.",
        "{name} đã vượt hạn mức {limit}: đã dùng {used}. Không thể thêm cho đến khi mức dùng xuống dưới hạn mức.",
    }
    grace_too_small(end) {
        "The grace period until {end} does not allow that much.",
        "La période de tolérance jusqu'au {end} n'en permet pas autant.",
        "Thời gian gia hạn đến {end} không cho phép nhiều như vậy.",
    }
    grace_over(end) {
        "The grace period ended on {end}.",
        "La période de tolérance a pris fin le {end}.",
        "Thời gian gia hạn đã kết thúc lúc {end}.",
    }
    uncountable(name) {
        "{name} cannot be counted that far.",
        "{name} : un nombre aussi grand ne peut pas être compté.",
        "{name}: không thể đếm đến số lớn như vậy.",
    }
    not_in_plan(name) {
        "{name} is not part of the current plan.",
        "{name} ne fait pas partie de l'offre actuelle.",
        "{name} không có trong gói hiện tại.",
    }
    released(name, requested, used) {
        "Released {requested} of {name}; {used} still used.",
        "Restitution pour {name} : {requested}. Utilisation actuelle : {used}.",
        "Đã hoàn trả {requested} của {name}; còn dùng {used}.",
    }
    not_released(name, requested, used) {
        "{requested} of {name} cannot be released: only {used} used.",
        "Impossible de restituer {requested} pour {name} : l'utilisation n'est que de {used}.",
        "Không thể hoàn trả {requested} của {name}: chỉ đang dùng {used}.",
    }
    reserved(name, requested) {
        "Reserved: {requested} of {name}.",
        "Réservation pour {name} : {requested}.",
        "Đã giữ trước {requested} của {name}.",
    }
    cancelled(name, requested) {
        "No longer reserved: {requested} of {name}.",
        "Réservation annulée pour {name} : {requested}.",
        "Đã hủy giữ trước {requested} của {name}.",
    }
    choose_plan(plan) {
        "The {plan} plan would allow it.",
        "Passez à l'offre {plan} pour continuer.",
        "Hãy nâng cấp lên gói {plan} để tiếp tục.",
    }
    wait(reset) {
        "It starts again on {reset}; until then, ask for a higher limit.",
        "Le décompte repart le {reset} ; d'ici là, demandez une limite plus élevée.",
        "Bộ đếm bắt đầu lại lúc {reset}; trước đó, hãy xin hạn mức cao hơn.",
    }
    ask_for_less() {
        "Ask for less, or for a higher limit.",
        "Demandez moins, ou une limite plus élevée.",
        "Hãy yêu cầu ít hơn hoặc xin hạn mức cao hơn.",
    }
    free_some() {
        "Free some of it, or ask for a higher limit.",
        "Libérez-en une partie ou demandez une limite plus élevée.",
        "Hãy giải phóng bớt hoặc xin hạn mức cao hơn.",
    }
}
