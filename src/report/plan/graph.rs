//! Who gives what to whom, for people and for renderers.

use crate::contract::connection::{Given, Kind, Reason, Taking};
use crate::contract::{Connection, Contract, Operation};
use crate::plan::{KnownValue, given_by_user};
use crate::text::count;
use std::collections::BTreeSet;

/// What is drawn: what the user gives by name, and the connections that give the rest.
pub struct Graph<'c> {
    contract: &'c Contract,
    /// By operation.
    known: Vec<Vec<Given>>,
}

impl<'c> Graph<'c> {
    /// That of a contract with what the user gives.
    pub fn of(contract: &'c Contract, values: &[KnownValue]) -> Graph<'c> {
        let known = contract.operations.iter().map(|one| given_by_user(contract, values, one));
        Graph { contract, known: known.collect() }
    }

    fn is_known(&self, taker: usize, place: &Taking) -> bool {
        self.known[taker].iter().any(|given| given.into == *place)
    }

    /// What a connection gives that the user does not.
    fn gives<'o>(&'o self, connection: &'o Connection) -> impl Iterator<Item = &'o Given> {
        connection.gives.iter().filter(|given| !self.is_known(connection.taker, &given.into))
    }

    /// The connections to an operation that give something.
    fn chosen(&self, taker: usize) -> impl Iterator<Item = &Connection> {
        let chosen = self.contract.connections().chosen(taker).iter();
        chosen.filter(|connection| self.gives(connection).next().is_some())
    }

    fn lacking(&self, taker: usize) -> impl Iterator<Item = &Taking> {
        let lacking = self.contract.connections().lacking(taker).iter();
        lacking.filter(move |place| !self.is_known(taker, place))
    }

    /// A line for everything that an operation is given, by the operation that takes it: where it is
    /// taken, who gives it and from where, what tells so, and where that stands. What is needed and given
    /// by nobody is told too.
    pub fn text(&self) -> String {
        let contract = self.contract;
        let mut rows: Vec<[String; 5]> = Vec::new();
        for (taker, operation) in contract.operations.iter().enumerate() {
            let own = contract.document.locate(&operation.at).to_string();
            rows.extend(self.known[taker].iter().map(|given| {
                let from = format!("← {}", given.from);
                let reason = "you say so, with --with or `[values]`".to_owned();
                [operation.id.clone(), given.into.to_string(), from, reason, own.clone()]
            }));
            for connection in self.chosen(taker) {
                let giver = &contract.operations[connection.giver];
                let at = contract.document.locate(&connection.at).to_string();
                let reason = reason(connection, giver, operation);
                rows.extend(self.gives(connection).map(|given| {
                    let from = format!("← {} {}", giver.id, given.from);
                    [operation.id.clone(), given.into.to_string(), from, reason.clone(), at.clone()]
                }));
            }
        }
        let mut text = in_columns(&rows);
        for (taker, operation) in contract.operations.iter().enumerate() {
            for place in self.lacking(taker) {
                let at = contract.document.locate(&operation.at);
                text.push_str(&format!("nothing gives {place} of {} ({at})\n", operation.id));
            }
        }
        for login in contract.connections().logins() {
            let operation = &contract.operations[login.operation];
            let (token, schemes) = (&login.gives, login.schemes.join(", "));
            let at = contract.document.locate(&login.at);
            text.push_str(&format!("log-in: {} gives {token} for {schemes} ({at})\n", operation.id));
        }
        text
    }

    /// The same as a flowchart in Mermaid: an arrow from who gives to who takes, dotted where the giver
    /// only shows what is there.
    pub fn mermaid(&self) -> String {
        let takers = 0..self.contract.operations.len();
        let chosen: Vec<&Connection> = takers.clone().flat_map(|taker| self.chosen(taker)).collect();
        let known = takers.filter(|taker| !self.known[*taker].is_empty());
        let known: Vec<usize> = known.collect();
        let drawn = chosen.iter().flat_map(|one| [one.giver, one.taker]);
        let drawn: BTreeSet<usize> = drawn.chain(known.iter().copied()).collect();
        let mut text = "flowchart LR\n".to_owned();
        if !known.is_empty() {
            text.push_str("  you[\"you\"]\n");
        }
        for index in drawn {
            text.push_str(&format!("  n{index}[\"{}\"]\n", quoted(&self.contract.operations[index].id)));
        }
        for taker in known {
            text.push_str(&format!("  you -->|\"{}\"| n{taker}\n", places(self.known[taker].iter())));
        }
        for connection in chosen {
            let Connection { giver, taker, kind, .. } = connection;
            let arrow = match kind {
                Kind::Made => "-->",
                Kind::Shown => "-.->",
            };
            text.push_str(&format!("  n{giver} {arrow}|\"{}\"| n{taker}\n", places(self.gives(connection))));
        }
        text
    }

    /// How many operations are given what they need, in one line.
    pub fn summary(&self) -> String {
        let takers = || 0..self.contract.operations.len();
        let given = takers().filter(|taker| self.chosen(*taker).next().is_some()).count();
        let lacking = takers().filter(|taker| self.lacking(*taker).next().is_some()).count();
        let drawn: usize = takers().map(|taker| self.chosen(taker).count()).sum();
        let known: usize = self.known.iter().map(Vec::len).sum();
        let known = if known == 0 {
            String::new()
        } else {
            format!("; {}", count(known, "value of yours", "values of yours"))
        };
        format!(
            "{} to {}{known}; {} something that nothing gives",
            count(drawn, "connection", "connections"),
            count(given, "operation", "operations"),
            count(lacking, "operation needs", "operations need"),
        )
    }
}

fn places<'g>(gives: impl Iterator<Item = &'g Given>) -> String {
    let places: Vec<String> = gives.map(|given| quoted(&given.into.to_string())).collect();
    places.join("<br>")
}

