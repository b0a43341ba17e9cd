//! What somebody may have meant.

/// "did you mean `x`?", or the list of what there is.
pub fn suggestion(given: &str, known: &[String]) -> String {
    meant(given, known).unwrap_or_else(|| format!("known here: {}", known.join(", ")))
}

/// "did you mean `x`?", if there is something that is near.
pub fn meant(given: &str, known: &[String]) -> Option<String> {
    let near = known.iter().map(|name| (strsim::damerau_levenshtein(given, name), name)).min();
    let near = near.filter(|(distance, _)| *distance <= (1 + given.chars().count() / 4).min(3));
    near.map(|(_, name)| did_you_mean(name))
}

/// The question itself.
pub fn did_you_mean(name: &str) -> String {
    format!("did you mean `{name}`?")
}
