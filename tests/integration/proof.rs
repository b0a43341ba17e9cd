use crate::driver::probity;
use crate::rival::{Rival, Variant};

#[test]
fn one() {
    let rival = Rival::start(Variant::Strict, None);
    let ran = probity().args(["check", "--report", "json=report.json"]).target(&rival).run().ends_with(0);
    assert_eq!(ran.json("report.json")["findings"], serde_json::json!([]));
}
