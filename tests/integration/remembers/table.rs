//! What is wrong, and which check says so.

use super::defect::Damage::{
    AddsOne, Ascii, Capitals, Cuts, Escapes, First, Flips, Floors, Keeps, LosesInner, Sets, Shifts,
};
use super::defect::Deed::{Add, AddTask, Delete, DeleteTask, Patch, Put, PutTask};
use super::defect::Defect::{
    AnswersTheOld, AnyParent, Appends, ArchiveLoses, ArchivesNothing, ArchivesTwice, AsksTooLate,
    ChangesBelowAny, DoesWhatItRefuses, GivesAnotherId, GivesIdTwice, Grows, HidesOnly, Hits, IgnoresNull,
    LeadsAstray, LeavesTasks, ListsNothing, ListsOfOthers, ListsOtherwise, ListsTheFirst, ListsWhatIsGone,
    Loses, MakesElsewhere, Merges, ReadCounts, ReadCuts, ReadMovesOn, Replaces, StaysInTime, Stores,
    StoresNothing,
};
use super::defect::Kind::{Projects, Tasks};
use super::defect::Whom::{Alike, All};
use super::defect::{Damage, Defect};

/// What is found, and the check that finds it.
type Told = (Defect, &'static str);

/// Defects of which a run of some operations tells.
pub(crate) struct Group {
    pub(crate) operations: &'static [&'static str],
    pub(crate) told: &'static [Told],
}

