//! The report of a run in a browser.

use super::{DESKTOP, PHONE, Screen, browser, is_reached, is_sound, prints};
use crate::canned::{Canned, Reply, json as answer};
use crate::driver::{Ran, probity, shipped_contract};
use crate::laws::corpus;
use crate::rival::{Fault, Rival, Variant};
use serde_json::json;
use std::path::PathBuf;

/// A run against a host that makes texts of numbers.
fn run() -> Ran {
    let rival = Rival::start(Variant::Strict, Some(Fault::RankText));
    probity()
        .args(["check", "--report", "html=run.html"])
        .target(&rival)
        .arg(shipped_contract())
        .run()
        .ends_with(1)
}

fn page(ran: &Ran) -> PathBuf {
    ran.folder().join("run.html")
}

fn screen((width, height): (u32, u32)) -> Screen {
    Screen { width, height, dark: false, script: true }
}

/// Opens everything, but of each operation only a few cases; twice, since what is open makes what is inside.
const OPEN: &str = "(async () => {
    for (let round = 0; round < 2; round += 1) {
        document.querySelectorAll('details:not(.case:nth-child(n + 4))').forEach((one) => { one.open = true; });
        await new Promise((done) => setTimeout(done, 300));
    }
})()";

/// How many findings and cases there are to see once every operation is open.
const SHOWN: &str = "(async () => {
    document.querySelectorAll('.group').forEach((one) => { one.open = true; });
    await new Promise((done) => setTimeout(done, 100));
    return ['.finding', '.case'].map((of) => [...document.querySelectorAll(of)].filter((one) => !one.closest('[hidden]')).length);
})()";

#[test]
fn the_report_is_sound_with_everything_open() {
    let Some(browser) = browser() else { return };
    is_sound(&browser, &page(&run()), OPEN);
}

#[test]
fn filters_leave_what_fits_and_say_how_much() {
    let Some(browser) = browser() else { return };
    let ran = run();
    let page = browser.open(&page(&ran), screen(DESKTOP));
    let all = page.evaluate(SHOWN);
    let choose = |id: &str, value: &str| {
        page.evaluate(&format!(
            "{{ const one = document.getElementById('{id}'); one.value = {}; one.dispatchEvent(new Event(one.tagName === 'INPUT' ? 'input' : 'change')); }}
            new Promise((done) => setTimeout(done, 300))",
            json!(value)
        ));
        page.evaluate(SHOWN)
    };
    assert_eq!(choose("result", "passed")[0], json!(0));
    choose("result", "");
    let of_rule = choose("check", "rule");
    assert!(of_rule[0].as_u64() < all[0].as_u64() && of_rule[0].as_u64() > Some(0), "{of_rule} of {all}");
    choose("check", "");
    let of_one = choose("operation", "create-rewards-group");
    assert!(of_one[1].as_u64() < all[1].as_u64() && of_one[1].as_u64() > Some(0), "{of_one} of {all}");
    assert_eq!(choose("search", "no such thing"), json!([0, 0]));
    let told = page.evaluate("document.getElementById('shown').textContent");
    assert!(told.as_str().is_some_and(|told| told.starts_with("0 of ")), "{told}");
    page.evaluate("document.getElementById('clear').click(); new Promise((done) => setTimeout(done, 300))");
    assert_eq!(page.evaluate(SHOWN), all);
    assert_eq!(page.errors(), Vec::<String>::new());
}

#[test]
fn the_address_keeps_the_filter_so_that_a_link_shows_the_same() {
    let Some(browser) = browser() else { return };
    let ran = run();
    let one = browser.open(&page(&ran), screen(DESKTOP));
    one.evaluate(
        "{ document.getElementById('failed').click(); const one = document.getElementById('status');
        one.value = '200'; one.dispatchEvent(new Event('change')); }",
    );
    let told = "document.getElementById('shown').textContent";
    let shown = one.evaluate(told);
    assert_eq!(one.evaluate("location.hash"), json!("#?result=failed&status=200"));
    let cases = "[...document.querySelectorAll('.case')].map((row) => [row.dataset.result, row.dataset.status]).flat()";
    one.evaluate(SHOWN);
    let seen = one.evaluate(cases);
    let seen = seen.as_array().unwrap();
    assert!(!seen.is_empty() && seen.iter().all(|value| *value == "failed" || *value == "200"), "{seen:?}");
    let other = browser.open(&page(&ran), screen(DESKTOP));
    other.evaluate(&format!(
        "location.hash = {}; new Promise((done) => setTimeout(done, 300))",
        one.evaluate("location.hash")
    ));
    assert_eq!(other.evaluate(told), shown);
    let form = "['failed', 'status'].map((id) => document.getElementById(id)).map((one) => one.checked ?? one.value)";
    assert_eq!(other.evaluate(form), json!([true, "200"]));
    other.evaluate("document.getElementById('clear').click(); new Promise((done) => setTimeout(done, 300))");
    assert_eq!(other.evaluate("location.hash"), json!(""));
    assert_eq!(other.errors(), Vec::<String>::new());
}

