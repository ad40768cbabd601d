//! Log streams by themselves: what stands under a workload's `logs:`, in a file of its own.

use super::{LogSpec, ScenarioError, check};
use serde::{Deserialize, Serialize};

/// Reads and checks a list of log streams, as [`logs_to_yaml`] writes it; `logs:` may stand before it.
/// `file` is what errors call it.
///
/// # Errors
/// The text is no list of log streams, or one of them is impossible.
pub fn logs_from_yaml(file: &str, text: &str) -> Result<Vec<LogSpec>, ScenarioError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Keyed {
        logs: Vec<LogSpec>,
    }
    const EXAMPLE: &str = "needed is a list of log streams such as - { stream: stdout, rate: 10/s }";
    let mut meant = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let keyed = meant.find(|line| *line != "---").is_some_and(|first| first.starts_with("logs:"));
    let logs: Vec<LogSpec> = if keyed {
        super::read_yaml(file, text, EXAMPLE).map(|keyed: Keyed| keyed.logs)
    } else {
        super::read_yaml(file, text, EXAMPLE)
    }?;
    if logs.is_empty() {
        return Err(ScenarioError::whole_file(file, format!("has no log stream; {EXAMPLE}")));
    }
    for (number, log) in logs.iter().enumerate() {
        let path = if keyed { format!("logs/{number}") } else { number.to_string() };
        check::check_log(log, &path).map_err(|problem| problem.into_error(file, text))?;
    }
    Ok(logs)
}

/// Writes log streams as a YAML list that can be pasted under a workload's `logs:`.
///
/// # Errors
/// The streams cannot be written as YAML.
pub fn logs_to_yaml(logs: &[LogSpec]) -> Result<String, String> {
    serde_saphyr::to_string(&logs).map_err(|e| e.to_string())
}

/// Writes a long list of numbers on one line.
pub(super) fn on_one_line<S, T>(list: &[T], serializer: S) -> Result<S::Ok, S::Error>
where
    S: serde::Serializer,
    T: Serialize,
{
    serde_saphyr::FlowSeq(list).serialize(serializer)
}

/// As above, of a list that may be missing.
pub(super) fn some_on_one_line<S, T>(list: &Option<Vec<T>>, serializer: S) -> Result<S::Ok, S::Error>
where
    S: serde::Serializer,
    T: Serialize,
{
    match list {
        Some(list) => on_one_line(list, serializer),
        None => serializer.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_with_and_without_its_key() {
        let list =
            "- { stream: stdout, rate: 10/s }\n- { stream: file, rate: 1/s, line: { constant: 400B } }\n";
        assert_eq!(logs_from_yaml("l.yaml", list).unwrap().len(), 2);
        assert_eq!(logs_from_yaml("l.yaml", &format!("# mine\nlogs:\n{list}")).unwrap().len(), 2);
    }

    #[test]
    fn lists_on_one_line_are_lists_in_the_schema() {
        let schema = crate::scenario::json_schema();
        assert_eq!(schema.pointer("/$defs/Trace/properties/perSecond/type").unwrap(), "array");
        let sizes = schema["$defs"]["LineSize"]["oneOf"].as_array().unwrap();
        let quantiles = sizes.iter().find_map(|size| size.pointer("/properties/quantiles")).unwrap();
        assert_eq!(
            (&quantiles["type"], &quantiles["items"]["$ref"]),
            (&"array".into(), &"#/$defs/Bytes".into())
        );
    }

    #[test]
    fn what_is_wrong_is_refused_at_its_place() {
        let refused = |text: &str| logs_from_yaml("l.yaml", text).unwrap_err().to_string();
        assert!(refused("").starts_with("l.yaml is empty; needed is a list"), "{}", refused(""));
        assert!(refused("[]").starts_with("l.yaml has no log stream; needed"), "{}", refused("[]"));
        let unknown = refused("- { stream: stdout, rate: 10/s }\n- { stream: stdin, rate: 1/s }\n");
        assert!(unknown.starts_with("l.yaml:2:"), "{unknown}");
        let fast = refused("- stream: stdout\n  rate: 2M/s\n");
        assert!(fast.starts_with("l.yaml:2:9: rate is 2000000/s; allowed"), "{fast}");
    }
}
