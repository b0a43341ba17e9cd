//! Hosts that read a schema in a way that it allows: alternatives, null, what is for one side only.

use super::*;

#[test]
fn what_a_discriminator_leads_to_is_sent_and_may_be_asked_for() {
    let contract = taking(
        "{$ref: '#/components/schemas/Vehicle'}",
        "'201': {description: made}",
        "Vehicle: {type: object, required: [type], properties: {type: {type: string}}, discriminator: {propertyName: type, mapping: {car: '#/components/schemas/Car'}}},
    Car: {allOf: [{$ref: '#/components/schemas/Vehicle'}, {type: object, required: [doors], properties: {doors: {type: integer}}}]}",
    );
    let host = posts(|value| if value["type"] == "car" && value["doors"].is_i64() { MADE } else { BAD });
    check(&contract, &host).ends_with(0);
    // What the body's own schema asks for is still asked for.
    let ran = check(&contract, &posts(|value| if value.is_object() { MADE } else { BAD })).ends_with(1);
    assert!(ran.stdout.contains("deny[invalid-rejected]"), "{}", ran.everything());
}

#[test]
fn nullable_without_a_type_may_be_taken_either_way() {
    let home = "home: {nullable: true, allOf: [{$ref: '#/components/schemas/Home'}]}";
    let contract = taking(
        &format!("{{type: object, properties: {{{home}}}}}"),
        &format!(
            "'201': {{description: made, content: {{application/json: {{schema: {{type: object, properties: {{{home}}}}}}}}}}}"
        ),
        "Home: {type: object, required: [city], properties: {city: {type: string}}}",
    );
    for takes_null in [true, false] {
        let host = posts(move |value| {
            let home = &value["home"];
            let absent = value.get("home").is_none();
            let good = absent || home["city"].is_string() || (takes_null && home.is_null());
            if value.is_object() && good { ("201 Created", value.clone()) } else { BAD }
        });
        check(&contract, &host).ends_with(0);
    }
}

#[test]
fn what_is_only_for_requests_may_be_left_out_and_is_told_where_it_is_shown() {
    let user = "{$ref: '#/components/schemas/User'}";
    let answer = format!("'201': {{description: made, content: {{application/json: {{schema: {user}}}}}}}");
    let contract = taking(
        user,
        &answer,
        "User: {type: object, required: [name, password], properties: {name: {type: string}, password: {type: string, writeOnly: true}}}",
    );
    let host = |shows: bool| {
        posts(move |value| {
            if !(value["name"].is_string() && value["password"].is_string()) {
                return BAD;
            }
            let mut user = value.clone();
            if !shows && let Some(members) = user.as_object_mut() {
                members.remove("password");
            }
            ("201 Created", user)
        })
    };
    let ran = check(&contract, &host(false)).ends_with(0);
    assert!(!ran.stdout.contains("[write-only]"), "{}", ran.everything());
    let ran = check(&contract, &host(true)).ends_with(0);
    let told = "warn[write-only] `/password` stands in the answer, though it is only for requests";
    assert!(ran.stdout.contains(told), "{}", ran.everything());
}

#[test]
fn an_enum_without_null_may_be_nullable_or_not() {
    let title = "title: {type: string, nullable: true, enum: [mr, ms]}";
    let contract = taking(
        &format!("{{type: object, properties: {{{title}}}}}"),
        &format!(
            "'201': {{description: made, content: {{application/json: {{schema: {{type: object, properties: {{{title}}}}}}}}}}}"
        ),
        "",
    );
    for takes_null in [true, false] {
        let host = posts(move |value| {
            let title = value
                .get("title")
                .is_none_or(|title| *title == "mr" || *title == "ms" || takes_null && title.is_null());
            if value.is_object() && title { ("201 Created", value.clone()) } else { BAD }
        });
        check(&contract, &host).ends_with(0);
    }
}

#[test]
fn one_part_may_ask_for_what_another_part_keeps_to_one_side() {
    let contract = taking(
        "{allOf: [{$ref: '#/components/schemas/Entity'}, {required: [id, name, secret]}]}",
        "'201': {description: made, content: {application/json: {schema: {allOf: [{$ref: '#/components/schemas/Entity'}, {required: [id, name, secret]}]}}}}",
        "Entity: {type: object, properties: {id: {type: string, readOnly: true}, name: {type: string}, secret: {type: string, writeOnly: true}}}",
    );
    let host = |shows_id: bool| {
        posts(move |value| {
            if !(value["name"].is_string() && value["secret"].is_string()) {
                return BAD;
            }
            let mut made = serde_json::json!({"name": value["name"]});
            if shows_id {
                made["id"] = "1".into();
            }
            ("201 Created", made)
        })
    };
    check(&contract, &host(true)).ends_with(0);
    let ran = check(&contract, &host(false)).ends_with(1);
    assert!(ran.stdout.contains("deny[response-schema] `/id` is missing"), "{}", ran.everything());
}

