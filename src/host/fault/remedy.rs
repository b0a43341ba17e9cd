//! Why a fault can go unnoticed, and what in the contract would tell it.

use super::change::{Change, Edit};
use super::spoilt::Spoilt;
use super::twist::Twist;
use super::{Defect, Fault, Lapse};
use crate::contract::Contract;
use crate::contract::extension::Distinction;
use crate::contract::model::{choose, is_json};
use crate::json::pointer;
use crate::schema::Side;
use crate::schema::folded::{Folded, Type};

impl Fault {
    /// Whether a case of an operation can show the fault: those of its own, and of what makes, reads,
    /// changes or shares the same.
    pub fn concerns(&self, contract: &Contract, operation: usize) -> bool {
        let path = |index: usize| contract.operations.get(index).map_or("", |operation| &operation.path);
        let (own, other) = (path(self.operation), path(operation));
        let shared = matches!(self.defect, Defect::Lapse { lapse: Lapse::Shared, .. });
        operation == self.operation
            || shared
            || own == other
            || (own.contains('{') || other.contains('{'))
                && (own.starts_with(other) || other.starts_with(own))
    }

    /// What the contract does not say, so that the fault is none by its letter; nothing where
    /// the contract is not to blame.
    pub fn unsaid(&self, contract: &Contract) -> Option<String> {
        match &self.defect {
            Defect::Answer { status, change, .. } => self.unsaid_of_answers(contract, *status, change),
            Defect::Lapse { field, lapse: Lapse::Case } => {
                let unique = contract.operations[self.operation].behaviour.unique.get(*field)?;
                (unique.case == Distinction::Unknown)
                    .then(|| format!("`case` of unique `{}` is not stated", unique.field))
            }
            Defect::Lapse { field, lapse: Lapse::Spaces } => {
                let unique = contract.operations[self.operation].behaviour.unique.get(*field)?;
                (unique.spaces == Distinction::Unknown)
                    .then(|| format!("`spaces` of unique `{}` is not stated", unique.field))
            }
            _ => None,
        }
    }

    fn unsaid_of_answers(&self, contract: &Contract, status: Option<u16>, change: &Change) -> Option<String> {
        match change {
            Change::Property(place, edit) => self.unsaid_of_property(contract, status?, place, edit),
            Change::Value(place, twist) => Some(match twist {
                Twist::Cut(most) => format!("no request that must be accepted holds more than {most} characters in `{place}`"),
                Twist::Trimmed => "nothing says that text with spaces around it must be accepted".into(),
                Twist::Unsigned => "no number that must be accepted is negative".into(),
                Twist::Wrapped | Twist::Rounded => "no number that must be accepted is so large".into(),
                Twist::ZeroForNull => format!("no rule says that `{place}` is null where the request's is"),
                _ => return None,
            }),
            Change::Bytes(Spoilt::EmptyObject) => Some("nothing is `required` in the body".into()),
            Change::Lost(_) => {
                Some("a request whose connection ended is sent once more, since a kept-alive connection may end at any time".into())
            }
            Change::Status(other) => self.unsaid_of_status(contract, status?, *other),
            Change::Media(_) => Some("no `content` is documented for this answer".into()),
            Change::NoHeader(name) => Some(format!("the header `{name}` is not `required`")),
            _ => None,
        }
    }

    /// One refusal in place of another, both documented.
    fn unsaid_of_status(&self, contract: &Contract, status: u16, other: u16) -> Option<String> {
        let operation = &contract.operations[self.operation];
        operation.response(other)?;
        let both = [status, other].iter().all(|status| (400..500).contains(status));
        both.then(|| {
            format!(
                "no entry of the catalogue in x-probity says which cause has {status}, and which has {other}"
            )
        })
    }

    fn unsaid_of_property(
        &self,
        contract: &Contract,
        status: u16,
        place: &str,
        edit: &Edit,
    ) -> Option<String> {
        let operation = &contract.operations[self.operation];
        let response = operation.response(status)?;
        let json = response.content.iter().find(|media| is_json(&media.name));
        let Some(media) = json.or_else(|| choose(&response.content, "application/json")) else {
            return Some(format!("no `content` is documented for a {status}"));
        };
        let schema = media.schema.as_ref()?;
        let root = contract.schemas.raw(Side::Response);
        let below = |flat: &Folded, token: &str| {
            Some(flat.below(token))
                .filter(|places| token == "*" || !places.is_empty())
                .map(|places| Folded::read(root, &places))
        };
        let mut tokens: Vec<_> = pointer::tokens(place).collect();
        let name = tokens.pop()?;
        let mut holder = Folded::read(root, std::slice::from_ref(&schema.0));
        for token in &tokens {
            holder = below(&holder, token)?;
        }
        let own = below(&holder, &name).unwrap_or_default();
        let line = |at: &str| contract.document.locate(at).to_string();
        match edit {
            Edit::Drop | Edit::Rename(_) if !holder.required.iter().any(|known| *known == name) => {
                Some(format!("no `required` names `{name}` in {}", line(&holder.at)))
            }
            Edit::Null if own.types.is_empty() || own.types.contains(&Type::Null) => {
                Some(format!("the schema of `{place}` allows null: {}", line(&own.at)))
            }
            Edit::Retype if own.types.is_empty() => {
                Some(format!("no `type` is stated for `{place}`: {}", line(&own.at)))
            }
            _ => None,
        }
    }
}
