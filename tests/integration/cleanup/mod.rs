//! What a run makes is deleted at its end, however it ends; what a killed run made, by `probity clean`.

pub(crate) mod shops;

use crate::driver::{Driver, Ran, probity};
use serde_json::{Value, json};
use shops::{CONTRACT, Manners, Shops, without_delete};
use std::process::Command;
use std::time::{Duration, Instant};

/// So much the cases of a run delete: two shops and two items.
const DELETED: usize = 4;

fn check(shops: &Shops) -> Driver {
    probity().with_file("c.yaml", CONTRACT).args(["check", "c.yaml", "--target", &shops.server.url()])
}

/// The ledgers in the folder of a run.
fn ledgers(folder: &std::path::Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name());
    let mut names: Vec<String> = files.map(|name| name.into_string().unwrap()).collect();
    names.retain(|name| name.contains("ledger"));
    names
}

fn waits_until(holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() && begun.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn interrupt(id: u32) {
    Command::new("kill").args(["-INT", &id.to_string()]).status().unwrap();
}

fn cleaned(driver: &Driver, shops: &Shops, ledger: &str) -> Ran {
    driver.again().args(["clean", ledger, "c.yaml", "--target", &shops.server.url()]).run()
}

#[test]
fn after_a_run_exactly_what_was_there_before_is_there() {
    let shops = Shops::start(Manners::default());
    let before = shops.held();
    let ran = check(&shops).args(["--report", "json=r.json"]).run().ends_with(0);
    assert!(shops.made() > 20, "{}", ran.everything());
    assert!(shops.held() == before, "{}", ran.everything());
    assert_eq!(ledgers(ran.folder()), [""; 0]);
    let created = &ran.json("r.json")["created"];
    // What the cases themselves delete is gone by then.
    assert_eq!((&created["left"], &created["undone"]), (&json!(0), &json!(shops.made() - DELETED)));
    let told = ran.stderr.lines().find(|line| line.contains("created")).unwrap();
    assert!(told.ends_with("nothing is left on the target"), "{told}");
}

#[test]
fn what_is_to_stay_stays_and_can_be_deleted_later() {
    let shops = Shops::start(Manners::default());
    let (before, count) = (shops.held(), shops.count());
    let ran = check(&shops).args(["--keep", "--ledger", "l"]).run().ends_with(0);
    assert_eq!(shops.count(), count + shops.made() - DELETED, "{}", ran.everything());
    assert!(!ran.stderr.contains("deleted at the end"), "{}", ran.stderr);
    let again = cleaned(&ran.again(), &shops, "l").ends_with(0);
    assert!(shops.held() == before, "{}", again.everything());
    let asked = shops.server.lines().len();
    let third = cleaned(&ran.again(), &shops, "l").ends_with(0);
    assert_eq!(shops.server.lines().len(), asked, "{}", third.everything());
    assert!(third.stderr.contains("nothing is left"), "{}", third.stderr);
}

#[test]
fn a_run_that_ends_early_deletes_what_it_made() {
    let shops = Shops::start(Manners::default());
    let before = shops.held();
    let broken = CONTRACT.replace("required: [id, name]", "required: [id, name, sorely]");
    let driver = check(&shops).with_file("c.yaml", broken).args(["--fail-fast", "--exclude", "GET"]);
    let ran = driver.run().ends_with(1);
    assert!(shops.made() > 0 && shops.held() == before, "{}", ran.everything());

    let shops = Shops::start(Manners { takes: Duration::from_millis(3), ..Manners::default() });
    let running = check(&shops).start();
    waits_until(|| shops.made() > 8);
    interrupt(running.id());
    let ran = running.wait().ends_with(130);
    assert!(shops.held() == before, "{}", ran.everything());
    assert_eq!(ledgers(ran.folder()).is_empty(), !ran.stderr.contains("it may be there"), "{}", ran.stderr);
}

#[test]
fn whoever_asks_twice_does_not_wait_for_the_end() {
    let shops = Shops::start(Manners { takes: Duration::from_millis(100), ..Manners::default() });
    let before = shops.held();
    let driver = check(&shops).args(["--jobs", "8", "--rate", "20/s"]);
    let running = driver.clone().start();
    waits_until(|| shops.made() > 20);
    interrupt(running.id());
    std::thread::sleep(Duration::from_millis(300));
    interrupt(running.id());
    let begun = Instant::now();
    let ran = running.wait().ends_with(130);
    assert!(begun.elapsed() < Duration::from_secs(1), "{}", ran.everything());
    assert!(ran.stderr.contains("the clean-up ended before"), "{}", ran.stderr);
    let [ledger] = &ledgers(ran.folder())[..] else { panic!("{}", ran.everything()) };
    let ran = cleaned(&driver, &shops, ledger).ends_with(0);
    assert!(shops.held() == before, "{}", ran.everything());
}

#[test]
fn what_cannot_be_deleted_is_told_in_one_line_and_no_finding() {
    let shops = Shops::start(Manners::default());
    let driver = check(&shops).with_file("c.yaml", without_delete());
    let ran = driver.args(["--report", "json=r.json"]).run().ends_with(0);
    assert!(ran.stderr.contains("cannot be undone: 2 operations have no delete"), "{}", ran.stderr);
    let created = &ran.json("r.json")["created"];
    assert_eq!((&created["left"], &created["withoutDelete"]), (&json!(shops.made()), &json!(2)));
    assert_eq!(ledgers(ran.folder()), [""; 0], "nothing could be done with it");
}

#[test]
fn what_the_host_does_not_delete_is_named() {
    let shops = Shops::start(Manners { refuses_delete: Some(403), ..Manners::default() });
    let driver = check(&shops).args(["--ledger", "l", "--report", "json=r.json", "--exclude", "DELETE"]);
    let ran = driver.clone().run().ends_with(0);
    let line = " of makeShop: its DELETE was answered with status 403";
    assert!(ran.stderr.contains(line), "{}", ran.stderr);
    assert_eq!(ran.json("r.json")["created"]["left"], json!(shops.made()));
    cleaned(&driver, &shops, "l").ends_with(1);
}

#[test]
fn a_create_whose_answer_was_lost_is_found_by_its_text() {
    let shops = Shops::start(Manners { cuts_create: Some(5), ..Manners::default() });
    let before = shops.held();
    let ran = check(&shops).run();
    assert!(shops.held() == before, "{}", ran.everything());
    assert_eq!(ledgers(ran.folder()), [""; 0]);
}

/// Numbers that look like chance and are the same in every run of the test.
fn moments() -> impl Iterator<Item = u64> {
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    })
}

