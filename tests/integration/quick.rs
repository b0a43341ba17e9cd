use crate::rival::{Fault, OAUTH_KEY, OAUTH_SECRET, PASSWORD, Rival, USER, Variant};
use probity::{contract::Contract, judge, plan, run, source::Document};
struct Quiet;
impl run::Observer for Quiet {
    fn event(&self, _: &run::Event<'_>) {}
}
pub(crate) fn go(
    url: String,
    seed: u64,
    oauth: bool,
) -> (Result<run::Run, run::RunError>, Contract, plan::Plan) {
    let d = Document::open("spec/groups.openapi.yaml".as_ref()).unwrap();
    let c = Contract::read(d).map_err(|e| e.1).unwrap();
    let p = plan::plan(&c, &plan::Wishes { seed, changing_methods: true, ..Default::default() }).unwrap();
    let given = run::Given {
        basic: (!oauth).then(|| (USER.into(), PASSWORD.into())),
        basic_md5: true,
        oauth: oauth.then(|| (OAUTH_KEY.into(), OAUTH_SECRET.into())),
        ..Default::default()
    };
    let s = run::Settings {
        target: url,
        given,
        jobs: 8,
        rate: None,
        timeout: std::time::Duration::from_millis(1500),
        patience: std::time::Duration::from_secs(5),
        fail_fast: false,
        run_id: None,
        levels: Default::default(),
    };
    let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (_t, stop) = tokio::sync::watch::channel(false);
    let r = rt.block_on(run::run(&c, &p, &s, &Quiet, stop));
    (r, c, p)
}
#[test]
fn variants() {
    for v in Variant::ALL.iter().copied() {
        for oauth in [false, true] {
            let r = Rival::start(v, None);
            let t = std::time::Instant::now();
            let (run, c, p) = go(r.url(), 0, oauth);
            let run = match run {
                Ok(r) => r,
                Err(e) => {
                    println!("ERR {e}");
                    continue;
                }
            };
            let f = judge::findings(&c, &p, &run.observations, &Default::default());
            println!(
                "== {v:?} oauth {oauth}: {} sent in {:?}, {} findings",
                run.sent(),
                t.elapsed(),
                f.len()
            );
            for f in f.iter().take(12) {
                println!(
                    "  [{}] {} x{} | {} | exp {} | act {} | {}",
                    f.check.id,
                    f.first.title,
                    f.cases.len(),
                    p.scenarios[f.cases[0].0].cases[f.cases[0].1].id,
                    f.first.expected,
                    f.first.actual,
                    c.document.locate(&f.first.at)
                );
            }
        }
    }
}
#[test]
fn faults() {
    let mut caught = 0;
    let mut total = 0;
    for fault in Fault::ALL.iter().copied() {
        let r = Rival::start(Variant::Strict, Some(fault));
        let t = std::time::Instant::now();
        let (run, c, p) = go(r.url(), 0, false);
        let line = match run {
            Ok(run) => {
                let f = judge::findings(&c, &p, &run.observations, &Default::default());
                let checks: std::collections::BTreeSet<&str> = f.iter().map(|f| f.check.id).collect();
                if f.is_empty() {
                    None
                } else {
                    Some(format!("{} findings {:?} {:?}", f.len(), checks, run.end))
                }
            }
            Err(e) => Some(format!("ERR {e}")),
        };
        if fault.visible() {
            total += 1;
            if line.is_some() {
                caught += 1;
            }
        }
        println!(
            "{} {} visible={} {:?} {}",
            if line.is_some() { "caught" } else { "MISSED" },
            fault.id(),
            fault.visible(),
            t.elapsed(),
            line.unwrap_or_default()
        );
    }
    println!("caught {caught}/{total}");
}
