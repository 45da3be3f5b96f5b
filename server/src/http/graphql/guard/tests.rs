//! The guard on good documents, on bad ones, and on any.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use async_graphql::parser::parse_query;
use proptest::prelude::*;
use serde_json::json;

use super::*;

fn limits() -> LimitsConfig {
    crate::config::Config::from_source(&crate::config::Source::from_pairs([]))
        .expect("defaults")
        .limits
}

fn judge(text: &str, variables: serde_json::Value) -> Result<()> {
    check(
        &parse_query(text).expect("a document"),
        &Variables::from_json(variables),
        &limits(),
    )
}

fn cost(text: &str, variables: serde_json::Value) -> Cost {
    let document = parse_query(text).expect("a document");
    let variables = Variables::from_json(variables);
    let operation = document.operations.iter().next().expect("an operation").1;
    Measure::new(&document, &variables)
        .operation(&operation.node)
        .expect("measurable")
}

fn complaint(text: &str) -> String {
    let error = judge(text, json!({})).expect_err("refused");
    assert_eq!(error.code, Code::TooComplex, "{}", error.message);
    error.message
}

#[test]
fn a_page_multiplies_its_items_and_nothing_else() {
    // organizations 1 + pageInfo 2 + 50 × (edges 1 + node 1 + id 1)
    let text = "query($n: Int = 50) { organizations(first: $n) { pageInfo { hasNextPage } edges { node { id } } } }";
    assert_eq!(cost(text, json!({})).complexity, 1 + 2 + 50 * 3);
    assert_eq!(cost(text, json!({ "n": 10 })).complexity, 1 + 2 + 10 * 3);
    assert_eq!(
        cost("{ a { nodes { id } } }", json!({})).complexity,
        1 + 20 * 2,
        "a page has a size unasked"
    );
    assert_eq!(cost("{ a(last: 3) { id } }", json!({})).complexity, 1 + 3);
    assert_eq!(
        cost("{ nodes(ids: [1, 2, 3]) { id } }", json!({})).complexity,
        1 + 3
    );
    assert_eq!(
        cost(
            "query($i: [ID!]!) { nodes(ids: $i) { id } }",
            json!({ "i": [1, 2] })
        )
        .complexity,
        1 + 2
    );
    assert_eq!(
        cost("{ a(first: null) { edges { x } } }", json!({})).complexity,
        1 + 20 * 2
    );
}

#[test]
fn pages_inside_pages_multiply() {
    let text = "{ a(first: 100) { nodes { b(first: 100) { nodes { c(first: 100) { nodes { id } } } } } } }";
    assert!(complaint(text).contains("costs"), "{}", complaint(text));
    assert!(
        judge(
            "{ a(first: 100) { nodes { b(first: 100) { nodes { id } } } } }",
            json!({})
        )
        .is_ok()
    );
    assert!(
        judge(
            "{ a(first: 18446744073709551615) { nodes { b(first: 9999999) { nodes { id } } } } }",
            json!({})
        )
        .is_err()
    );
}

#[test]
fn spreading_is_the_same_as_writing_out() {
    let spread =
        "{ a { ...F b { ...F } } } fragment F on T { c: d ... on U { e @skip(if: false) } }";
    let written =
        "{ a { c: d ... on U { e @skip(if: false) } b { c: d ... on U { e @skip(if: false) } } } }";
    let (spread, written) = (cost(spread, json!({})), cost(written, json!({})));
    assert_eq!(
        (spread.depth, spread.aliases, spread.complexity),
        (written.depth, written.aliases, written.complexity)
    );
}

#[test]
fn forty_levels_are_refused_with_both_figures() {
    let text = format!("{}{}", "{ a ".repeat(40), "}".repeat(40));
    assert_eq!(
        complaint(&text),
        "The operation is 40 levels deep; this server accepts at most 15"
    );
    assert!(
        judge(
            &format!("{}{}", "{ a ".repeat(15), "}".repeat(15)),
            json!({})
        )
        .is_ok()
    );
}

#[test]
fn five_hundred_aliases_are_refused() {
    let mut text = String::from("{");
    for number in 0..500 {
        write!(text, " a{number}: a").expect("memory");
    }
    text.push('}');
    assert!(
        complaint(&text).contains("500 aliases"),
        "{}",
        complaint(&text)
    );
}

/// `2^levels` fields in `levels` fragments.
fn bomb(levels: usize) -> String {
    let mut text = format!("{{ ...F{levels} }} fragment F0 on T {{ a }}");
    for level in 1..=levels {
        write!(
            text,
            " fragment F{level} on T {{ ...F{0} ...F{0} }}",
            level - 1
        )
        .expect("memory");
    }
    text
}