#[test]
fn a_place_that_no_body_has_is_a_gap() {
    let contract = ACCOUNTS.replace("field: /email", "field: /emial");
    let host = posts(|value| if is_account(value) { ("201 Created", value.clone()) } else { BAD });
    let ran = check(&contract, &host).ends_with(0);
    assert!(
        ran.stdout.contains("x-probity names `/emial`, which no request body has"),
        "{}",
        ran.everything()
    );
}

#[test]
fn what_a_map_holds_is_varied() {
    let contract = taking(
        "{type: object, properties: {labels: {type: object, additionalProperties: {type: string, maxLength: 20}}}}",
        "'201': {description: made}",
        "",
    );
    let host = |longest: usize| {
        posts(move |value| {
            let fits = |label: &Value| label.as_str().is_some_and(|text| text.chars().count() <= longest);
            let labels = match value.get("labels") {
                None => true,
                Some(labels) => labels.as_object().is_some_and(|labels| labels.values().all(fits)),
            };
            if value.is_object() && labels { MADE } else { BAD }
        })
    };
    check(&contract, &host(20)).ends_with(0);
    let ran = check(&contract, &host(21)).ends_with(1);
    assert!(ran.stdout.contains("deny[invalid-rejected]"), "{}", ran.everything());
    check(&contract, &host(19)).ends_with(1);
}

#[test]
fn every_alternative_is_varied() {
    let contract = taking(
        "{oneOf: [{$ref: '#/components/schemas/Card'}, {$ref: '#/components/schemas/Account'}], discriminator: {propertyName: kind}}",
        "'201': {description: made}",
        "Card: {type: object, required: [kind, number], properties: {kind: {type: string, enum: [Card]}, number: {type: string, pattern: '^[0-9]{16}$'}}},
    Account: {type: object, required: [kind, iban], properties: {kind: {type: string, enum: [Account]}, iban: {type: string, minLength: 15, maxLength: 34}}}",
    );
    let host = |looks_at_accounts: bool| {
        posts(move |value| {
            let length = |name: &str| value[name].as_str().map_or(0, |text| text.chars().count());
            let good = match value["kind"].as_str() {
                Some("Card") => {
                    length("number") == 16
                        && value["number"].as_str().unwrap().bytes().all(|byte| byte.is_ascii_digit())
                }
                Some("Account") => !looks_at_accounts || (15..=34).contains(&length("iban")),
                _ => false,
            };
            if good { MADE } else { BAD }
        })
    };
    let ran = check(&contract, &host(true)).ends_with(0);
    assert!(!ran.everything().contains("gap"), "{}", ran.everything());
    let ran = check(&contract, &host(false)).ends_with(1);
    assert!(ran.stdout.contains("deny[invalid-rejected]"), "{}", ran.everything());
}

#[test]
fn who_asks_for_what_only_answers_should_have_is_found_wherever_that_stands() {
    let inner = "{type: object, required: [id, made, label], properties: {id: {type: integer, readOnly: true}, made: {type: string, readOnly: true}, label: {type: string}}}";
    for (schema, of) in [
        (inner.to_owned(), ""),
        (format!("{{type: object, required: [in], properties: {{in: {inner}}}}}"), "/in"),
        (
            format!(
                "{{type: object, required: [in], properties: {{in: {{type: array, minItems: 1, items: {inner}}}}}}}"
            ),
            "/in/0",
        ),
    ] {
        for (asks, code) in [(false, 0), (true, 1)] {
            let host = posts(move |value| {
                let parts: Vec<&Value> = match (of, &value["in"]) {
                    ("/in/0", Value::Array(items)) if !items.is_empty() => items.iter().collect(),
                    ("/in/0", _) => return BAD,
                    _ => value.pointer(of).into_iter().collect(),
                };
                let id = |part: &Value| {
                    part.get("id").map_or(!asks, |id| id.as_f64().is_some_and(|id| id.fract() == 0.0))
                };
                let made = |part: &Value| part.get("made").is_none_or(Value::is_string);
                let good = parts.iter().all(|part| part["label"].is_string() && id(part) && made(part));
                if good && !parts.is_empty() { MADE } else { BAD }
            });
            let ran = check(&taking(&schema, "'201': {description: ok}", ""), &host).ends_with(code);
            assert_eq!(ran.everything().contains("deny[valid-accepted]"), asks, "{}", ran.everything());
        }
    }
}
