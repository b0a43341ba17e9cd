//! What somebody may have meant.

/// "did you mean `x`?", or the list of what there is.
pub fn suggestion(given: &str, known: &[String]) -> String {
    let near = known.iter().map(|name| (strsim::damerau_levenshtein(given, name), name)).min();
    match near {
        Some((distance, name)) if distance <= (1 + given.chars().count() / 4).min(3) => {
            format!("did you mean `{name}`?")
        }
        _ => format!("known here: {}", known.join(", ")),
    }
}
