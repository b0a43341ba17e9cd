//! Pages in a real browser: nothing goes wrong in them, nothing leaves them, everybody can use them.

mod driven;
mod reference;
mod report;

use crate::needs;
use driven::{Browser, Screen};
use std::path::Path;

/// The smallest phone that is held to.
const PHONE: (u32, u32) = (360, 740);
const DESKTOP: (u32, u32) = (1400, 900);

/// A browser, where there is one.
fn browser() -> Option<Browser> {
    needs::CHROMIUM.or_skip().map(|program| Browser::start(&program))
}

/// Holds a page to what every page must be: no error, no request, no horizontal scroll, and usable
/// by everybody, on desktop and phone, light and dark, with what `prepare` does to it first.
pub(crate) fn is_sound(browser: &Browser, path: &Path, prepare: &str) {
    for (width, height) in [DESKTOP, PHONE] {
        for dark in [false, true] {
            let page = browser.open(path, Screen { width, height, dark, script: true });
            page.evaluate(prepare);
            let what = format!("{} at {width} px, dark: {dark}", path.display());
            fits(&page, width, &what);
            let violations = page.violations();
            assert_eq!(violations, Vec::<String>::new(), "{what} keeps somebody out");
            assert_eq!(page.errors(), Vec::<String>::new(), "{what} has errors");
            let own = format!("file://{}", path.display());
            let foreign: Vec<String> = page.requests().into_iter().filter(|url| *url != own).collect();
            assert_eq!(foreign, Vec::<String>::new(), "{what} asks for more than itself");
        }
    }
}

/// Holds a page to its width: nothing scrolls to the side but what scrolls by itself.
fn fits(page: &driven::Tab, width: u32, what: &str) {
    // What is too wide makes the inner width of a phone wider, too.
    let wider = page.evaluate(&format!(
        "document.documentElement.scrollWidth > {width} ? [...document.querySelectorAll('body *')]
            .filter((one) => one.getBoundingClientRect().right > {width} + 1)
            .slice(0, 5).map((one) => one.outerHTML.slice(0, 120)) : []",
    ));
    assert_eq!(wider, serde_json::json!([]), "{what} scrolls to the side");
}

/// Holds a page to what paper asks of it: light, without what only a screen can use, and nothing in front of the text.
fn prints(browser: &Browser, path: &Path) {
    let page = browser.open(path, Screen { width: 794, height: 1123, dark: true, script: true });
    page.call("Emulation.setEmulatedMedia", &serde_json::json!({"media": "print"}));
    let looks = page.evaluate(
        "[getComputedStyle(document.body).backgroundColor,
          getComputedStyle(document.getElementById('top')).position,
          [...document.querySelectorAll('nav, button, input, .skip')].every((one) => one.offsetParent === null),
          [...document.querySelectorAll('.operation, .finding')].every((one) => one.checkVisibility({contentVisibilityAuto: true}))]",
    );
    assert_eq!(looks, serde_json::json!(["rgb(255, 255, 255)", "static", true, true]), "{}", path.display());
    fits(&page, 794, &format!("{} on paper", path.display()));
}

/// Holds a page to the keyboard: what can be used is reached with it, the way past the rest first.
fn is_reached(browser: &Browser, path: &Path, wanted: &[&str]) {
    let (width, height) = DESKTOP;
    let page = browser.open(path, Screen { width, height, dark: false, script: true });
    page.press(&["Tab"]);
    assert_eq!(page.evaluate("document.activeElement.className"), serde_json::json!("skip"));
    page.press(&["Enter"]);
    assert_eq!(page.evaluate("document.activeElement.id"), serde_json::json!("main"));
    page.press(&["/"]);
    assert_eq!(page.evaluate("document.activeElement.id"), serde_json::json!("search"));
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0); location.hash = '#top'");
    page.evaluate(
        "window.reached = []; document.addEventListener('focusin', (event) => reached.push(event.target)); 0",
    );
    for _ in 0..200 {
        page.press(&["Tab"]);
    }
    for one in wanted {
        let found = page.evaluate(&format!("reached.some((at) => at.matches({}))", serde_json::json!(one)));
        assert_eq!(found, serde_json::json!(true), "no key leads to {one}");
    }
}
