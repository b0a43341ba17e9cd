//! Faults of answers, planted in a server that is written by hand: each is found by its check, and a server
//! without one is right.

use super::server::{CONTRACT, Way, start};
use crate::driver::{Ran, probity};

fn checked(way: Way, seed: u8) -> Ran {
    let host = start(way);
    let target = host.url();
    let seed = seed.to_string();
    let arguments = ["check", "c.yaml", "--target", &target, "--seed", &seed, "-D", "head,byte-for-byte"];
    probity().with_file("c.yaml", CONTRACT).args(arguments).run()
}

#[test]
fn answers_that_are_right_are_right_whatever_the_seed() {
    for way in [Way::Right, Way::Odd] {
        for seed in 0..4 {
            let ran = checked(way, seed).ends_with(0);
            assert!(!ran.stdout.contains("warning"), "{way:?} {seed}\n{}", ran.everything());
        }
    }
}

#[test]
fn each_fault_of_answers_is_found_by_its_check() {
    for (way, line) in [
        (Way::OtherMediaType, "media-type] the answer has the media type \"text/html\""),
        (Way::XmlCut, "well-formed-body] the body is not what its media type says"),
        (Way::XmlWithoutAttribute, "response-schema] `/id` is missing"),
        (Way::XmlTyped, "response-schema] `/lines/*` has a JSON type that is not allowed"),
        (Way::HeaderMissing, "declared-headers] the header `X-Rows` is missing"),
        (Way::HeaderTyped, "declared-headers] the header `X-Rows` has a JSON type that is not allowed"),
        (Way::HeaderContentTyped, "declared-headers] `/total` of the header `X-Page` has a JSON type"),
        (Way::HeaderContentCut, "declared-headers] the header `X-Page` is not what its media type says"),
        (Way::DispositionSpaced, "declared-headers] the header `Content-Disposition` does not have its form"),
        (
            Way::DispositionUnencoded,
            "declared-headers] the header `Content-Disposition` does not have its form",
        ),
        (Way::OtherCharset, "media-type] the answer has the charset \"iso-8859-1\""),
        (Way::OtherBytes, "well-formed-body] the body has bytes that its charset does not have"),
        (Way::LineBelowMinimum, "response-schema] `/n` of an item is outside its bounds"),
        (Way::LineCut, "well-formed-body] an item of the body is not well-formed JSON"),
        (Way::TextAboveMaximum, "response-schema] the body is outside its bounds"),
        (Way::FormWithoutMember, "response-schema] `/first` is missing"),
        (Way::ContentBeside204, "no-content] status 204 has content"),
        (Way::HeadEmpty, "head] HEAD is answered with another Content-Length than GET"),
        (Way::HeadTyped, "head] HEAD is answered with another media type than GET"),
        (Way::HeadStatus, "head] HEAD is answered with another status than GET"),
        (
            Way::FileCut,
            "byte-for-byte] what `upload` uploaded is downloaded with other bytes: the end is missing",
        ),
        (
            Way::FileReencoded,
            "byte-for-byte] what `upload` uploaded is downloaded with other bytes: there are more",
        ),
        (Way::ReplacementLost, "byte-for-byte] what `replace` uploaded is downloaded with other bytes"),
    ] {
        let ran = checked(way, 0);
        assert_eq!(ran.code, Some(1), "{way:?}: {line}\n{}", ran.everything());
        assert!(ran.stdout.contains(line), "{way:?}: {line}\n{}", ran.everything());
    }
}
