//! Requests of every kind, each with what a correct server may answer.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::rival::{Endpoint, PASSWORD, TOKEN_HEADER, USER, basic, basic_of, md5_hex};

#[derive(Clone, Debug)]
pub(super) enum Expect {
    Created,
    /// 400 with some of these codes and no other.
    Codes(Vec<i64>),
    /// A success or a 400: the documents do not say.
    Open,
    Status(Vec<u16>),
}

#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) label: String,
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
    pub(super) expect: Expect,
}

impl Ask {
    pub(super) fn post(endpoint: Endpoint, body: impl Into<Vec<u8>>, expect: Expect) -> Self {
        let body = body.into();
        Self {
            label: format!("{endpoint:?} {:.70}", String::from_utf8_lossy(&body)),
            method: "POST",
            path: endpoint.path(),
            headers: vec![("Authorization", basic()), ("Content-Type", "application/json".to_owned())],
            body,
            expect,
        }
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(key, _)| *key != name);
        self.label.push_str(" without ");
        self.label.push_str(name);
        self
    }

    fn with(self, name: &'static str, value: &str) -> Self {
        let mut ask = self.without(name);
        ask.label.push_str(" but with ");
        ask.label.push_str(value);
        ask.headers.push((name, value.to_owned()));
        ask
    }

    /// The bytes to send; a header can speak of the token, and of it in upper case.
    pub(super) fn bytes(&self, token: &str) -> Vec<u8> {
        let (method, path, length) = (self.method, self.path, self.body.len());
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nHost: rival\r\nConnection: close\r\nContent-Length: {length}\r\n"
        );
        for (name, value) in &self.headers {
            let _ = write!(
                head,
                "{name}: {}\r\n",
                value.replace("{token}", token).replace("{TOKEN}", &token.to_uppercase())
            );
        }
        [head.as_bytes(), b"\r\n", &self.body].concat()
    }
}

fn taken(endpoint: Endpoint) -> i64 {
    if endpoint == Endpoint::Badges { 733 } else { 12012 }
}

fn nameless(endpoint: Endpoint) -> i64 {
    if endpoint == Endpoint::Badges { 735 } else { 400 }
}

pub(super) fn all() -> Vec<Ask> {
    let mut asks = Vec::new();
    for endpoint in Endpoint::ALL {
        asks.extend(names(endpoint));
        asks.extend(delicate(endpoint));
        asks.extend(alike(endpoint));
        asks.extend(ranks(endpoint));
        asks.extend(missing(endpoint));
        asks.extend(types(endpoint));
        asks.extend(malformed(endpoint));
        asks.extend(media(endpoint));
        asks.extend(access(endpoint));
        asks.extend(methods(endpoint));
    }
    let mut elsewhere = Ask::post(Endpoint::Badges, "{}", Expect::Status(vec![404]));
    elsewhere.path = "/api_gateway/v1/badges/groups";
    asks.push(elsewhere);
    asks
}

/// More creates than some servers bear.
pub(super) fn many() -> impl Iterator<Item = Ask> {
    (300..360).map(|rank| {
        Ask::post(Endpoint::Rewards, group(&format!("One of many, {rank}"), rank), Expect::Created)
    })
}

fn group(name: &str, rank: i64) -> String {
    json!({"name": name, "rank": rank}).to_string()
}

fn names(endpoint: Endpoint) -> Vec<Ask> {
    let mut asks = Vec::new();
    let mut add = |name: &str, rank: i64, expect: Expect| {
        asks.push(Ask::post(endpoint, group(name, rank), expect));
    };
    let repeated = || Expect::Codes(vec![taken(endpoint)]);
    let case = if endpoint == Endpoint::Badges { Expect::Created } else { Expect::Open };
    let first = "Rivalry one, first of them";
    add(first, 4, Expect::Created);
    add(first, 4, repeated());
    add(first, 4, repeated());
    add("Rivalry two", 5, Expect::Created);
    add(first, 4, repeated());
    add(first, 7, repeated());
    add("Rivalry three", 5, Expect::Created);
    add(&first.to_lowercase(), 9, case);
    add("Rivalry one, first of those", 10, Expect::Created);
    add("Rivalry four", 11, Expect::Created);
    add(first, 4, repeated());
    for (rank, name) in (20..).zip([
        "Caf\u{e9} au lait",
        "Caf\u{e8} au lait",
        "Medal \u{1f3c5}",
        "\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{645}\u{631}\u{62d}\u{628}\u{627}",
        "Cafe\u{301} noir",
        "zero\u{200b}width \u{202e}turned",
        "\u{5f92}\u{6b69} \u{968a}",
        "O'Brien's; DROP TABLE--",
        "a \"quoted\" back\\slash",
        "<b>bold</b> & more",
        "100% %s %n ${x}",
    ]) {
        add(name, rank, Expect::Created);
    }
    add("nul\0inside", 40, Expect::Open);
    add("line\nbreak\u{7}", 41, Expect::Open);
    add(&"l".repeat(300), 42, Expect::Open);
    add(&"v".repeat(66_000), 43, Expect::Open);
    add("   ", 44, Expect::Open);
    add("", 45, Expect::Open);
    add("  Padded  ", 46, Expect::Open);
    asks
}

