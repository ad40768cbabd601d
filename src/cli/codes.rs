//! Under which code `explain` says more about an error: what readers of clusters, logs, measurements and plans refuse.

use crate::calibrate::CalibrateError;
use crate::diagnosis::Code;
use crate::import::ImportError;
#[cfg(target_os = "linux")]
use crate::lab::error::LabError;
use crate::scenario::ScenarioError;
use crate::validate::ValidateError;
use std::any::Any;

/// The code of an error, where it has one.
pub(super) fn of(error: &dyn Any) -> Option<Code> {
    let of_scenario = || error.downcast_ref::<ScenarioError>().map(ScenarioError::code);
    let of_import = || error.downcast_ref().and_then(of_import);
    let of_rows = || error.downcast_ref().and_then(of_rows);
    let of_points = || error.downcast_ref::<CalibrateError>().map(|_| Code::Measured);
    #[cfg(target_os = "linux")]
    let of_lab = || error.downcast_ref().filter(|error: &&LabError| error.is_input()).map(|_| Code::Lab);
    #[cfg(not(target_os = "linux"))]
    let of_lab = || None;
    of_scenario().or_else(of_import).or_else(of_rows).or_else(of_points).or_else(of_lab)
}

fn of_import(error: &ImportError) -> Option<Code> {
    Some(match error {
        ImportError::Unreadable { .. } => Code::Unreadable,
        ImportError::Packed { .. } => Code::NotText,
        ImportError::Empty { .. } => Code::Empty,
        ImportError::Table { .. } => Code::Measured,
        ImportError::Truncated { .. }
        | ImportError::NotJson { .. }
        | ImportError::Field { .. }
        | ImportError::NotKubernetes { .. }
        | ImportError::Missing { .. } => Code::NoCluster,
        ImportError::NoRate { .. } | ImportError::NoRates { .. } | ImportError::OneSample { .. } => {
            Code::RateUnknown
        }
        ImportError::TooLarge { .. } | ImportError::Rate { .. } => Code::OutOfRange,
        ImportError::NoFile { .. } | ImportError::Refused(_) | ImportError::Defaults(_) => return None,
    })
}

fn of_rows(error: &ValidateError) -> Option<Code> {
    match error {
        ValidateError::Unreadable { .. } => Some(Code::Unreadable),
        ValidateError::File { .. } | ValidateError::Row { .. } => Some(Code::Measured),
        ValidateError::Embedded { .. } | ValidateError::Run(_) => None,
    }
}