#[test]
fn the_index_leads_to_every_fact_and_opens_it() {
    let Some(browser) = browser() else { return };
    let ran = run();
    let page = browser.open(&page(&ran), screen(DESKTOP));
    let missing = "[...document.querySelectorAll('.finding')].filter((one) => !document.querySelector(`#index a[href='#${one.id}']`)).length";
    assert_eq!(page.evaluate(missing), json!(0));
    page.evaluate(
        "window.last = [...document.querySelectorAll('.finding')].pop(); last.firstElementChild.open = false;
        document.querySelector(`#index a[href='#${last.id}']`).click(); new Promise((done) => setTimeout(done, 300))",
    );
    assert_eq!(page.evaluate("last.firstElementChild.open"), json!(true));
    let marked = page.evaluate("document.querySelectorAll('.finding pre mark').length");
    assert!(marked.as_u64() > Some(0), "no wrong value is marked");
}

#[test]
fn a_report_of_thousands_of_cases_can_be_searched() {
    let Some(browser) = browser() else { return };
    let ran = probity().args(["check", "--report", "html=run.html"]).arg(corpus::large()).run();
    let page = browser.open(&page(&ran), screen(DESKTOP));
    let cases = page.evaluate("Number(document.querySelector('#cases .tally').textContent)");
    assert!(cases.as_u64() > Some(5_000), "{cases}");
    let told = page.evaluate(
        "(async () => {
            search.value = 'wrong-type';
            search.dispatchEvent(new Event('input'));
            while (shown.textContent === '') await new Promise((done) => requestAnimationFrame(done));
            return shown.textContent.match(/([0-9]+) of ([0-9]+) cases/).slice(1).map(Number);
        })()",
    );
    assert!(told[0].as_u64() > Some(0) && told[0].as_u64() < told[1].as_u64(), "{told}");
    assert_eq!(told[1], cases);
    assert_eq!(page.errors(), Vec::<String>::new());
}

#[test]
fn a_link_opens_what_is_closed_or_filtered_away() {
    let Some(browser) = browser() else { return };
    let ran = run();
    let page = browser.open(&page(&ran), screen(PHONE));
    page.evaluate(
        "document.getElementById('search').value = 'no such thing';
        document.getElementById('search').dispatchEvent(new Event('input')); new Promise((done) => setTimeout(done, 300))",
    );
    let id =
        page.evaluate("/id=\"(case-[^\"]*)/.exec(document.querySelector('#cases noscript').textContent)[1]");
    page.evaluate(&format!("location.hash = {id}; new Promise((done) => setTimeout(done, 300))"));
    let seen =
        format!("document.getElementById({id}).open && document.getElementById({id}).offsetParent !== null");
    assert_eq!(page.evaluate(&seen), json!(true));
    let top = page.evaluate(&format!("document.getElementById({id}).getBoundingClientRect().top"));
    assert!((0.0..700.0).contains(&top.as_f64().unwrap()), "the case stands at {top}");
}

#[test]
fn the_keyboard_reaches_everything() {
    let Some(browser) = browser() else { return };
    let wanted = [
        "#theme",
        "#search",
        "#operation",
        "#check",
        "#result",
        "#status",
        "#failed",
        "#clear",
        "#index a",
        ".finding a",
        "pre",
        "summary",
    ];
    is_reached(&browser, &page(&run()), &wanted);
}

#[test]
fn the_report_can_be_printed() {
    let Some(browser) = browser() else { return };
    prints(&browser, &page(&run()));
}

#[test]
fn without_script_everything_can_be_read() {
    let Some(browser) = browser() else { return };
    let ran = run();
    let page = browser.open(&page(&ran), Screen { script: false, ..screen(DESKTOP) });
    assert_eq!(page.evaluate("document.getElementById('filter').offsetParent"), json!(null));
    assert_eq!(page.evaluate("document.querySelector('.finding').offsetParent !== null"), json!(true));
    let cases = "[...document.querySelectorAll('.group')].every((one) => { one.open = true; return one.querySelector('.case').offsetParent; })";
    assert_eq!(page.evaluate(&format!("Boolean({cases})")), json!(true));
}

#[test]
fn what_a_hostile_host_says_does_nothing() {
    let Some(browser) = browser() else { return };
    let target = Canned::start(|_| {
        let markup = "</script><script>document.title = 'taken'</script><img src='https://nowhere.example/x' onerror='document.title = 1'><svg onload='document.title = 2'>";
        let body = json!({"errors": [{"code": markup, "message": format!("{markup}\u{202e}\u{1b}[2J")}]})
            .to_string();
        Reply::Bytes(answer("400 No", &format!("X-Cap-RequestId: {markup}\r\n"), &body))
    });
    let ran = probity()
        .args([
            "check",
            "--target",
            &target.url(),
            "--basic",
            "a:b",
            "--max-requests",
            "40",
            "--report",
            "html=run.html",
        ])
        .arg(shipped_contract())
        .run()
        .ends_with(1);
    is_sound(&browser, &page(&ran), OPEN);
    let page = browser.open(&page(&ran), screen(DESKTOP));
    assert_eq!(
        page.evaluate("[document.title.startsWith('The host breaks its contract: '), document.scripts.length, document.images.length]"),
        json!([true, 1, 0])
    );
}