/// What tells of a connection, in words.
fn reason(connection: &Connection, giver: &Operation, taker: &Operation) -> String {
    let Operation { method, path, .. } = giver;
    match &connection.reason {
        Reason::Stated => "`x-probity` says so".to_owned(),
        Reason::Link(name) => format!("the link `{name}`"),
        Reason::Below => format!("a {method} on {path}, and the path below it"),
        Reason::Location => format!("a {method} on {path}, whose `Location` leads to {}", taker.path),
        Reason::Put => format!("who sends a {method} on {path} chooses the id"),
        Reason::Named => format!("names agree with what {method} {path} {}", does(connection.kind)),
        Reason::Listed => format!("{method} {path} lists it"),
        Reason::Found => format!("a {method} on {path}, whose list shows what it made"),
    }
}

fn does(kind: Kind) -> &'static str {
    match kind {
        Kind::Made => "makes",
        Kind::Shown => "shows",
    }
}

/// The widest that a column is made.
const WIDEST: usize = 60;

fn in_columns<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or_default().min(WIDEST)
    };
    let widths: Vec<usize> = (0..N).map(width).collect();
    let mut text = String::new();
    for row in rows {
        for (index, cell) in row.iter().enumerate() {
            text.push_str(cell);
            if index + 1 < N {
                let missing = widths[index].saturating_sub(cell.chars().count());
                text.extend(std::iter::repeat_n(' ', missing + 2));
            }
        }
        text.push('\n');
    }
    text
}

/// Text inside of quotes, as Mermaid reads it.
fn quoted(text: &str) -> String {
    let mut quoted = String::new();
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("#quot;"),
            '#' => quoted.push_str("#35;"),
            '<' => quoted.push_str("#lt;"),
            '>' => quoted.push_str("#gt;"),
            '&' => quoted.push_str("#amp;"),
            '`' => quoted.push_str("#96;"),
            other if other.is_control() => quoted.push(' '),
            other => quoted.push(other),
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Document;

    fn contract() -> Contract {
        let text = "openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /users:
    get:
      operationId: listUsers
      responses: {'200': {description: d, content: {application/json: {schema: {type: array, items: {type: object, properties: {id: {type: string}}}}}}}}
  /orders:
    post:
      operationId: addOrder
      requestBody: {content: {application/json: {schema: {type: object, required: [userId], properties: {userId: {type: string}}}}}}
      responses: {'201': {description: d, content: {application/json: {schema: {type: object, properties: {id: {type: string}}}}}}}
  /orders/{id}/parts/{partId}:
    get:
      operationId: getPart
      parameters: [{name: id, in: path, required: true, schema: {type: string}}, {name: partId, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: d}}
";
        Contract::read(Document::from_text("a.yaml", text).unwrap()).map_err(|refused| refused.1).unwrap()
    }

    #[test]
    fn everything_that_is_given_has_a_line_with_what_tells_so_and_what_is_not_is_told() {
        let drawn = contract();
        let graph = Graph::of(&drawn, &[]);
        let text = graph.text();
        let lines: Vec<String> =
            text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(
            lines,
            [
                "addOrder body#/userId ← listUsers $response.body#/0/id names agree with what GET /users shows a.yaml:6:7",
                "getPart path.id ← addOrder $response.body#/id a POST on /orders, and the path below it a.yaml:10:7",
                "nothing gives path.partId of getPart (a.yaml:15:7)"
            ]
        );
        assert_eq!(
            graph.summary(),
            "2 connections to 2 operations; 1 operation needs something that nothing gives"
        );
    }

    #[test]
    fn what_the_user_gives_is_drawn_in_place_of_what_could_be_made() {
        let contract = contract();
        let values = [("id", "7"), ("getPart.partId", "x")];
        let values = values.map(|(name, text)| KnownValue::new(&contract, name, text));
        let graph = Graph::of(&contract, &values);
        let text = graph.text();
        let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[1][..4], ["getPart", "path.id", "←", "7"]);
        assert_eq!(lines[2][..4], ["getPart", "path.partId", "←", "x"]);
        assert_eq!(lines.len(), 3, "{text}");
        assert_eq!(
            graph.summary(),
            "1 connection to 1 operation; 2 values of yours; 0 operations need something that nothing gives"
        );
        assert!(
            graph.mermaid().contains("  you -->|\"path.id<br>path.partId\"| n2\n"),
            "{}",
            graph.mermaid()
        );
    }

    #[test]
    fn what_is_only_shown_has_a_dotted_arrow() {
        assert_eq!(
            Graph::of(&contract(), &[]).mermaid(),
            "flowchart LR
  n0[\"listUsers\"]
  n1[\"addOrder\"]
  n2[\"getPart\"]
  n0 -.->|\"body#35;/userId\"| n1
  n1 -->|\"path.id\"| n2
"
        );
    }

    #[test]
    fn no_name_ends_the_quotes_that_it_stands_in() {
        assert_eq!(quoted("a\"]`<b>\n#1"), "a#quot;]#96;#lt;b#gt; #35;1");
    }
}
