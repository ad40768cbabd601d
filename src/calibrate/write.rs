//! The fit as a block of YAML that a scenario takes.

use super::fit::Calibration;
use super::point::Measured;
use crate::profile::{Profile, Quality};
use crate::scenario::{Cost, CustomProfile, profiles_to_yaml};
use std::fmt::Write as _;

/// A number with so many significant digits.
fn rounded(value: f64, digits: usize) -> f64 {
    format!("{value:.*e}", digits.saturating_sub(1)).parse().unwrap_or(value)
}

impl Measured {
    /// What is written as the source of a fitted number.
    pub fn source(&self) -> String {
        format!("calibrated from {}", self.file)
    }

    /// The profile that the fits make of `base`, as `profiles:` of a scenario, with notes as comments. Costs that
    /// were kept are left to the base.
    ///
    /// # Errors
    /// It cannot be written as YAML: a defect.
    pub fn to_yaml(&self, name: &str, base: &Profile, fits: &[Calibration]) -> Result<String, String> {
        let source = self.source();
        let mut set = Vec::new();
        let mut notes = format!(
            "# {name}: {} {} with costs fitted by loghaul {} to {} points of {}.\n",
            base.name,
            base.version,
            env!("CARGO_PKG_VERSION"),
            self.points.len(),
            self.file.replace(['\n', '\r'], " ")
        );
        notes += "# What is not set here is the base's own.\n";
        for fit in fits {
            for term in &fit.terms {
                if let Some(warning) = &term.warning {
                    let _ = writeln!(notes, "# {} {warning}.", term.path);
                }
                if term.kept.is_some() {
                    continue;
                }
                let cost = Cost {
                    value: rounded(term.value, 5),
                    source: Some(source.clone()),
                    quality: Some(if term.warning.is_none() { Quality::A } else { Quality::C }),
                    standard_error: term.standard_error.map(|e| rounded(e, 2)),
                };
                set.push((term.path, cost));
            }
        }
        let profile = CustomProfile::derived(name, &base.name, set);
        Ok(notes + &profiles_to_yaml(&[profile])?)
    }
}
