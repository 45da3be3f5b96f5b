//! A decision in words, in the caller's language (QUO-5).

use bursar_entities::enums::{LimitSource, MeterKind, OverQuotaPolicy, UsageOperation};

use super::amount::from_units;
use super::decide::Decision;
use crate::actor::Locale;

/// The sentence for `decision`; `plan` is the name of the suggested plan, when there is one.
#[must_use]
pub fn message(decision: &Decision, plan: Option<&str>, locale: Locale) -> String {
    let name = &decision.meter.name;
    let amount = |units| from_units(units, &decision.meter).to_string();
    let (used, requested) = (amount(decision.used), amount(decision.requested));
    let limit = decision.limit.map(amount);
    match (decision.operation, decision.allowed, limit) {
        (UsageOperation::Release, true, _) => released(locale, name, &requested, &used),
        (UsageOperation::Release, false, _) => not_released(locale, name, &requested, &used),
        (UsageOperation::Reserve | UsageOperation::Extend, true, _) => {
            reserved(locale, name, &requested)
        }
        (UsageOperation::Cancel, ..) => cancelled(locale, name, &requested),
        (UsageOperation::Late, ..) => late(locale, name, &requested),
        (UsageOperation::Consume | UsageOperation::Commit, true, None) => {
            unlimited(locale, name, &used)
        }
        (UsageOperation::Consume | UsageOperation::Commit, true, Some(limit))
            if decision.meter.kind == MeterKind::Cap =>
        {
            within_cap(locale, name, &requested, &limit)
        }
        (UsageOperation::Consume | UsageOperation::Commit, true, Some(limit)) => {
            let over = decision.limit.is_some_and(|limit| decision.used > limit);
            granted(locale, name, &used, &limit, over.then_some(decision.policy))
        }
        (_, false, limit) => {
            let refusal = if decision.source == LimitSource::None {
                not_in_plan(locale, name)
            } else {
                let limit = limit.unwrap_or_default();
                if decision.meter.kind == MeterKind::Cap {
                    above_cap(locale, name, &requested, &limit)
                } else {
                    reached(locale, name, &used, &requested, &limit)
                }
            };
            format!("{refusal} {}", advice(locale, plan))
        }
    }
}

fn late(locale: Locale, name: &str, requested: &str) -> String {
    match locale {
        Locale::En => format!(
            "{requested} of {name} came after its period had closed: kept, and counted in no quota."
        ),
        Locale::Fr => format!(
            "{requested} pour {name} est arrivé après la clôture de sa période : conservé, sans être compté dans aucun quota."
        ),
        Locale::Vi => format!(
            "{requested} cho {name} đến sau khi kỳ của nó đã đóng: được lưu lại và không tính vào hạn mức nào."
        ),
    }
}

fn granted(
    locale: Locale,
    name: &str,
    used: &str,
    limit: &str,
    over: Option<OverQuotaPolicy>,
) -> String {
    match (locale, over) {
        (Locale::En, None) => format!("Granted: {used} of {limit} used for {name}."),
        (Locale::Fr, None) => format!("Accordé : {used} sur {limit} utilisés pour {name}."),
        (Locale::Vi, None) => format!("Đã chấp nhận: đã dùng {used}/{limit} cho {name}."),
        (Locale::En, Some(OverQuotaPolicy::Allow)) => {
            format!(
                "Granted beyond the limit of {limit} for {name} ({used} used); the excess is charged."
            )
        }
        (Locale::Fr, Some(OverQuotaPolicy::Allow)) => {
            format!(
                "Accordé au-delà de la limite de {limit} pour {name} ({used} utilisés) ; le dépassement est facturé."
            )
        }
        (Locale::Vi, Some(OverQuotaPolicy::Allow)) => {
            format!(
                "Đã chấp nhận vượt hạn mức {limit} cho {name} (đã dùng {used}); phần vượt sẽ bị tính phí."
            )
        }
        (Locale::En, Some(_)) => {
            format!("Granted, but {name} is over its limit: {used} of {limit} used.")
        }
        (Locale::Fr, Some(_)) => {
            format!("Accordé, mais {name} dépasse sa limite : {used} sur {limit} utilisés.")
        }
        (Locale::Vi, Some(_)) => {
            format!("Đã chấp nhận, nhưng {name} vượt hạn mức: đã dùng {used}/{limit}.")
        }
    }
}

fn unlimited(locale: Locale, name: &str, used: &str) -> String {
    match locale {
        Locale::En => format!("Granted: {name} is unlimited ({used} used)."),
        Locale::Fr => format!("Accordé : {name} est illimité ({used} utilisés)."),
        Locale::Vi => format!("Đã chấp nhận: {name} không giới hạn (đã dùng {used})."),
    }
}

fn within_cap(locale: Locale, name: &str, requested: &str, limit: &str) -> String {
    match locale {
        Locale::En => {
            format!("Granted: {requested} is within the {limit} allowed at once for {name}.")
        }
        Locale::Fr => {
            format!("Accordé : {requested} reste dans les {limit} permis en une fois pour {name}.")
        }
        Locale::Vi => {
            format!("Đã chấp nhận: {requested} nằm trong mức {limit} cho phép mỗi lần của {name}.")
        }
    }
}

