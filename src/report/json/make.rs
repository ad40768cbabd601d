//! From a report to its document.

use super::SCHEMA;
use super::document::{
    AnswerDocument, CellDocument, Cluster, Document, Ends, Estimated, FigureDocument, GrowingDocument,
    LedgerDocument, Measured, ObjectiveDocument, Ordered, PrecisionDocument, ProvenanceDocument, RowDocument,
    StrategyDocument, VariantDocument, WarmupDocument, WideDocument,
};
use crate::lang::Lang;
use crate::metric::Metric;
use crate::report::page::Prose;
use crate::report::{Report, agent_use, answer, band, estimate, grown};
use crate::stats::Estimate;
use crate::study::{Precision, StrategyResult, Verdict, WarmupBy};
use crate::table::{Cell, Figure, Row, Variant};

impl From<&Estimate> for Estimated {
    fn from(e: &Estimate) -> Self {
        let finite = |v: Option<f64>| v.filter(|v| v.is_finite());
        Self { mean: finite(e.mean), lo: finite(e.lo), hi: finite(e.hi) }
    }
}

impl Document {
    /// The document of a report.
    pub fn of(report: &Report) -> Self {
        let provenance = &report.comparison.provenance;
        Self {
            schema: SCHEMA,
            scenario: provenance.scenario.clone(),
            cluster: Cluster {
                nodes: provenance.nodes,
                pods: provenance.pods,
                duration_s: provenance.duration_s,
                tenants: provenance.tenants,
            },
            grown: grown::sentences(report.comparison, report.lang),
            seed: provenance.seed,
            replications: provenance.replications,
            strategies: Ordered(
                report.strategies().iter().map(|s| (s.strategy, strategy(report, s))).collect(),
            ),
            table: report.table.rows.iter().map(|r| row(r, report.lang)).collect(),
            band: band::document(report),
            answer: AnswerDocument {
                en: in_words(&Report { lang: Lang::En, ..*report }),
                zh: in_words(&Report { lang: Lang::Zh, ..*report }),
            },
            variants: report.table.variants.iter().map(|v| variant(v, report.lang)).collect(),
            provenance: ProvenanceDocument {
                version: provenance.version,
                scenario_hash: provenance.scenario_hash.clone(),
                question: provenance.question.clone(),
                warmup_s: provenance.warmup_s,
                warmup_by: provenance.warmup_by.into(),
                precision: provenance.precision.as_ref().map(precision),
                drain_s: provenance.drain_s,
                agent: provenance.agent.clone(),
                lang: report.lang,
                command: provenance.command.clone(),
            },
        }
    }
}

/// The answer, a sentence each.
fn in_words(report: &Report) -> Vec<String> {
    answer::sentences(report).iter().map(Prose::words).collect()
}

impl From<WarmupBy> for WarmupDocument {
    fn from(by: WarmupBy) -> Self {
        match by {
            WarmupBy::Stated => Self::Stated,
            WarmupBy::Mser5 => Self::Mser5,
            WarmupBy::NotFound => Self::NotFound,
        }
    }
}

/// What a precision that was asked for came to.
pub fn precision(precision: &Precision) -> PrecisionDocument {
    let wide = precision.wide.iter().map(|wide| WideDocument {
        strategy: wide.strategy,
        against: wide.against,
        metric: wide.metric.id(),
        half_width: wide.relative,
    });
    PrecisionDocument {
        asked: precision.asked,
        max_replications: precision.most,
        reached: precision.wide.is_empty(),
        not_reached: wide.collect(),
    }
}

fn strategy(report: &Report, result: &StrategyResult) -> StrategyDocument {
    let measured = |metric: &Metric| {
        let value = Estimated::from(&estimate(result, *metric)?);
        let ends = band::range(report, result, *metric);
        let band = ends.map(|(lo, hi)| Ends { lo, hi: Some(hi).filter(|hi| hi.is_finite()) });
        Some((
            metric.id(),
            Measured { beyond_horizon: value.mean.is_none(), value, band, unit: metric.unit() },
        ))
    };
    let metrics = Metric::ALL.iter().filter_map(measured).collect();
    let ledger = result.ledger();
    StrategyDocument {
        metrics: Ordered(metrics),
        ledger: LedgerDocument {
            emitted: ledger.emitted,
            delivered: ledger.delivered,
            retained: ledger.retained,
            in_flight: ledger.in_flight,
            lost: ledger.lost_by_cause(),
            duplicated: ledger.duplicated,
            withheld: ledger.withheld,
        },
        agents: agent_use::documents(&result.observations),
        still_growing: result.growing.map(|g| GrowingDocument {
            so_far: g.so_far,
            towards: g.towards,
            lines_per_s: g.lines_per_s,
        }),
        feasible: result.infeasible.is_none(),
        infeasible: result.infeasible.clone(),
        objectives: result
            .objectives
            .iter()
            .map(|(objective, met)| ObjectiveDocument {
                objective: objective.to_string(),
                met: met.and_then(Verdict::as_bool),
                verdict: met.map(Verdict::id),
            })
            .collect(),
    }
}

fn variant(variant: &Variant, lang: Lang) -> VariantDocument {
    let turned = variant.turned.iter().map(|(row, s, a)| (format!("{row}/{s}"), a.as_bool()));
    VariantDocument {
        what: variant.what.get(lang).to_owned(),
        agrees: variant.agrees,
        compared: variant.compared,
        turned: turned.collect(),
    }
}

fn row(row: &Row, lang: Lang) -> RowDocument {
    let cell = |c: &Cell| CellDocument {
        text: c.text.get(lang).to_owned(),
        grade: c.grade.clone(),
        article: c.article.clone(),
        article_en: c.article_en.clone(),
        agrees: c.agreement.as_bool(),
        by_construction: c.agreement.is_by_construction(),
        contradicts: c.agreement.contradicts(),
        notes: c.notes.iter().map(|n| n.get(lang).to_owned()).collect(),
        figures: c.figures.iter().map(|f| figure(f, lang)).collect(),
    };
    RowDocument {
        row: row.id,
        title: row.title.get(lang).to_owned(),
        cells: Ordered(row.cells.iter().map(|c| (c.strategy, cell(c))).collect()),
    }
}

fn figure(figure: &Figure, lang: Lang) -> FigureDocument {
    FigureDocument {
        name: figure.name.clone(),
        label: figure.label().get(lang).to_owned(),
        value: figure.value.as_ref().map(Estimated::from),
        unit: figure.unit,
    }
}
