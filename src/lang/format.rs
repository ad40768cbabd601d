//! How people read numbers: three significant digits, human units, intervals.

use crate::lang::Lang;
use crate::stats::Estimate;
use std::sync::OnceLock;

/// What costs are in, where a user says so. It is told once, before anything is shown, and changes no figure.
static CURRENCY: OnceLock<String> = OnceLock::new();

/// Says what costs are in: every one that people read has it behind its number. The first word counts.
pub fn set_currency(name: String) {
    // Who says it again says the same: it comes from one command line.
    let _ = CURRENCY.set(name);
}

/// Shown where there is no figure.
pub const NOTHING: &str = "–";

/// A unit that people read: what a raw number is multiplied by, and what stands behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// Multiplies the raw number.
    pub factor: f64,
    /// Stands behind the number, space included where one belongs.
    pub suffix: String,
}

impl Scale {
    fn new(factor: f64, suffix: impl Into<String>) -> Self {
        Self { factor, suffix: suffix.into() }
    }

    /// The scale that suits a value of a unit, as metrics and figures name units. A rate or share of
    /// something (`cores/node`) is scaled as that something.
    pub fn of(value: f64, unit: &str, lang: Lang) -> Self {
        let zh = lang == Lang::Zh;
        let size = rounded(value).abs();
        match unit {
            "fraction" => return Self::new(100.0, "%"),
            "ratio" => return Self::new(1.0, "×"),
            "count" | "" => return Self::new(1.0, ""),
            "currency/month" => {
                let name = CURRENCY.get().map_or_else(String::new, |name| format!(" {name}"));
                return Self::new(1.0, name + if zh { "/月" } else { "/month" });
            }
            "1/s" => {
                let (factor, prefix) = thousands(size);
                return Self::new(factor, format!("{prefix}/s"));
            }
            "s" => {
                let (factor, suffix) = match size {
                    0.0 => (1.0, " s"),
                    s if s < 1e-3 => (1e6, " µs"),
                    s if s < 1.0 => (1e3, " ms"),
                    s if s < 600.0 => (1.0, " s"),
                    s if s < 7200.0 => (1.0 / 60.0, if zh { " 分钟" } else { " min" }),
                    _ => (1.0 / 3600.0, if zh { " 小时" } else { " h" }),
                };
                return Self::new(factor, suffix);
            }
            _ => {}
        }
        let (base, per) = unit.split_once('/').map_or((unit, String::new()), |(b, p)| (b, format!("/{p}")));
        match base {
            "cores" if size > 0.0 && size < 1.0 => {
                Self::new(1000.0, format!(" {}{per}", if zh { "毫核" } else { "mcores" }))
            }
            "cores" => Self::new(1.0, format!(" {}{per}", if zh { "核" } else { "cores" })),
            "bytes" => {
                let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
                let steps = (0..5).take_while(|i| size >= 1024f64.powi(i + 1)).count();
                Self::new(1024f64.powi(-(steps as i32)), format!(" {}{per}", units[steps]))
            }
            "lines" => {
                let (factor, prefix) = thousands(size);
                Self::new(factor, format!("{prefix} {}{per}", if zh { "行" } else { "lines" }))
            }
            _ => Self::new(1.0, format!(" {unit}")),
        }
    }

    /// A raw number in this scale.
    pub fn show(&self, value: f64) -> String {
        format!("{}{}", number(value * self.factor), self.suffix)
    }
}

fn thousands(size: f64) -> (f64, &'static str) {
    match size {
        s if s >= 1e9 => (1e-9, "G"),
        s if s >= 1e6 => (1e-6, "M"),
        s if s >= 1e4 => (1e-3, "k"),
        _ => (1.0, ""),
    }
}

/// A value rounded to three significant digits.
fn rounded(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

/// Decimals that show a value with three significant digits.
fn decimals(value: f64) -> usize {
    let text = format!("{value:.2e}");
    let exponent: i32 = text.rsplit_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    usize::try_from(2 - exponent).unwrap_or(0).min(6)
}

/// A number with three significant digits: whole numbers whole, thousands grouped.
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return if value > 0.0 { "∞".into() } else { NOTHING.into() };
    }
    let whole = value.round();
    if (value - whole).abs() <= 1e-9 * value.abs() {
        return grouped(&format!("{:.0}", whole + 0.0));
    }
    let shown = format!("{value:.*}", decimals(value));
    if shown.bytes().all(|b| matches!(b, b'0' | b'.' | b'-')) {
        return if value > 0.0 { "<0.000001".into() } else { ">-0.000001".into() };
    }
    grouped(&shown)
}

/// A number with so many decimals; a share in percent, thousands grouped.
pub fn decimal(value: f64, unit: &str, places: usize) -> String {
    let (factor, suffix) = if unit == "fraction" { (100.0, "%") } else { (1.0, "") };
    grouped(&format!("{:.places$}", value * factor)) + suffix
}

/// The same with its sign, and plain zero where it is exactly that.
pub fn signed(value: f64, unit: &str, places: usize) -> String {
    let (factor, suffix) = if unit == "fraction" { (100.0, "%") } else { (1.0, "") };
    if value == 0.0 {
        return format!("0{suffix}");
    }
    format!("{:+.places$}{suffix}", value * factor).replace('-', "−")
}

/// A number with three significant digits, small ones as 1.23e-4.
pub fn scientific(value: f64) -> String {
    if value != 0.0 && value.abs() < 0.01 { format!("{value:.2e}") } else { number(value) }
}

/// A count with its thousands grouped.
pub fn integer(value: u64) -> String {
    grouped(&value.to_string())
}