/// What a create stores.
pub(crate) const CREATED: Group = Group {
    operations: &["addProject", "getProject", "listProjects", "putProject"],
    told: &[
        (Stores(Add, Damage::Loses("color")), "created"),
        (Stores(Add, Damage::Loses("labels")), "created"),
        (Stores(Add, LosesInner("owner", "phone")), "created"),
        (Stores(Add, Cuts("name")), "created"),
        (Stores(Add, Escapes("name")), "created"),
        (Stores(Add, Ascii("name")), "created"),
        (Stores(Add, Capitals("name")), "created"),
        (Stores(Add, AddsOne("budget")), "created"),
        (Stores(Add, Sets("budget", "99999")), "created"),
        (Stores(Add, Sets("labels", "[]")), "created"),
        (Stores(Add, Sets("owner", r#"{"mail":"x@y.example"}"#)), "created"),
        (Stores(Add, First("labels")), "created"),
        (Stores(Add, Flips("open")), "created"),
        (StoresNothing(Add), "created"),
        (GivesIdTwice, "others-untouched"),
        (LeadsAstray, "created"),
        (DoesWhatItRefuses(Add), "refused-unchanged"),
        (AsksTooLate(Add), "refused-unchanged"),
        (Stores(Add, Sets("color", r#""blue""#)), "created"),
    ],
};

/// What is shown of it.
pub(crate) const SHOWN: Group = Group {
    operations: &["getProject", "listProjects", "archiveProject", "getTask"],
    told: &[
        (ListsNothing(Projects), "listed"),
        (ListsTheFirst, "listed"),
        (ReadCounts, "safe-read"),
        (ReadCuts, "safe-read"),
        (ArchivesTwice, "done-once"),
        (ArchivesNothing, "done-once"),
        (ListsNothing(Tasks), "listed"),
        (AnyParent, "own-parent"),
    ],
};

/// What a PUT does.
pub(crate) const REPLACED: Group = Group {
    operations: &["putProject"],
    told: &[
        (StoresNothing(Put), "replaced"),
        (Stores(Put, Keeps("name")), "replaced"),
        (Stores(Put, Keeps("budget")), "replaced"),
        (Stores(Put, Keeps("color")), "replaced"),
        (Stores(Put, Keeps("open")), "replaced"),
        (Stores(Put, Cuts("name")), "replaced"),
        (Stores(Put, AddsOne("budget")), "replaced"),
        (Stores(Put, Damage::Loses("open")), "replaced"),
        (Stores(Put, Sets("labels", "[]")), "replaced"),
        (Merges(Put), "replaced"),
        (Grows, "replaced"),
        (Appends, "replaced"),
        (GivesAnotherId, "replaced"),
        (Loses, "valid-accepted"),
        (Stores(Put, Keeps("labels")), "replaced"),
        (AnswersTheOld, "replaced"),
        (Hits(Put, All), "others-untouched"),
        (Hits(Put, Alike), "others-untouched"),
        (DoesWhatItRefuses(Put), "refused-unchanged"),
        (AsksTooLate(Put), "refused-unchanged"),
    ],
};

/// What a PATCH does.
pub(crate) const MODIFIED: Group = Group {
    operations: &["patchProject"],
    told: &[
        (StoresNothing(Patch), "modified"),
        (Stores(Patch, Cuts("name")), "modified"),
        (Stores(Patch, Sets("budget", "0")), "modified"),
        (Stores(Patch, Damage::Loses("labels")), "modified"),
        (Stores(Patch, Damage::Loses("owner")), "modified"),
        (Replaces, "modified"),
        (IgnoresNull, "modified"),
        (Hits(Patch, All), "others-untouched"),
        (Hits(Patch, Alike), "others-untouched"),
        (DoesWhatItRefuses(Patch), "refused-unchanged"),
        (AsksTooLate(Patch), "refused-unchanged"),
    ],
};

/// What a DELETE does.
pub(crate) const DELETED: Group = Group {
    operations: &["deleteProject"],
    told: &[
        (StoresNothing(Delete), "deleted"),
        (HidesOnly, "deleted"),
        (ListsWhatIsGone(Projects), "deleted"),
        (Hits(Delete, All), "others-untouched"),
        (Hits(Delete, Alike), "others-untouched"),
        (AsksTooLate(Delete), "refused-unchanged"),
    ],
};

/// What becomes of tasks.
pub(crate) const BELOW: Group = Group {
    operations: &["getTask", "addTask", "putTask", "deleteTask"],
    told: &[
        (Stores(AddTask, Damage::Loses("weight")), "created"),
        (Stores(AddTask, Floors("weight")), "created"),
        (Stores(AddTask, Damage::Loses("due")), "created"),
        (Stores(AddTask, Shifts("due")), "created"),
        (Stores(AddTask, Cuts("title")), "created"),
        (StoresNothing(AddTask), "created"),
        (MakesElsewhere, "created"),
        (DoesWhatItRefuses(AddTask), "refused-unchanged"),
        (AsksTooLate(AddTask), "refused-unchanged"),
        (StoresNothing(PutTask), "replaced"),
        (Stores(PutTask, Keeps("title")), "replaced"),
        (Stores(PutTask, Keeps("weight")), "replaced"),
        (Stores(PutTask, Cuts("title")), "replaced"),
        (Merges(PutTask), "replaced"),
        (Hits(PutTask, Alike), "others-untouched"),
        (DoesWhatItRefuses(PutTask), "refused-unchanged"),
        (AsksTooLate(PutTask), "refused-unchanged"),
        (StoresNothing(DeleteTask), "deleted"),
        (ListsWhatIsGone(Tasks), "deleted"),
        (Hits(DeleteTask, Alike), "others-untouched"),
        (AsksTooLate(DeleteTask), "refused-unchanged"),
        (Stores(PutTask, Keeps("due")), "replaced"),
    ],
};

/// What is not found, and the sentence that is missing in the contract.
pub(crate) const UNTOLD: [(Defect, &str); 7] = [
    (ListsOtherwise, "a list shows each as it is shown alone"),
    (ListsOfOthers, "a list shows what stands below its own path only"),
    (ReadMovesOn, "a version is another after a change, and only then"),
    (StaysInTime, "a version is another after a change, and only then"),
    (LeavesTasks, "what stands below a resource goes with it"),
    (ArchiveLoses("color"), "what an action changes"),
    (ChangesBelowAny, "what stands below one resource is changed there only"),
];
