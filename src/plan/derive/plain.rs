//! A request to an operation that is about nothing but what it names.

use super::Deriver;
use crate::contract::ParameterLocation;
use crate::contract::link::{Origin, Supplied};
use crate::exchange::Request;
use crate::plan::{Labeller, Ways, Wishes};
use crate::wire::parameter;
use serde_json::Value;
use std::collections::BTreeMap;

/// The values of parameters, each as the text that it is written from.
pub type Values = BTreeMap<(ParameterLocation, String), String>;

/// A request to an operation with these parameters and all that it requires besides, but without a
/// body; nothing if that cannot be written so that it leads to what the template of its path means.
pub fn plain(labeller: &Labeller<'_>, wishes: &Wishes, operation: usize, values: &Values) -> Option<Request> {
    let parameters = &labeller.contract.operations[operation].parameters;
    let (mut supplied, mut texts) = (Vec::new(), Vec::new());
    for parameter in parameters {
        let Some(text) = values.get(&(parameter.location, parameter.name.clone())) else { continue };
        let value = Value::from(text.as_str());
        texts.push(parameter::written(parameter, &value)?);
        let (location, name) = (parameter.location, parameter.name.clone());
        supplied.push(Supplied { location, name, value: Origin::Literal(value) });
    }
    let mut request =
        Deriver::new(labeller, operation, (wishes, &Ways::default()), &[]).following_request(&supplied)?;
    request.parts = request.parts.supplied(&texts).into();
    let sound = |segment: &&str| !matches!(*segment, "." | "..") && !segment.contains(['/', '?', '#', '\\']);
    request.parts.path.iter().all(|segment| sound(&segment.as_str())).then_some(request)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Contract;
    use crate::source::Document;

    const CONTRACT: &str = "
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /a/{id}/b:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string}}
      - {name: force, in: query, required: true, schema: {type: boolean, enum: [true]}}
      - {name: page, in: query, schema: {type: integer}}
    delete: {responses: {'204': {description: gone}}}
";

    fn target(values: &[(ParameterLocation, &str, &str)]) -> Option<String> {
        let contract = Contract::read(Document::from_text("t.yaml", CONTRACT).unwrap()).ok().unwrap();
        let values = values.iter();
        let values =
            values.map(|(location, name, text)| ((*location, (*name).into()), (*text).into())).collect();
        let request = plain(&Labeller::new(&contract), &Wishes::default(), 0, &values)?;
        Some(request.path().to_string())
    }

    #[test]
    fn what_is_given_stands_where_it_belongs_and_what_is_required_beside_it() {
        let id = |text| (ParameterLocation::Path, "id", text);
        let page = (ParameterLocation::Query, "page", "2");
        assert_eq!(target(&[id("7")]).unwrap(), "/a/7/b?force=true");
        assert_eq!(target(&[id("7"), page]).unwrap(), "/a/7/b?force=true&page=2");
        assert_eq!(target(&[id("../x?y#z")]).unwrap(), "/a/..%2Fx%3Fy%23z/b?force=true");
        for nowhere in ["", ".", ".."] {
            assert_eq!(target(&[id(nowhere)]), None, "{nowhere:?}");
        }
    }
}
