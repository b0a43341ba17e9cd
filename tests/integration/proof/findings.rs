use super::trial::{check, started};
use crate::rival::Fault;

#[test]
fn dump() {
    for fault in [
        Fault::CodeRankForName, Fault::IdNumber, Fault::Created201Badges, Fault::CrashEmoji, Fault::AcceptsRankFraction,
        Fault::RefusesNullRank, Fault::RejectionHtmlType, Fault::TextRepeatedKey, Fault::AccessAnyPassword,
        Fault::RepeatsAcceptedOtherRank, Fault::Get200, Fault::BodyCutShort, Fault::OrgIdChanges, Fault::NameTrimmed,
        Fault::LeakSql, Fault::MethodNoAllow, Fault::Missing422, Fault::CodeExtraOnTaken, Fault::LetterCaseIgnored,Fault::NoCreatedOnDateTime,
        Fault::CodesExchanged, Fault::IdRepeated, Fault::NamePreceding, Fault::Throttled, Fault::AcceptsMissingRank, Fault::RepeatsForgottenSoon, Fault::AccessTokenDies, Fault::GzipCorrupt, Fault::DateTimeOther, 
    ] {
        let ran = check(fault).target(&started(fault)).run();
        println!("##### {}", fault.id());
        for f in ran.json("report.json")["findings"].as_array().unwrap() {
            let mut f = f.clone();
            for key in ["exchange", "cases"] { f.as_object_mut().unwrap().remove(key); }
            println!("{f:#}");
        }
    }
}