fn above_cap(locale: Locale, name: &str, requested: &str, limit: &str) -> String {
    match locale {
        Locale::En => format!("{name} allows at most {limit} at once; {requested} was asked for."),
        Locale::Fr => format!("{name} : au plus {limit} en une fois ; {requested} demandés."),
        Locale::Vi => format!("{name} cho phép tối đa {limit} mỗi lần; đã yêu cầu {requested}."),
    }
}

fn reached(locale: Locale, name: &str, used: &str, requested: &str, limit: &str) -> String {
    match locale {
        Locale::En => format!(
            "The limit of {limit} for {name} is reached: {used} used, {requested} asked for."
        ),
        Locale::Fr => {
            format!(
                "La limite de {limit} pour {name} est atteinte : {used} utilisés, {requested} demandés."
            )
        }
        Locale::Vi => {
            format!("Đã đạt hạn mức {limit} của {name}: đã dùng {used}, yêu cầu thêm {requested}.")
        }
    }
}

fn not_in_plan(locale: Locale, name: &str) -> String {
    match locale {
        Locale::En => format!("{name} is not part of the current plan."),
        Locale::Fr => format!("{name} ne fait pas partie de l'offre actuelle."),
        Locale::Vi => format!("{name} không có trong gói hiện tại."),
    }
}

fn released(locale: Locale, name: &str, requested: &str, used: &str) -> String {
    match locale {
        Locale::En => format!("Released {requested} of {name}; {used} still used."),
        Locale::Fr => format!("{requested} libérés pour {name} ; {used} encore utilisés."),
        Locale::Vi => format!("Đã trả lại {requested} của {name}; còn dùng {used}."),
    }
}

fn not_released(locale: Locale, name: &str, requested: &str, used: &str) -> String {
    match locale {
        Locale::En => format!("Only {used} of {name} is used; {requested} cannot be released."),
        Locale::Fr => {
            format!("Seuls {used} de {name} sont utilisés ; impossible d'en libérer {requested}.")
        }
        Locale::Vi => format!("{name} chỉ đang dùng {used}; không thể trả lại {requested}."),
    }
}

fn reserved(locale: Locale, name: &str, requested: &str) -> String {
    match locale {
        Locale::En => format!("Reserved: {requested} of {name}."),
        Locale::Fr => format!("Réservé : {requested} pour {name}."),
        Locale::Vi => format!("Đã giữ trước {requested} của {name}."),
    }
}

fn cancelled(locale: Locale, name: &str, requested: &str) -> String {
    match locale {
        Locale::En => format!("No longer reserved: {requested} of {name}."),
        Locale::Fr => format!("N'est plus réservé : {requested} pour {name}."),
        Locale::Vi => format!("Không còn giữ trước {requested} của {name}."),
    }
}

fn advice(locale: Locale, plan: Option<&str>) -> String {
    match (locale, plan) {
        (Locale::En, Some(plan)) => format!("The {plan} plan would allow it."),
        (Locale::Fr, Some(plan)) => format!("Passez à l'offre {plan} pour continuer."),
        (Locale::Vi, Some(plan)) => format!("Hãy nâng cấp lên gói {plan} để tiếp tục."),
        (Locale::En, None) => "Free some of it, or ask for a higher limit.".to_owned(),
        (Locale::Fr, None) => {
            "Libérez-en une partie ou demandez une limite plus élevée.".to_owned()
        }
        (Locale::Vi, None) => "Hãy giải phóng bớt hoặc yêu cầu hạn mức cao hơn.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use bursar_entities::enums::{MeterKind, OverQuotaPolicy};

    use super::message;
    use crate::actor::Locale;
    use crate::domain::quotas::decide::{consume, release, tests::standing};

    #[test]
    fn a_refusal_names_the_meter_the_limit_and_the_way_out_in_each_language() {
        let refused = consume(
            &standing(MeterKind::Gauge, 10, 0, Some(10), OverQuotaPolicy::Deny),
            1,
        );
        for locale in [Locale::En, Locale::Fr, Locale::Vi] {
            let text = message(&refused, Some("Business"), locale);
            for part in ["projects", "10", "Business"] {
                assert!(text.contains(part), "{part} is missing from: {text}");
            }
        }
        let french = message(&refused, None, Locale::Fr);
        assert!(
            french.starts_with("La limite de 10 pour projects est atteinte"),
            "{french}"
        );
    }

    #[test]
    fn each_outcome_has_its_own_sentence() {
        let stands = |policy| standing(MeterKind::Gauge, 10, 0, Some(10), policy);
        let texts = [
            message(
                &consume(&stands(OverQuotaPolicy::Warn), 1),
                None,
                Locale::En,
            ),
            message(
                &consume(&stands(OverQuotaPolicy::Allow), 1),
                None,
                Locale::En,
            ),
            message(
                &consume(&stands(OverQuotaPolicy::Deny), 1),
                None,
                Locale::En,
            ),
            message(
                &release(&stands(OverQuotaPolicy::Deny), 1),
                None,
                Locale::En,
            ),
            message(
                &release(&stands(OverQuotaPolicy::Deny), 11),
                None,
                Locale::En,
            ),
        ];
        let distinct: std::collections::HashSet<&String> = texts.iter().collect();
        assert_eq!(distinct.len(), texts.len(), "{texts:?}");
    }
}