/// Kills a run at some moments, cleans up, and sees that all is as it was before.
fn cleans_up_after_kills(contract: &str, moments: impl Iterator<Item = u64>) {
    for moment in moments {
        let shops = Shops::start(Manners { takes: Duration::from_micros(500), ..Manners::default() });
        let before = shops.held();
        let after = usize::try_from(moment % 60).unwrap();
        let driver = check(&shops).with_file("c.yaml", contract).args(["--ledger", "l"]);
        let running = driver.clone().start();
        waits_until(|| shops.made() > after);
        std::thread::sleep(Duration::from_micros(moment % 2000));
        drop(running);
        // What it was asked for then is still carried out.
        std::thread::sleep(Duration::from_millis(20));
        let ran = cleaned(&driver, &shops, "l").ends_with(0);
        let left: Vec<_> =
            shops.held().into_iter().filter(|(id, shop)| before.get(id) != Some(shop)).collect();
        assert!(shops.held() == before, "{moment}: {left:?}\n{}", ran.everything());
    }
}

#[test]
fn what_a_killed_run_left_is_deleted_as_its_ledger_tells() {
    cleans_up_after_kills(CONTRACT, moments().take(10));
}

#[test]
fn where_no_text_of_the_run_tells_what_it_made_that_it_is_new_does() {
    let contract = CONTRACT.replace("              note: {type: string, maxLength: 60}\n", "");
    assert_ne!(contract, CONTRACT);
    cleans_up_after_kills(&contract, moments().skip(10).take(10));
}

#[test]
fn a_ledger_is_not_trusted() {
    let shops = Shops::start(Manners::default());
    let before = shops.held();
    let line = |event: &str, operation: &str, url: &str, undo: Value| {
        let common = json!({"event": event, "run": "4711081512", "at": "2026-01-01T00:00:00Z", "case": "c",
            "method": "POST", "operation": operation, "url": url, "undo": undo});
        format!("{common}\n")
    };
    let url = shops.server.url();
    let shop = |path: Value| json!({"operation": "closeShop", "parameters": {"path.shop": path}});
    let text = [
        line("created", "makeShop", "http://127.0.0.2:9/shops", shop("1".into())),
        line("created", "makeShop", &format!("{url}0/shops"), shop("1".into())),
        line("created", "makeItem", &format!("{url}/shops/2/items"), shop("2".into())),
        line(
            "created",
            "makeShop",
            &format!("{url}/shops"),
            json!({"operation": "readShop", "parameters": {"path.shop": "3"}}),
        ),
        line("created", "makeShop", &format!("{url}/shops"), shop("..".into())),
        line("created", "makeShop", &format!("{url}/shops"), shop("../shops/4".into())),
        line("created", "makeShop", &format!("{url}/shops"), shop(5.into())),
        line("created", "listShops", &format!("{url}/shops"), shop("6".into())),
        "not JSON\n\u{0}\n".to_owned(),
        "{\"event\": \"created\", \"run\": \"47110".to_owned(),
    ];
    let driver = probity().with_file("c.yaml", CONTRACT).with_file("l", text.concat());
    let ran = cleaned(&driver, &shops, "l");
    assert!(shops.held() == before, "{}", ran.everything());
    assert!(ran.stderr.contains("cannot be read"), "{}", ran.everything());

    let elsewhere = line("created", "makeShop", "http://127.0.0.2:9/shops", shop("1".into()));
    let ran = cleaned(&driver.with_file("l", elsewhere), &shops, "l").ends_with(2);
    assert!(ran.stderr.contains("about another target"), "{}", ran.stderr);
}

#[test]
fn nobody_at_the_target_is_told_by_the_exit_code() {
    let shops = Shops::start(Manners::default());
    let ran = check(&shops).args(["--keep", "--ledger", "l"]).run().ends_with(0);
    let gone = ran.file("l").replace(&shops.server.url(), "http://127.0.0.1:9");
    let driver = ran.again().with_file("l", gone);
    let ran = driver.args(["clean", "l", "c.yaml", "--target", "http://127.0.0.1:9"]).run().ends_with(4);
    assert!(ran.stderr.contains("the target could not be reached"), "{}", ran.stderr);
}
