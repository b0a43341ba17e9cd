//! How fast a run is against what bounds it: prints ratios against baselines measured in the
//! same run, on the same host and with as many connections.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, clippy::cast_precision_loss)]

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use probity::contract::Contract;
use probity::exchange::Head;
use probity::exchange::{Piece, Pieces};
use probity::host::{Host, HostSettings};
use probity::plan::{Plan, Scenario, Wishes, plan};
use probity::run::authenticator::basic;
use probity::run::transport::{Outgoing, Transport};
use probity::run::{self, Credentials, Settings};
use probity::session::{Event, Observer, run as session};
use probity::source::Document;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The program's own, for both sides.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CONNECTIONS: usize = 8;
const ROUNDS: usize = 15;

/// Takes the time from the first request to the last answer.
#[derive(Default)]
struct Timer(Mutex<Option<Instant>>, Mutex<Duration>);

impl Observer for Timer {
    fn event(&self, event: &Event<'_>) {
        match event {
            Event::Run(run::Event::Started { .. }) => *self.0.lock().unwrap() = Some(Instant::now()),
            Event::Run(run::Event::Ended) => {
                *self.1.lock().unwrap() += self.0.lock().unwrap().unwrap().elapsed();
            }
            _ => {}
        }
    }
}

fn contract() -> Arc<Contract> {
    let document = Document::from_text("groups.yaml", include_str!("../spec/groups.openapi.yaml")).unwrap();
    Arc::new(Contract::read(document).map_err(|refused| refused.1).unwrap())
}

/// The embedded host as the program runs it.
fn host() -> String {
    let host = Host::start_apart(contract(), HostSettings::default()).unwrap();
    let address = host.address();
    std::mem::forget(host);
    format!("http://{address}")
}

/// On a thread of its own with the same runtime.
fn bare_handler() -> String {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let body = r#"{"data":{"id":"6581281e8f68666070de15c5","orgId":50156,"name":"GROUP_RANK_2","rank":2,"createdBy":123,"createdOn":1702963230.966423000,"lastUpdatedBy":123,"lastUpdatedOn":1702963230.966423000,"isActive":true},"errors":[],"warnings":[]}"#;
            let answer = move |_: bytes::Bytes| async move { ([("content-type", "application/json")], body) };
            let router = axum::Router::new().fallback(answer);
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            sender.send(listener.local_addr().unwrap()).unwrap();
            axum::serve(listener, router).await.unwrap();
        });
    });
    format!("http://{}", receiver.recv().unwrap())
}

/// Every request of the plan, as a client would send it that does nothing else.
fn requests(plan: &Plan, target: &str, id: &str) -> Vec<Outgoing> {
    let authorization = format!("Basic {}", basic("demo", "demo-password", false));
    let each = plan.cases().map(|case| {
        let headers = case.request.parts.headers();
        let mut headers: Vec<(String, String)> =
            headers.map(|(name, value)| (name.to_owned(), value.filled_text(id).into_owned())).collect();
        headers.push(("Authorization".into(), authorization.clone()));
        let body = case.request.body.as_ref().map(|body| body.filled(id));
        let url = format!("{target}{}", case.request.path().filled_text(id));
        let head = Head { method: case.request.method.clone(), url, headers: headers.into_iter().collect() };
        Outgoing::new(head, body)
    });
    each.collect()
}

/// The plan without what waits for others by design.
fn without_races(plan: &Plan) -> Plan {
    let scenarios = plan.scenarios.iter().filter(|scenario| scenario.at_once == 0).cloned().collect();
    Plan { scenarios, ..plan.clone() }
}

/// The plan several times over, so that connecting weighs as little as it does in a long run;
/// the unique values of each copy are its own.
fn repeated(plan: &Plan, times: u8) -> Plan {
    let mut long = Plan { scenarios: Vec::new(), ..plan.clone() };
    for copy in 0..times {
        let own = char::from(b'a' + copy).to_string();
        for scenario in &plan.scenarios {
            let mut scenario = Scenario::clone(scenario);
            for body in scenario.cases.iter_mut().filter_map(|case| case.request.body.as_mut()) {
                *body = copied(body, &own);
            }
            long.scenarios.push(Arc::new(scenario));
        }
    }
    long
}

/// A body with a letter in place of the dash behind each identity of the run.
fn copied(body: &Pieces, own: &str) -> Pieces {
    let mut after_run = false;
    let pieces = body.pieces().map(|piece| {
        let before = std::mem::replace(&mut after_run, piece == Piece::RunId);
        match piece {
            Piece::Bytes([b'-', rest @ ..]) if before => [own.as_bytes(), rest].concat().into(),
            Piece::Bytes(bytes) => bytes.to_vec().into(),
            Piece::RunId => Pieces::run_id(body.run_sample().unwrap()),
            Piece::Answer { shown, parameter } => Pieces::answer(shown.to_owned(), parameter),
        }
    });
    Pieces::joined(&pieces.collect::<Vec<_>>(), "")
}