/// Commas between the thousands of the whole part.
fn grouped(shown: &str) -> String {
    let (sign, digits) = shown.strip_prefix('-').map_or(("", shown), |d| ("-", d));
    let (whole, fraction) = digits.find('.').map_or((digits, ""), |dot| digits.split_at(dot));
    let mut out = String::from(sign);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + fraction
}

/// A value in the unit that suits it.
pub fn quantity(value: f64, unit: &str, lang: Lang) -> String {
    Scale::of(value, unit, lang).show(value)
}

/// A part of a whole, in percent; a small part never reads as none and a large one never as all.
pub fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return NOTHING.into();
    }
    // Close to all, the digits are those of what is missing.
    let missing = whole.saturating_sub(part) as f64 * 100.0 / whole as f64;
    if missing > 0.0 && missing < 1.0 {
        let places = decimals(missing).saturating_sub(1);
        let shown = format!("{:.*}", places, 100.0 - missing);
        return if shown.starts_with("100") { ">99.9999%".into() } else { format!("{shown}%") };
    }
    quantity(part as f64 / whole as f64, "fraction", Lang::En)
}

/// An interval that reaches further than this share of its mean leaves the mean unresolved.
const RESOLVED: f64 = 0.5;

/// A mean with the half width of its 95 % interval, or with its ends where they are not symmetric, and the unit of both;
/// without either where the interval is below the digits shown, or where there is one replication only. A mean whose
/// interval reaches further than half of it is said to be not resolved. `None` is a figure that was not recorded; a mean
/// beyond the horizon reads as never.
pub fn estimate(estimate: Option<&Estimate>, unit: &str, lang: Lang) -> String {
    let Some(estimate) = estimate else { return NOTHING.into() };
    let Some(mean) = estimate.mean else { return never(unit, lang).into() };
    let reach = |end: Option<f64>| end.map_or(0.0, |end| (end - mean).abs());
    let open = reach(estimate.lo).max(reach(estimate.hi)) > RESOLVED * mean.abs();
    let note = match (open, lang) {
        (false, _) => "",
        (true, Lang::En) => " (not resolved)",
        (true, Lang::Zh) => "（未分辨）",
    };
    with_interval(estimate, mean, unit, lang) + note
}

fn with_interval(estimate: &Estimate, mean: f64, unit: &str, lang: Lang) -> String {
    let scale = Scale::of(mean, unit, lang);
    let (Some(lo), Some(hi)) = (estimate.lo, estimate.hi) else { return scale.show(mean) };
    let interval = interval(&scale, mean, lo, hi);
    if interval.contains('±') {
        // A mean that happens to be whole is not known to be.
        let mean = mean * scale.factor;
        return format!("{}{interval}{}", grouped(&format!("{mean:.*}", decimals(mean))), scale.suffix);
    }
    format!("{}{interval}{}", number(mean * scale.factor), scale.suffix)
}

/// How a figure reads that lies beyond the horizon.
pub fn never(unit: &str, lang: Lang) -> &'static str {
    match (unit, lang) {
        ("s", Lang::En) => "never",
        ("s", Lang::Zh) => "未送达",
        _ => "∞",
    }
}

/// Returns what follows a mean; nothing where other seeds give every digit shown.
fn interval(scale: &Scale, mean: f64, lo: f64, hi: f64) -> String {
    let (below, above) = ((mean - lo) * scale.factor, (hi - mean) * scale.factor);
    let half = below.max(above);
    match (below == f64::INFINITY, above == f64::INFINITY) {
        (false, true) => return format!(" [{}, ∞]", number(lo * scale.factor)),
        (true, false) => return format!(" [-∞, {}]", number(hi * scale.factor)),
        (true, true) => return " [-∞, ∞]".to_owned(),
        (false, false) => {}
    }
    if !half.is_finite() || half <= 1e-9 * (mean * scale.factor).abs() {
        return String::new();
    }
    if (above - below).abs() > 0.02 * half {
        let shown = [lo, mean, hi].map(|v| number(v * scale.factor));
        if shown[0] == shown[1] && shown[1] == shown[2] {
            return String::new();
        }
        return format!(" [{}, {}]", number(lo * scale.factor), number(hi * scale.factor));
    }
    let places = decimals(mean * scale.factor);
    // A half width below the last digit shown is worth one digit of its own, down to a tenth of it.
    let step = 10f64.powi(-(places as i32));
    if half >= step {
        format!(" ±{}", grouped(&format!("{half:.places$}")))
    } else if half >= step / 10.0 {
        format!(" ±{:.*}", places + 1, half)
    } else {
        String::new()
    }
}

/// A difference with its interval, its sign always shown; `~` where the interval holds zero. Differences of
/// shares are in percentage points.
pub fn difference(estimate: &Estimate, unit: &str, lang: Lang) -> String {
    match (estimate.mean, estimate.lo, estimate.hi) {
        (Some(_), Some(lo), Some(hi)) if lo < 0.0 && hi > 0.0 => "~".into(),
        (Some(0.0), ..) => "=".into(),
        (Some(mean), ..) => {
            let sign = if mean > 0.0 { "+" } else { "" };
            let shown = format!("{sign}{}", with_interval(estimate, mean, unit, lang));
            let points = if lang == Lang::Zh { " 个百分点" } else { " pp" };
            if unit == "fraction" { shown.replacen('%', points, 1) } else { shown }
        }
        (None, ..) => NOTHING.into(),
    }
}

/// A span of time as people write it: `10 min`, `1.5 h`, `45 s`.
pub fn duration(seconds: f64, lang: Lang) -> String {
    quantity(seconds, "s", lang)
}

#[cfg(test)]
mod tests;
