//! The result as JSON: versioned, with a schema, plain numbers in base units.

mod document;
mod make;

pub use document::{
    AnswerDocument, CellDocument, Cluster, Document, Ends, Estimated, FigureDocument, LedgerDocument,
    Measured, Ordered, PrecisionDocument, ProvenanceDocument, RowDocument, StrategyDocument, VariantDocument,
    WarmupDocument, WideDocument,
};
pub use make::precision;

use super::{Report, ReportError, sourced};
use schemars::Schema;

/// The version of the document's shape; it changes when a key changes its meaning or goes.
pub const SCHEMA: &str = "loghaul.compare/v1";

/// The result as a JSON text with a line break at its end.
///
/// # Errors
/// The figures cannot be written as JSON: a defect.
pub fn to_string(report: &Report) -> Result<String, ReportError> {
    let mut text = serde_json::to_string_pretty(&Document::of(report))
        .map_err(|error| ReportError::encode("JSON", &error))?;
    text.push('\n');
    Ok(text)
}

/// The JSON Schema of the document.
pub fn schema() -> Schema {
    sourced::schema::<Document>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Lang;
    use crate::report::fixture::Fixture;
    use serde_json::Value;

    fn parsed(fixture: &Fixture) -> Value {
        serde_json::from_str(&to_string(&fixture.report(Lang::En)).unwrap()).unwrap()
    }

    #[test]
    fn the_shape_is_the_published_one() {
        let json = parsed(&Fixture::three());
        assert_eq!(json["schema"], "loghaul.compare/v1");
        assert_eq!(json["scenario"], "reference");
        assert_eq!(json["cluster"]["nodes"], 20);
        assert_eq!(json["cluster"]["duration_s"], 600.0);
        assert_eq!((&json["seed"], &json["replications"]), (&42.into(), &5.into()));
        let daemonset = &json["strategies"]["daemonset"];
        assert_eq!(daemonset["metrics"]["agent_cpu"]["unit"], "cores");
        assert!((daemonset["metrics"]["agent_cpu"]["mean"].as_f64().unwrap() - 1.234).abs() < 1e-9);
        assert!(daemonset["metrics"]["agent_cpu"].get("beyond_horizon").is_none());
        assert_eq!(daemonset["feasible"], true);
        let ledger = &daemonset["ledger"];
        let lost: u64 = ledger["lost"].as_object().unwrap().values().map(|v| v.as_u64().unwrap()).sum();
        let kept: u64 =
            ["delivered", "retained", "in_flight"].map(|k| ledger[k].as_u64().unwrap()).iter().sum();
        assert_eq!(ledger["emitted"].as_u64().unwrap(), kept + lost);
        let cell = &json["table"][1]["cells"]["sidecar"];
        assert_eq!(cell["agrees"], true);
        assert_eq!(cell["grade"], "high");
        assert_eq!(json["table"][0]["row"], "log-types");
        assert_eq!(json["table"][0]["cells"]["native"]["agrees"], Value::Null);
        assert_eq!(json["table"][0]["cells"]["native"]["by_construction"], true);
        assert_eq!(cell["figures"][0]["unit"], "cores");
    }

    #[test]
    fn what_never_arrives_is_null_with_a_flag() {
        let json = parsed(&Fixture::three());
        let p99 = &json["strategies"]["native"]["metrics"]["freshness_p99"];
        assert_eq!(p99["mean"], Value::Null);
        assert_eq!(p99["beyond_horizon"], true);
    }

    #[test]
    fn an_infeasible_strategy_has_no_metrics() {
        let json = parsed(&Fixture::infeasible());
        let sidecar = &json["strategies"]["sidecar"];
        assert_eq!(sidecar["feasible"], false);
        assert_eq!(sidecar["metrics"], serde_json::json!({}));
        assert!(sidecar["infeasible"].as_str().unwrap().contains("30 cores"));
    }

    #[test]
    fn strategies_and_metrics_keep_the_order_of_reports() {
        let text = to_string(&Fixture::three().report(Lang::En)).unwrap();
        let at = |key: &str| text.find(&format!("\"{key}\"")).unwrap();
        assert!(at("schema") < at("scenario") && at("scenario") < at("cluster"));
        assert!(at("native") < at("daemonset") && at("daemonset") < at("sidecar"));
        assert!(at("agent_cpu") < at("cost") && at("cost") < at("freshness_p50"));
        assert!(at("strategies") < at("table"));
    }

    #[test]
    fn the_schema_names_every_key_of_the_document() {
        let schema = serde_json::to_string(&schema()).unwrap();
        for key in parsed(&Fixture::three()).as_object().unwrap().keys() {
            assert!(schema.contains(&format!("\"{key}\"")), "{key}");
        }
        assert!(schema.contains("\"beyond_horizon\"") && schema.contains("\"mean\""));
    }
}
