//! What the parts cost by themselves: reading a contract, planning, judging one exchange.
#![allow(missing_docs, clippy::unwrap_used)]

use bytes::Bytes;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use probity::contract::Contract;
use probity::exchange::{Answer, Exchange, Head, Outcome, Sent};
use probity::plan::{Plan, Position, Verdict, Wishes, plan};
use probity::source::Document;
use probity::{json, judge};
use std::hint::black_box;
use std::time::Duration;

const GROUPS: &str = include_str!("../spec/groups.openapi.yaml");

fn groups() -> Contract {
    let document = Document::from_text("groups.yaml", GROUPS).unwrap();
    Contract::read(document).map_err(|refused| refused.1).unwrap()
}

fn reading(criterion: &mut Criterion) {
    criterion.bench_function("read the contract", |bencher| bencher.iter(groups));
    let contract = groups();
    let wishes = Wishes::default();
    let mut group = criterion.benchmark_group("plan");
    group.throughput(Throughput::Elements(plan(&contract, &wishes).unwrap().len() as u64));
    group.bench_function("both endpoints", |bencher| bencher.iter(|| plan(black_box(&contract), &wishes)));
    group.finish();
}

/// Large documents, from the folder that `PROBITY_CORPUS` names.
fn large(criterion: &mut Criterion) {
    let Ok(folder) = std::env::var("PROBITY_CORPUS") else { return };
    let mut group = criterion.benchmark_group("a large document");
    group.sample_size(10);
    for name in ["openai/2.3.0.json", "vercel/0.0.1.json", "twilio/api_v2010.json"] {
        let Ok(document) = Document::open(format!("{folder}/{name}").as_ref()) else { continue };
        group.bench_function(format!("{name}: read and plan"), |bencher| {
            bencher.iter_batched(
                || document.clone(),
                |document| {
                    let contract = Contract::read(document).map_err(|refused| refused.1).unwrap();
                    plan(&contract, &Wishes::default()).map(|plan| plan.len())
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

fn exchange(plan: &Plan, verdict: Verdict, status: u16, body: &str) -> (usize, Exchange) {
    let found = plan.scenarios.iter().position(|scenario| {
        let case = &scenario.cases[0];
        case.expectation.verdict == verdict
            && case.id.starts_with("create-badges-group")
            && case.request.body.is_some()
    });
    let index = found.unwrap();
    let request = &plan.scenarios[index].cases[0].request;
    let sent: serde_json::Value = serde_json::from_slice(request.body().unwrap()).unwrap();
    let name = sent["name"].as_str().unwrap_or_default();
    let answer = Answer {
        status,
        headers: [("content-type", "application/json"), ("x-cap-requestid", "5f1c")].into(),
        body: Bytes::from(body.replace("GROUP_RANK_2", name)),
    };
    let sent = Sent {
        head: Head {
            method: request.method.clone(),
            url: "http://127.0.0.1:8080/api_gateway/v1/badges/group".into(),
            headers: request.parts.headers().map(|(name, value)| (name, value.to_string())).collect(),
        }
        .into(),
        body: request.body().map(|body| Bytes::copy_from_slice(body).into()),
    };
    let outcome = Outcome::Answered(answer);
    (
        index,
        Exchange {
            sent,
            outcome,
            ended: jiff::Timestamp::now(),
            elapsed: Duration::ZERO,
            attempts: 1,
            leaks_secret: false,
            uncertain: false,
            away: false,
        },
    )
}

fn judging(criterion: &mut Criterion) {
    let contract = groups();
    let plan = plan(&contract, &Wishes::default()).unwrap();
    let now = jiff::Timestamp::now().as_second();
    let accepted = r#"{"data":{"id":"6581281e8f68666070de15c5","orgId":50156,"name":"GROUP_RANK_2","rank":2,"createdBy":123,"createdOn":1702963230.966423000,"lastUpdatedBy":123,"lastUpdatedOn":1702963230.966423000,"isActive":true},"errors":[],"warnings":[]}"#;
    let accepted =
        &accepted.replace("1702963230", &now.to_string()).replace("6581281e", &format!("{now:08x}"));
    let refused = r#"{"data":null,"errors":[{"code":735,"message":"Group Name is Mandatory.","reference":null}],"warnings":null}"#;
    let mut group = criterion.benchmark_group("judge one exchange");
    for (name, verdict, status, body) in
        [("accepted", Verdict::Accept, 200, accepted.as_str()), ("refused", Verdict::Reject, 400, refused)]
    {
        let (index, exchange) = exchange(&plan, verdict, status, body);
        let exchanges = [Some(exchange)];
        let held = judge::exchange(&contract, (&plan, ""), &exchanges, Position { scenario: index, step: 0 })
            .observations;
        assert!(held.is_empty(), "{held:?}");
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                judge::exchange(
                    &contract,
                    (&plan, ""),
                    black_box(&exchanges),
                    Position { scenario: index, step: 0 },
                )
            });
        });
    }
    group.bench_function("its JSON alone", |bencher| {
        bencher.iter(|| json::read(black_box(accepted.as_bytes())));
    });
    group.finish();
}

criterion_group!(benches, reading, large, judging);
criterion_main!(benches);