#[test]
fn a_fragment_bomb_is_refused_in_milliseconds() {
    let begun = Instant::now();
    assert!(
        complaint(&bomb(22)).contains("selections"),
        "{}",
        complaint(&bomb(22))
    );
    assert!(complaint(&bomb(60)).contains("selections"), "it saturates");
    assert!(
        begun.elapsed() < Duration::from_millis(250),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn a_chain_of_fragments_is_refused_from_whichever_end_it_is_walked() {
    let mut text = String::from("{ a }");
    for level in 0..3_000 {
        write!(text, " fragment F{level} on T {{ ...F{} }}", level + 1).expect("memory");
    }
    assert!(
        complaint(&text).contains("nest more than"),
        "{}",
        complaint(&text)
    );
}

#[test]
fn a_circle_of_fragments_is_named() {
    for text in [
        "{ ...A } fragment A on T { ...A }",
        "{ a } fragment A on T { b { ...B } } fragment B on T { ...A }",
    ] {
        let error = judge(text, json!({})).expect_err("a circle");
        assert_eq!(error.code, Code::BadRequest);
        assert!(
            error.message.contains("spreads itself"),
            "{}",
            error.message
        );
    }
}

#[test]
fn operations_that_are_not_run_count_as_well() {
    let mut text = String::from("query A { a }");
    for number in 0..12 {
        write!(text, " query B{number} {{ ...F13 }}").expect("memory");
    }
    let text = text + bomb(13).strip_prefix("{ ...F13 }").expect("prefix");
    assert!(
        complaint(&text).contains("selections"),
        "{}",
        complaint(&text)
    );
}

#[test]
fn introspection_as_tools_ask_for_it_passes() {
    let of_type = "ofType { kind name ".repeat(9) + &"}".repeat(9);
    let text = format!(
        "query IntrospectionQuery {{ __schema {{ queryType {{ name }} types {{ ...FullType }} \
         directives {{ name args(includeDeprecated: true) {{ ...InputValue }} }} }} }} \
         fragment FullType on __Type {{ kind name fields(includeDeprecated: true) {{ name \
         args(includeDeprecated: true) {{ ...InputValue }} type {{ ...TypeRef }} }} \
         inputFields {{ ...InputValue }} interfaces {{ ...TypeRef }} enumValues {{ name }} possibleTypes {{ ...TypeRef }} }} \
         fragment InputValue on __InputValue {{ name type {{ ...TypeRef }} defaultValue }} \
         fragment TypeRef on __Type {{ kind name {of_type} }}"
    );
    judge(&text, json!({})).expect("fine");
    assert!(introspects(
        &parse_query(&text).expect("a document"),
        &Variables::default()
    ));
    assert!(!introspects(
        &parse_query("{ __typename a { fields { b } } }").expect("a document"),
        &Variables::default()
    ));
}

#[test]
fn introspection_in_circles_does_not() {
    let text = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }";
    assert!(
        complaint(text).contains("lists inside one another"),
        "{}",
        complaint(text)
    );
    assert!(
        judge(
            "{ form { fields { fields { fields { name } } } } }",
            json!({})
        )
        .is_ok(),
        "our own names are free"
    );
}

/// Any selection set, `depth` levels of fields at most.
fn selection(depth: u32) -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("a".to_owned()),
        Just("b: a".to_owned()),
        Just("...F".to_owned())
    ];
    leaf.prop_recursive(depth, 40, 4, |inner| {
        let name = prop_oneof![
            Just("c"),
            Just("edges"),
            Just("x(first: 3)"),
            Just("... on T")
        ];
        (name, prop::collection::vec(inner, 1..4))
            .prop_map(|(name, items)| format!("{name} {{ {} }}", items.join(" ")))
    })
}

proptest! {
    #[test]
    fn more_text_never_costs_less(one in selection(6), other in selection(6)) {
        let fragment = "fragment F on T { f g: h { i } }";
        let alone = cost(&format!("{{ {one} }} {fragment}"), json!({}));
        let both = cost(&format!("{{ {one} {other} }} {fragment}"), json!({}));
        let deeper = cost(&format!("{{ w {{ {one} }} }} {fragment}"), json!({}));
        prop_assert!(both.complexity > alone.complexity && both.depth >= alone.depth && both.aliases >= alone.aliases);
        prop_assert!(deeper.depth == alone.depth + 1 && deeper.complexity > alone.complexity);
        prop_assert!(alone.complexity >= alone.aliases && alone.selections >= alone.depth);
    }
}
