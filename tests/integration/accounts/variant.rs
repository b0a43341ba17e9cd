//! The correct variants: what a team may choose where the contract leaves it open, and the
//! contract that each publishes.

/// Each is right by its own contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variant {
    /// Whether the caller may is looked at before all else: 403 for what is not theirs, be it there
    /// or not, and whatever the body.
    Forbidding,
    /// Whether a resource is there is looked at before all else: 404, with or without credentials.
    /// A taken value is a 400.
    Hiding,
    /// Every refusal of a body is a 422 with a code of a catalogue, and what must be unique is said.
    Catalogued,
    /// Lists are for administrators, which the caller is not; fewer statuses are documented than
    /// come.
    Roles,
    /// A session by cookie, with a second token for all that changes something.
    Cookied,
    /// Bodies of the right form are refused for reasons of the business, with the reason.
    Soft,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Member,
    Manager,
    Admin,
}

impl Role {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Manager => "manager",
            Self::Admin => "admin",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Member, Self::Manager, Self::Admin].into_iter().find(|role| role.name() == name)
    }
}

/// What is looked at first of a request that names a resource and has a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum First {
    /// Credentials, permission, resource, body.
    Permission,
    /// Resource, credentials, permission, body.
    Resource,
    /// Credentials, body, resource, permission.
    Body,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Session {
    Bearer,
    Cookie,
}

/// What a variant does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Habits {
    /// Who calls.
    pub(super) caller: Role,
    pub(super) first: First,
    pub(super) session: Session,
    /// The status of a body that breaks its schema.
    pub(super) invalid: u16,
    /// The status of a value that is taken.
    pub(super) taken: u16,
    /// The status of a body that names what is not there.
    pub(super) unknown: u16,
    /// Whether names of projects are unique for all owners together.
    pub(super) names_of_all: bool,
    /// Whether there are refusals for reasons of the business.
    pub(super) particular: bool,
    /// Statuses that come and are not documented.
    pub(super) undocumented: &'static [u16],
}

impl Variant {
    pub(crate) const ALL: [Self; 6] =
        [Self::Forbidding, Self::Hiding, Self::Catalogued, Self::Roles, Self::Cookied, Self::Soft];

    pub(super) fn habits(self) -> Habits {
        let plain = Habits {
            caller: Role::Admin,
            first: First::Body,
            session: Session::Bearer,
            invalid: 400,
            taken: 409,
            unknown: 422,
            names_of_all: false,
            particular: false,
            undocumented: &[],
        };
        match self {
            Self::Forbidding => {
                Habits { caller: Role::Member, first: First::Permission, unknown: 404, ..plain }
            }
            Self::Hiding => Habits { first: First::Resource, taken: 400, ..plain },
            Self::Catalogued => {
                Habits { invalid: 422, taken: 422, unknown: 404, names_of_all: true, ..plain }
            }
            Self::Roles => {
                Habits { caller: Role::Member, invalid: 422, undocumented: &[404, 415, 422], ..plain }
            }
            Self::Cookied => Habits { session: Session::Cookie, unknown: 404, ..plain },
            Self::Soft => Habits { particular: true, ..plain },
        }
    }

    /// The word that the template of the contract has for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Forbidding => "forbidding",
            Self::Hiding => "hiding",
            Self::Catalogued => "catalogued",
            Self::Roles => "roles",
            Self::Cookied => "cookied",
            Self::Soft => "soft",
        }
    }

    /// The contract that the service publishes.
    pub(crate) fn contract(self) -> String {
        let habits = self.habits();
        let mut text = String::new();
        let mut kept = true;
        for line in include_str!("contract.yaml").lines() {
            let command = line.trim_start();
            if let Some(words) = command.strip_prefix("# only: ") {
                kept = words.split(' ').any(|word| word == self.word());
            } else if command == "# end" {
                kept = true;
            } else if let Some(why) = command.strip_prefix("# refusals: ").filter(|_| kept) {
                let indent = &line[..line.len() - command.len()];
                for status in habits.statuses(why) {
                    let name = if status == 401 { "Unauthenticated" } else { "Refused" };
                    text.push_str(&format!(
                        "{indent}'{status}': {{$ref: '#/components/responses/{name}'}}\n"
                    ));
                }
            } else if kept {
                text.push_str(line);
                text.push('\n');
            }
        }
        if self == Self::Roles { in_31(&text) } else { text }
    }
}

impl Habits {
    /// The statuses of the reasons that are listed, those that are documented.
    fn statuses(&self, why: &str) -> Vec<u16> {
        let of = |reason: &str| match reason {
            "malformed" => 400,
            "particular" if self.particular => 422,
            "invalid" | "particular" => self.invalid,
            "unauthenticated" => 401,
            "forbidden" => 403,
            "absent" => 404,
            "taken" => self.taken,
            "unknown" => self.unknown,
            "unfit" => 409,
            "media" => 415,
            other => panic!("no such reason: {other}"),
        };
        let mut statuses: Vec<u16> = why.split(' ').map(of).collect();
        statuses.retain(|status| !self.undocumented.contains(status));
        statuses.sort_unstable();
        statuses.dedup();
        statuses
    }
}

/// The same document as one of `OpenAPI` 3.1.
fn in_31(text: &str) -> String {
    let mut text = text.replace("openapi: 3.0.3", "openapi: 3.1.0");
    for name in ["string", "number", "integer"] {
        text = text.replace(&format!("type: {name}, nullable: true"), &format!("type: [{name}, 'null']"));
    }
    assert!(!text.contains("nullable"), "a type that may be null is not taken over");
    text
}