async fn bare_client(transport: &Transport, requests: &[Outgoing]) -> Duration {
    let clock = Instant::now();
    let next = AtomicUsize::new(0);
    let workers: FuturesUnordered<_> = (0..CONNECTIONS)
        .map(|_| async {
            while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                let _ = transport.send(request).await;
            }
        })
        .collect();
    workers.collect::<()>().await;
    clock.elapsed()
}

/// No name of the load comes twice.
static NAMES: AtomicUsize = AtomicUsize::new(0);

/// Requests a second over bare connections, with the request written once.
async fn load(address: &str, body: &str, count: usize) -> f64 {
    let clock = Instant::now();
    let authorization = basic("demo", "demo-password", false);
    let workers: FuturesUnordered<_> = (0..CONNECTIONS)
        .map(|_| {
            let authorization = authorization.clone();
            async move {
                let mut stream = TcpStream::connect(address.trim_start_matches("http://")).await.unwrap();
                stream.set_nodelay(true).unwrap();
                let mut buffer = vec![0; 16 * 1024];
                for _ in 0..count / CONNECTIONS {
                    let body = body.replace("NAME", &format!("load-{}", NAMES.fetch_add(1, Ordering::Relaxed)));
                    let request = format!(
                        "POST /api_gateway/v1/badges/group HTTP/1.1\r\nhost: x\r\nauthorization: Basic {authorization}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                        body.len()
                    );
                    stream.write_all(request.as_bytes()).await.unwrap();
                    let read = stream.read(&mut buffer).await.unwrap();
                    assert!(buffer[..read].starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&buffer[..read]));
                }
            }
        })
        .collect();
    workers.collect::<()>().await;
    count as f64 / clock.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn spread(name: &str, values: &[f64], bar: &str) {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(0.0, f64::max);
    println!("{name:52} {:6.2}  ({least:.2} to {most:.2})  {bar}", median(values.to_vec()));
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let contract = contract();
    let with_races = plan(&contract, &Wishes::default()).unwrap();
    let plan = Arc::new(without_races(&with_races));
    let transport = Transport::new("http://", Duration::from_secs(10), (&[], None)).unwrap();
    let (mut whole, mut judged, mut ours, mut theirs) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        // A fresh host for each, so that neither finds what the other left behind.
        let target = host();
        let id = |number: usize| (1_000_000_000 + round * 1000 + number).to_string();
        let warm = requests(&plan, &target, &id(0));
        runtime.block_on(bare_client(&transport, &warm));
        let prepared: Vec<Vec<Outgoing>> =
            (1..4).map(|number| requests(&plan, &target, &id(number))).collect();
        let bare: f64 = prepared
            .iter()
            .map(|one| runtime.block_on(bare_client(&transport, one)).as_secs_f64())
            .sum::<f64>()
            / 3.0;
        let levels = probity::judge::Levels::default();
        let settings = |number: usize| Settings {
            credentials: Credentials {
                basic: Some(("demo".into(), "demo-password".into())),
                ..Credentials::default()
            },
            jobs: CONNECTIONS,
            patience: Duration::ZERO,
            ..Settings::new(target.as_str(), id(number))
        };
        let mut elapsed = 0.0;
        for number in 4..7 {
            let (_keep, stop) = tokio::sync::watch::channel(false);
            let settings = settings(number);
            let observer: Arc<dyn Observer> = Arc::new(Timer::default());
            let clock = Instant::now();
            let done = runtime
                .block_on(session(&contract, &plan, (&settings, &levels), (&observer, None), stop))
                .unwrap();
            elapsed += clock.elapsed().as_secs_f64() / 3.0;
            assert_eq!(done.sent(), plan.len());
        }
        whole.push(elapsed / bare);
        let long = Arc::new(repeated(&plan, 20));
        let again = requests(&long, &target, &id(7));
        let bare = runtime.block_on(bare_client(&transport, &again)).as_secs_f64();
        let (_keep, stop) = tokio::sync::watch::channel(false);
        let timer = Arc::new(Timer::default());
        let observer: Arc<dyn Observer> = Arc::clone(&timer) as _;
        runtime
            .block_on(session(&contract, &long, (&settings(8), &levels), (&observer, None), stop))
            .unwrap();
        judged.push(bare / timer.1.lock().unwrap().as_secs_f64());
    }
    let (host, bare) = (host(), bare_handler());
    for _ in 0..ROUNDS {
        let body = r#"{"name":"NAME","rank":2}"#;
        ours.push(runtime.block_on(load(&host, body, 8000)));
        theirs.push(runtime.block_on(load(&bare, body, 8000)));
    }
    let ratio: Vec<f64> = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect();
    println!(
        "{} requests without races, {CONNECTIONS} connections, {ROUNDS} rounds, medians and ranges",
        plan.len()
    );
    spread("whole run, times a bare client for the same requests", &whole, "bar: at most 3");
    spread("rate of judged exchanges, of a bare client's", &judged, "bar: at least 0.8");
    spread("rate of the embedded host, of a bare handler's", &ratio, "bar: at least 0.5");
    println!("embedded host {:.0}/s, bare handler {:.0}/s", median(ours), median(theirs));
}