/// Names that careless servers change.
fn delicate(endpoint: Endpoint) -> Vec<Ask> {
    (200..)
        .zip([
            "Long of fifty and more characters, cut by some who keep but fifty of them".to_owned(),
            "Longer, with \u{1f3c5} at its end, ".to_owned() + &"l".repeat(90),
            format!("{}\u{e9}\u{e9}", "b".repeat(63)),
            "Two  spaces".to_owned(),
            "Fish &amp; chips".to_owned(),
            "100%25 of it".to_owned(),
            "One + one".to_owned(),
            "no\u{a0}break".to_owned(),
            "\u{fb01}ne \u{ff27}old".to_owned(),
        ])
        .map(|(rank, name)| Ask::post(endpoint, group(&name, rank), Expect::Created))
        .collect()
}

/// Names that are taken, and names that only look so.
fn alike(endpoint: Endpoint) -> Vec<Ask> {
    let repeated = || Expect::Codes(vec![taken(endpoint)]);
    let case = if endpoint == Endpoint::Badges { Expect::Created } else { Expect::Open };
    let long = "y".repeat(70);
    let mut asks: Vec<Ask> = [
        ("Caf\u{e9} au lait", repeated()),
        ("Ma\u{f1}ana", Expect::Created),
        ("Ma\u{d1}ana", case),
        ("Longest".repeat(20).as_str(), Expect::Created),
        ("Longest".repeat(20).as_str(), repeated()),
        (format!("{long} one").as_str(), Expect::Created),
        (format!("{long} two").as_str(), Expect::Created),
        ("Point one", Expect::Created),
        ("Point, one", Expect::Created),
    ]
    .into_iter()
    .zip(220..)
    .map(|((name, expect), rank)| Ask::post(endpoint, group(name, rank), expect))
    .collect();
    let unattributed = "X-CAP-API-ATTRIBUTION-ENTITY-CODE";
    asks.push(Ask::post(endpoint, group("Point one", 208), repeated()).with(unattributed, "store-2"));
    asks.push(Ask::post(
        endpoint,
        group("Typed, then not", 1).replace(":1", ":[]"),
        Expect::Codes(vec![400]),
    ));
    asks.push(Ask::post(endpoint, group("Typed, then not", 1), Expect::Created));
    asks
}

