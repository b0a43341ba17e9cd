//! What a run found to be wrong, and the marks that lead there.

use crate::docs::model::{Failure, Mark, Operation, Stray};
use crate::docs::tally;
use crate::page::itself;
use maud::{Markup, html};

/// The section of an operation about what is wrong.
pub(super) fn failures(operation: &Operation) -> Markup {
    html! {
        @if let Some(failures) = &operation.failures {
            section.wrong #(failures.anchor) {
                h4 { "What is wrong" (itself(&failures.anchor, &format!("what is wrong with {}", operation.title))) }
                p { "What the run found that is not as the contract says." }
                @for one in &failures.each { (failure(one)) }
            }
        }
    }
}

fn failure(failure: &Failure) -> Markup {
    let cases = if failure.count == 1 { "1 case".to_owned() } else { format!("{} cases", failure.count) };
    html! {
        section.failure.warning[failure.warning] #(failure.anchor) {
            h5 {
                code { (failure.check) } " "
                @if failure.warning { span.mark.warned { "warning" } } @else { span.mark.failed { "failed" } }
                (itself(&failure.anchor, &failure.title))
            }
            p { (failure.title) }
            dl {
                dt { "Expected" } dd { (failure.expected) }
                dt { "Actual" } dd { (failure.actual) }
                @if let Some(said) = &failure.said { dt { "The host said" } dd { code { (said) } } }
                dt { "Shown by" } dd { (cases) ", first " code { (failure.case) } }
                dt { "Contract" } dd { code { (failure.at) } }
                dt { "Meaning" } dd { code { "probity explain " (failure.check) } }
            }
        }
    }
}

/// What a run says of something, with a link to what is wrong with it.
pub(super) fn mark(mark: Option<&Mark>) -> Markup {
    html! {
        @if let Some(mark) = mark {
            @let class = match mark {
                Mark::Held => "held",
                Mark::Warned(_) => "warned",
                Mark::Failed(_) => "failed",
                Mark::Recorded => "came",
                Mark::NotTried | Mark::NotRecorded => "untried",
            };
            " "
            @match mark.blame() {
                Some(blame) => {
                    a class={ "mark " (class) } href={ "#" (blame.anchor) } {
                        (mark.words()) @if let Some(share) = blame.share() { ", " (share) }
                    }
                }
                None => { span class={ "mark " (class) } { (mark.words()) } }
            }
        }
    }
}

/// A status that came with a code that has another.
pub(super) fn came_with(stray: &Stray) -> Markup {
    pill(stray, &tally::came_with(stray))
}

/// A status that came and is not documented, among those that are.
pub(super) fn undocumented(stray: &Stray) -> Markup {
    html! {
        section.response.undocumented {
            h5 { span.status.plain { (stray.status) } (pill(stray, &format!("came ×{}", stray.times))) }
            p { "The contract does not document this status." }
        }
    }
}

fn pill(stray: &Stray, words: &str) -> Markup {
    html! {
        " "
        @match &stray.failure {
            Some(anchor) => { a.mark.failed href={ "#" (anchor) } { (words) } }
            None => { span.mark.warned { (words) } }
        }
    }
}
