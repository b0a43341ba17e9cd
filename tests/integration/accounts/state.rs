//! What the service keeps.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Number, Value, json};

use super::fault::Fault;
use super::variant::{Role, Session};

/// The tokens of the sessions that stand from the start.
pub(crate) const ADMIN_TOKEN: &str = "adm-5b1f0c9e7d3a48e2";
pub(crate) const MEMBER_TOKEN: &str = "mem-c47a90d1e6b2853f";

/// The projects that are there from the start have smaller ids.
pub(super) const FIRST_OF_OTHERS: u64 = 1000;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Account {
    pub(super) id: String,
    pub(super) email: String,
    pub(super) display_name: String,
    pub(super) password: String,
    pub(super) role: Role,
    pub(super) locale: Option<String>,
    pub(super) created_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Project {
    pub(super) id: u64,
    pub(super) owner: String,
    pub(super) name: String,
    pub(super) title: Option<String>,
    pub(super) visibility: String,
    pub(super) budget: Option<Number>,
    pub(super) tags: Vec<String>,
    pub(super) due_on: Option<String>,
    pub(super) archived: bool,
    pub(super) members: Vec<String>,
    pub(super) created_at: Timestamp,
}

/// A log-in that lasts.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Standing {
    pub(super) account: String,
    /// What goes with the cookie for all that changes something.
    pub(super) csrf: String,
}

#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) accounts: Vec<Account>,
    pub(super) projects: BTreeMap<u64, Project>,
    pub(super) sessions: BTreeMap<String, Standing>,
    /// How many ids and tokens were given.
    given: u64,
}

impl State {
    /// Two accounts with a session each, and a project of each.
    pub(super) fn new() -> Self {
        let mut state =
            Self { accounts: Vec::new(), projects: BTreeMap::new(), sessions: BTreeMap::new(), given: 0 };
        let people = [
            ("Ada Admin", "ada@example.com", Role::Admin, ADMIN_TOKEN),
            ("Mo Member", "mo@example.com", Role::Member, MEMBER_TOKEN),
        ];
        for (number, (name, email, role, token)) in (1..).zip(people) {
            let account = Account {
                id: state.id(),
                email: email.to_owned(),
                display_name: name.to_owned(),
                password: format!("{token}-password"),
                role,
                locale: None,
                created_at: Timestamp::now(),
            };
            let standing = Standing { account: account.id.clone(), csrf: csrf_of(token) };
            state.sessions.insert(token.to_owned(), standing);
            let project = Project {
                id: number,
                owner: account.id.clone(),
                name: format!("start-{number}"),
                title: Some("There from the start".to_owned()),
                visibility: "private".to_owned(),
                budget: None,
                tags: Vec::new(),
                due_on: None,
                archived: false,
                members: Vec::new(),
                created_at: account.created_at,
            };
            state.projects.insert(number, project);
            state.accounts.push(account);
        }
        state
    }

    pub(super) fn number(&mut self) -> u64 {
        self.given += 1;
        self.given
    }

    /// A UUID of version 4, by its looks.
    pub(super) fn id(&mut self) -> String {
        let mixed = self.number().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        format!("{:08x}-{:04x}-4000-8000-{:012x}", mixed >> 32, mixed & 0xffff, mixed >> 16)
    }

    pub(super) fn account(&self, id: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }
}

/// The second token that a session by cookie has.
pub(crate) fn csrf_of(token: &str) -> String {
    format!("csrf-{}", token.chars().rev().collect::<String>())
}

impl Account {
    pub(super) fn shown(&self, fault: Option<Fault>) -> Value {
        let role = self.role.name();
        json!({
            "id": self.id,
            "email": self.email,
            "displayName": self.display_name,
            "role": if fault == Some(Fault::RoleInCapitals) { role.to_uppercase() } else { role.to_owned() },
            "locale": self.locale,
            "createdAt": moment(self.created_at, fault),
        })
    }
}

impl Project {
    pub(super) fn shown(&self, fault: Option<Fault>) -> Value {
        let mut shown = json!({
            "id": self.id,
            "name": self.name,
            "ownerId": self.owner,
            "title": self.title,
            "visibility": self.visibility,
            "budget": self.budget,
            "tags": self.tags,
            "dueOn": self.due_on,
            "archived": self.archived,
            "createdAt": moment(self.created_at, fault),
        });
        match fault {
            Some(Fault::ProjectIdText) => shown["id"] = Value::from(self.id.to_string()),
            Some(Fault::BudgetText) if self.budget.is_some() => {
                shown["budget"] = Value::from(shown["budget"].to_string());
            }
            Some(Fault::TagsNull) if self.tags.is_empty() => shown["tags"] = Value::Null,
            _ => {}
        }
        shown
    }
}

pub(super) fn moment(at: Timestamp, fault: Option<Fault>) -> String {
    let text = at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string();
    match fault {
        Some(Fault::CreatedAtLocal) => text.trim_end_matches('Z').to_owned(),
        _ => text,
    }
}

/// Where a session's token is looked for.
pub(super) fn token_of(request: &super::http::Request, session: Session) -> Option<&str> {
    match session {
        Session::Cookie => request.cookie("sid"),
        Session::Bearer => {
            let (scheme, token) = request.header("Authorization")?.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        }
    }
}
