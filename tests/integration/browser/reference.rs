//! The API reference in a browser.

use super::{DESKTOP, PHONE, Screen, browser, fits, is_reached, is_sound, prints};
use crate::canned::json as canned_json;
use crate::docs::{coded, hostile};
use crate::driver::{Driver, probity};
use crate::laws::corpus;
use serde_json::json;
use std::path::PathBuf;

/// The longest that a page may take to open, in milliseconds, while tests take their share of the machine.
const OPENED: f64 = 5_000.0;

/// Larger pages are not read to the end by axe-core, which takes minutes for them.
const LARGE: u64 = 120_000;

fn written(driver: &Driver, contract: Option<&str>) -> PathBuf {
    driver.again().args(["docs"]).args(contract).args(["--out", "pages"]).run().ends_with(0);
    driver.folder().join("pages/index.html")
}

fn screen((width, height): (u32, u32)) -> Screen {
    Screen { width, height, dark: false, script: true }
}

#[test]
fn the_reference_is_sound() {
    let Some(browser) = browser() else { return };
    let driver = probity();
    is_sound(&browser, &written(&driver, None), "0");
}

#[test]
fn a_reference_that_tells_what_failed_is_sound_whatever_the_host_said() {
    let Some(browser) = browser() else { return };
    let attack = "<script>window.hit=1</script>\"><img src=x onerror=window.hit=1>";
    let said = json!({"code": attack, (attack): attack}).to_string();
    let (driver, server) = coded(move |kind| match kind {
        "good" => canned_json("201 Created", "", "{}"),
        _ => canned_json("400 Bad Request", "", &said),
    });
    let check = ["check", "a.json", "--target", &server.url(), "--report", "json=run.json"];
    driver.again().args(check.map(str::to_owned)).run().ends_with(1);
    let docs = ["docs", "a.json", "--out", "pages", "--verified", "run.json"];
    driver.again().args(docs).run().ends_with(0);
    let path = driver.folder().join("pages/index.html");
    is_sound(&browser, &path, "0");
    let page = browser.open(&path, screen(DESKTOP));
    assert_eq!(page.evaluate("window.hit ?? 0"), json!(0));
    let dead = "[...document.querySelectorAll('main a[href^=\"#\"]')].filter((one) => !document.getElementById(one.hash.slice(1))).length";
    assert_eq!(page.evaluate(dead), json!(0));
    assert_eq!(page.evaluate("document.querySelectorAll('.mark.failed').length > 0"), json!(true));
}

#[test]
fn every_document_is_a_page_that_everybody_can_use() {
    let Some(browser) = browser() else { return };
    let driver = probity();
    for (index, document) in corpus::paths().into_iter().enumerate() {
        let path = written(&driver, document.to_str());
        let (narrow, dark) = (index % 2 == 0, index % 4 < 2);
        let size = if narrow { PHONE } else { DESKTOP };
        let page = browser.open(&path, Screen { dark, ..screen(size) });
        let opened = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd");
        assert!(opened.as_f64() < Some(OPENED), "{} takes {opened} ms to open", document.display());
        let large = path.metadata().unwrap().len() > LARGE;
        // What is far away is laid out too, as if one had scrolled through the page.
        let prepare = "document.querySelectorAll('.entry').forEach((one) => { one.style.contentVisibility = 'visible'; })";
        page.evaluate(prepare);
        fits(&page, size.0, &document.display().to_string());
        if !large {
            assert_eq!(page.violations(), Vec::<String>::new(), "{} keeps somebody out", document.display());
        }
        assert_eq!(page.errors(), Vec::<String>::new(), "{}", document.display());
    }
}

