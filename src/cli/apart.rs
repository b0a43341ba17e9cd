//! Files of one command that must not be one and the same: what is read, and what is written.

use super::Exit;
use super::contract::Source;
use super::failure::Failure;
use crate::contract::Contract;
use crate::report::{Destination, Output};
use std::fs;
use std::path::{Path, PathBuf};

/// A file and what it is to the command.
#[derive(Clone, Debug)]
pub(super) struct Role {
    what: String,
    path: PathBuf,
}

impl Role {
    pub(super) fn new(what: impl Into<String>, path: impl Into<PathBuf>) -> Role {
        Role { what: what.into(), path: path.into() }
    }

    /// The files of reports.
    pub(super) fn reports(outputs: &[Output]) -> Vec<Role> {
        let files = outputs.iter().filter_map(|Output { format, to }| match to {
            Destination::File(path) | Destination::Summary(path) => {
                Some(Role::new(format!("the {format} report"), path))
            }
            Destination::Standard => None,
        });
        files.collect()
    }

    /// The files that a contract was read from.
    pub(super) fn contract(source: &Source, contract: &Contract) -> Vec<Role> {
        let Some(path) = source.path() else { return Vec::new() };
        let folder = fs::canonicalize(path).ok().and_then(|path| Some(path.parent()?.to_owned()));
        let further = contract.document.files().iter().skip(1);
        let further = further.filter_map(|file| {
            Some(Role::new("a file that the contract names", folder.as_ref()?.join(&file.name)))
        });
        [Role::new("the contract", path)].into_iter().chain(further).collect()
    }
}

/// Refuses outputs that would overwrite what is read, or each other.
pub(super) fn apart(inputs: &[Role], outputs: &[Role]) -> Result<(), Failure> {
    for (index, output) in outputs.iter().enumerate() {
        let to = output.path.display();
        let why = if let Some(input) = inputs.iter().find(|input| same(&input.path, &output.path)) {
            format!("{} would go to {to}, which is {}", output.what, input.what)
        } else if let Some(other) = outputs[..index].iter().find(|other| same(&other.path, &output.path)) {
            format!("{} and {} would both go to {to}", other.what, output.what)
        } else {
            continue;
        };
        return Err(Failure::new(Exit::Usage, why).with_hint(Some("name a file for each".into())));
    }
    Ok(())
}

/// Whether two paths lead to one file, which need not exist yet.
fn same(one: &Path, two: &Path) -> bool {
    one == two || place(one).is_some_and(|place_of_one| place(two) == Some(place_of_one))
}

/// Where a file is or would be; nothing for a device or a pipe, which loses nothing.
fn place(path: &Path) -> Option<PathBuf> {
    match fs::metadata(path) {
        Ok(known) if known.is_file() => fs::canonicalize(path).ok(),
        Ok(_) => None,
        Err(_) => {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
            Some(fs::canonicalize(folder.unwrap_or(Path::new("."))).ok()?.join(path.file_name()?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_the_same_however_it_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("sub")).unwrap();
        fs::write(at("there"), "").unwrap();
        for (one, two, expected) in [
            ("there", "sub/../there", true),
            ("absent", "sub/../absent", true),
            ("absent", "sub/absent", false),
            ("there", "absent", false),
        ] {
            assert_eq!(same(&at(one), &at(two)), expected, "{one} and {two}");
        }
        assert!(!same(Path::new("/dev/null"), Path::new("/dev/../dev/null")), "nothing is lost there");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_what_it_leads_to() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert!(same(&file, &link));
    }
}
