//! Every planted fault, one at a time.

use super::remarks;
use super::side_by_side;
use super::survivors;
use super::table;
use super::trial::{Told, Trial, tried};
use crate::rival::Fault;

#[test]
fn every_fault_that_the_contract_can_tell_is_found() {
    let trials = side_by_side(Fault::of_creates(), tried);
    let table = table::markdown(&trials);
    let path = table::write(&table);
    println!("{table}\nwritten to {}", path.display());

    let astray: Vec<String> = trials
        .iter()
        .filter_map(|trial| match &trial.told {
            Told::Astray(everything) => Some(format!("{}: {everything}", trial.fault.id())),
            _ => None,
        })
        .collect();
    assert!(astray.is_empty(), "the program itself went astray:\n{}", astray.join("\n"));

    let survived: Vec<&str> =
        trials.iter().filter(|trial| trial.fault.visible() && !trial.found()).map(id).collect();
    let listed: Vec<&str> = survivors::ALL.iter().map(|(id, _)| *id).collect();
    let unlisted: Vec<&&str> = survived.iter().filter(|id| !listed.contains(id)).collect();
    let caught: Vec<&&str> = listed.iter().filter(|id| !survived.contains(id)).collect();
    let warned: Vec<&str> =
        trials.iter().filter(|trial| matches!(trial.told, Told::Warnings(_))).map(id).collect();
    assert_eq!(warned, remarks::ALL, "faults that are told as a warning");
    assert!(unlisted.is_empty(), "faults that must be found survived: {unlisted:?}");
    assert!(caught.is_empty(), "no survivors any more, take them off the list: {caught:?}");
}

fn id(trial: &Trial) -> &'static str {
    trial.fault.id()
}