fn ranks(endpoint: Endpoint) -> Vec<Ask> {
    let refused = || Expect::Codes(vec![400]);
    [
        ("0", Expect::Open),
        ("-3", Expect::Open),
        ("2147483648", Expect::Open),
        ("9223372036854775807", Expect::Open),
        ("2.0", Expect::Open),
        ("3e2", Expect::Open),
        ("16777217", Expect::Created),
        ("65537", Expect::Created),
        ("9007199254740993", Expect::Open),
        ("9223372036854775808", refused()),
        ("123456789012345678901234567890", refused()),
        ("1e400", refused()),
        ("1.5", refused()),
    ]
    .into_iter()
    .map(|(rank, expect)| {
        let body = format!(r#"{{"name":"Rank {rank}","rank":{rank}}}"#);
        Ask::post(endpoint, body, expect)
    })
    .collect()
}

fn missing(endpoint: Endpoint) -> Vec<Ask> {
    let badges = endpoint == Endpoint::Badges;
    let rankless = || {
        if badges { Expect::Codes(vec![732]) } else { Expect::Created }
    };
    let both = if badges { vec![732, 735] } else { vec![400] };
    let clash = if badges { vec![732, 733] } else { vec![12012] };
    let nameless = || Expect::Codes(vec![nameless(endpoint)]);
    [
        (r#"{"rank":60}"#, nameless()),
        (r#"{"name":null,"rank":61}"#, nameless()),
        (r#"{"name":"Rankless"}"#, rankless()),
        (r#"{"name":"Null rank","rank":null}"#, rankless()),
        (r#"{"name":"Rankless later","rank":62}"#, Expect::Created),
        ("{}", Expect::Codes(both)),
        (r#"{"name":"Rivalry two"}"#, Expect::Codes(clash)),
    ]
    .into_iter()
    .chain(badges.then_some((r#"{"name":"Rankless","rank":63}"#, Expect::Created)))
    .map(|(body, expect)| Ask::post(endpoint, body, expect))
    .collect()
}

fn types(endpoint: Endpoint) -> Vec<Ask> {
    let values = [json!(5), json!(true), json!(["x"]), json!({"x": 1})];
    let names = values.into_iter().map(|name| json!({"name": name, "rank": 70}));
    let values = [json!("5"), json!("five"), json!(true), json!([5]), json!({"x": 5}), Value::from(2.5)];
    let ranks = values.into_iter().map(|rank| json!({"name": format!("Typed {rank}"), "rank": rank}));
    names.chain(ranks).map(|body| Ask::post(endpoint, body.to_string(), Expect::Codes(vec![400]))).collect()
}

fn malformed(endpoint: Endpoint) -> Vec<Ask> {
    let deep = format!("{}{}", "[".repeat(90), "]".repeat(90));
    let far = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let refused: Vec<Vec<u8>> = vec![
        br#"{"name":"Comma","rank":80,}"#.to_vec(),
        br#"{"name":"Cut","rank":8"#.to_vec(),
        br#"{"name":"Cut sho"#.to_vec(),
        br#"{"name":"Commented","rank":/* high */81}"#.to_vec(),
        b"{'name':'Single','rank':82}".to_vec(),
        br#"{"name":"Trailed","rank":83} and more"#.to_vec(),
        br#"{"name":"Nan","rank":NaN}"#.to_vec(),
        b"group".to_vec(),
        Vec::new(),
        b"  ".to_vec(),
        b"[]".to_vec(),
        br#"[{"name":"Listed","rank":84}]"#.to_vec(),
        b"\"text\"".to_vec(),
        b"17".to_vec(),
        b"true".to_vec(),
        b"null".to_vec(),
        b"{\"name\":\"Latin \xe9\",\"rank\":85}".to_vec(),
        br#"{"name":"Half \ud83d","rank":86}"#.to_vec(),
        format!(r#"{{"name":"Far","rank":87,"x":{far}}}"#).into_bytes(),
    ];
    let open = vec![
        format!(r#"{{"name":"Deep","rank":88,"x":{deep}}}"#),
        r#"{"name":"Twice","rank":89,"name":"Twice more"}"#.to_owned(),
        r#"{"name":"Unknown","rank":90,"colour":"red"}"#.to_owned(),
        format!(r#"{{"name":"Large","rank":91,"x":"{}"}}"#, "x".repeat(70_000)),
    ];
    refused
        .into_iter()
        .map(|body| Ask::post(endpoint, body, Expect::Codes(vec![400])))
        .chain(open.into_iter().map(|body| Ask::post(endpoint, body, Expect::Open)))
        .collect()
}

fn media(endpoint: Endpoint) -> Vec<Ask> {
    let ask = |name: &str, expect| Ask::post(endpoint, group(name, 100), expect);
    let refused = || Expect::Status(vec![400, 415]);
    vec![
        ask("Plain", refused()).with("Content-Type", "text/plain"),
        ask("Plain", Expect::Created),
        ask("Form", refused()).with("Content-Type", "application/x-www-form-urlencoded"),
        ask("Untyped", Expect::Status(vec![200, 400, 415])).without("Content-Type"),
        ask("Charset", Expect::Created).with("Content-Type", "application/json; charset=utf-8"),
        ask("Loud", Expect::Created).with("Content-Type", "APPLICATION/JSON"),
        ask("Overridden", Expect::Created).with("X-HTTP-Method-Override", "DELETE"),
    ]
}

fn access(endpoint: Endpoint) -> Vec<Ask> {
    let ask = || Ask::post(endpoint, group("Accessed", 110), Expect::Status(vec![401]));
    let header = |value: &str| ask().with("Authorization", value);
    let mut late = ask().without("Authorization");
    late.body = b"{}".to_vec();
    let mut asks = vec![
        ask().without("Authorization"),
        late,
        header(&basic_of(USER, &md5_hex("wrong"))),
        header(&basic_of("nobody", &md5_hex(PASSWORD))),
        header(&basic_of(USER, PASSWORD)),
        header(&basic_of(USER, &(md5_hex(PASSWORD)[..8].to_owned() + &md5_hex("wrong")[8..]))),
        header(&basic_of(&(USER[..4].to_owned() + "x"), &md5_hex(PASSWORD))),
        header(&basic_of("", "")),
        header("Basic "),
        header("Basic %%%"),
        header("Basic bm9jb2xvbg=="),
        header("Bearer abc"),
        ask().without("Authorization").with(TOKEN_HEADER, "abc"),
        ask().without("Authorization").with(TOKEN_HEADER, "{token}0"),
        ask().without("Authorization").with(TOKEN_HEADER, "{TOKEN}"),
        ask().without("Authorization").with(TOKEN_HEADER, &format!("{}.{}", md5_hex("one"), md5_hex("two"))),
        Ask::post(endpoint, group("Accessed", 110), Expect::Created),
    ];
    for rank in 111..116 {
        let ask = Ask::post(endpoint, group(&format!("Token {rank}"), rank), Expect::Created);
        asks.push(ask.without("Authorization").with(TOKEN_HEADER, "{token}"));
    }
    asks
}

fn methods(endpoint: Endpoint) -> Vec<Ask> {
    ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
        .into_iter()
        .map(|method| {
            let allowed = if method == "OPTIONS" { vec![204, 405] } else { vec![404, 405] };
            let body = if method == "PUT" { group("Put", 120) } else { String::new() };
            let mut ask = Ask::post(endpoint, body, Expect::Status(allowed));
            ask.method = method;
            ask.label = format!("{endpoint:?} {method}");
            ask
        })
        .collect()
}