#[test]
fn search_leaves_what_fits_and_says_how_much() {
    let Some(browser) = browser() else { return };
    let driver = probity();
    let page = browser.open(&written(&driver, None), screen(DESKTOP));
    let shown = "[...document.querySelectorAll('.operation:not([hidden])')].filter((one) => one.offsetParent).map((one) => one.id)";
    assert_eq!(page.evaluate(shown), json!(["create-badges-group", "create-rewards-group"]));
    let type_in = |text: &str| {
        page.evaluate(&format!(
            "search.value = {}; search.dispatchEvent(new Event('input')); new Promise((done) => setTimeout(done, 300))",
            json!(text)
        ));
    };
    type_in("12012");
    assert_eq!(page.evaluate(shown), json!(["create-rewards-group"]));
    assert_eq!(page.evaluate("found.textContent"), json!("1 of 2 found"));
    type_in("zebra");
    assert_eq!(page.evaluate(shown), json!([]));
    assert_eq!(page.evaluate("nothing.hidden"), json!(false));
    type_in("");
    assert_eq!(page.evaluate(shown), json!(["create-badges-group", "create-rewards-group"]));
    assert_eq!(page.errors(), Vec::<String>::new());
}

#[test]
fn a_deep_link_shows_what_the_search_hides() {
    let Some(browser) = browser() else { return };
    let driver = probity();
    let page = browser.open(&written(&driver, None), screen(DESKTOP));
    page.evaluate("search.value = '12012'; search.dispatchEvent(new Event('input')); new Promise((done) => setTimeout(done, 300))");
    page.evaluate(
        "location.hash = '#create-badges-group-code-733'; new Promise((done) => setTimeout(done, 300))",
    );
    let seen = "document.getElementById('create-badges-group-code-733').offsetParent !== null";
    assert_eq!(page.evaluate(seen), json!(true));
}

#[test]
fn the_keyboard_reaches_everything() {
    let Some(browser) = browser() else { return };
    let wanted =
        ["#theme", "#search", "#contents summary", "#contents li a", ".scroll", "figcaption button", "tr a"];
    let driver = probity();
    is_reached(&browser, &written(&driver, None), &wanted);
}

#[test]
fn the_reference_can_be_printed() {
    let Some(browser) = browser() else { return };
    let driver = probity();
    prints(&browser, &written(&driver, None));
}

#[test]
fn the_theme_can_be_changed() {
    let Some(browser) = browser() else { return };
    let driver = probity();
    let page = browser.open(&written(&driver, None), screen(DESKTOP));
    let back = "getComputedStyle(document.body).backgroundColor";
    let light = page.evaluate(back);
    page.evaluate("theme.click()");
    assert_ne!(page.evaluate(back), light);
    assert_eq!(page.evaluate("theme.textContent"), json!("Light theme"));
    page.evaluate("theme.click()");
    assert_eq!(page.evaluate(back), light);
}

#[test]
fn the_reference_is_read_without_script() {
    let Some(browser) = browser() else { return };
    let driver = probity();
    let path = written(&driver, None);
    let page = browser.open(&path, Screen { script: false, ..screen(PHONE) });
    assert_eq!(page.evaluate("document.querySelector('.search').hidden && theme.hidden"), json!(true));
    assert_eq!(page.evaluate("document.querySelectorAll('.operation').length"), json!(2));
    assert_eq!(page.errors(), Vec::<String>::new());
}

#[test]
fn hostile_markup_in_a_contract_does_nothing() {
    let Some(browser) = browser() else { return };
    let driver = probity().with_file("hostile.json", hostile().to_string());
    let path = written(&driver, Some("hostile.json"));
    let page = browser.open(&path, screen(DESKTOP));
    page.evaluate("for (const link of document.querySelectorAll('main a')) if (!link.href.startsWith('http')) link.click()");
    assert_eq!(page.evaluate("'hit' in window"), json!(false));
    assert_eq!(
        page.evaluate("document.querySelectorAll('img, iframe, svg, main script, main style').length"),
        json!(0)
    );
    assert_eq!(page.evaluate("document.querySelectorAll('#main').length"), json!(1));
    assert_eq!(page.evaluate("getComputedStyle(document.body).display !== 'none'"), json!(true));
    is_sound(&browser, &path, "0");
}
