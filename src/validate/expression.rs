//! Text with places to fill in: `{files}`, `{rate_lps * line}`, `{min(10, (total_run_s - outage_s) / 2)}`.
//!
//! A place that is one name alone takes the text behind it; anything else is arithmetic on numbers: + − × ÷,
//! parentheses, `min`, `max`, `ceil`, `round`.

/// Where names get their texts from.
pub(super) type Lookup<'a> = dyn Fn(&str) -> Result<String, String> + 'a;

/// Fills in the places of a text.
///
/// # Errors
/// A name is unknown, or its text is no number where one is needed.
pub(super) fn fill(template: &str, lookup: &Lookup<'_>) -> Result<String, String> {
    let mut text = String::new();
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        let Some(length) = rest[start..].find('}') else {
            return Err(format!("{template:?} has a {{ without its }}"));
        };
        text.push_str(&rest[..start]);
        let inside = &rest[start + 1..start + length];
        if is_name(inside) {
            text.push_str(&lookup(inside)?);
        } else {
            text.push_str(&evaluate(inside, lookup)?.to_string());
        }
        rest = &rest[start + length + 1..];
    }
    text.push_str(rest);
    Ok(text)
}

/// The name of a text that is one place and nothing else.
pub(super) fn sole_name(template: &str) -> Option<&str> {
    template.strip_prefix('{')?.strip_suffix('}').filter(|inside| is_name(inside))
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// The number that an expression gives.
///
/// # Errors
/// A name is unknown, its text is no number, the expression is none, or the result is not finite.
pub(super) fn evaluate(expression: &str, lookup: &Lookup<'_>) -> Result<f64, String> {
    let mut parser = Parser { rest: expression.trim(), lookup };
    let value = parser.sum()?;
    if !parser.rest.is_empty() {
        return Err(format!("{expression:?} cannot be read from {:?} on", parser.rest));
    }
    if value.is_finite() { Ok(value) } else { Err(format!("{expression} is not a finite number")) }
}

struct Parser<'a> {
    rest: &'a str,
    lookup: &'a Lookup<'a>,
}

impl<'a> Parser<'a> {
    fn take(&mut self, symbol: char) -> bool {
        let found = self.rest.strip_prefix(symbol);
        self.rest = found.unwrap_or(self.rest).trim_start();
        found.is_some()
    }

    fn word(&mut self) -> &'a str {
        let end = self.rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'));
        let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest.trim_start();
        word
    }

    fn sum(&mut self) -> Result<f64, String> {
        let mut value = self.product()?;
        loop {
            if self.take('+') {
                value += self.product()?;
            } else if self.take('-') {
                value -= self.product()?;
            } else {
                return Ok(value);
            }
        }
    }

    fn product(&mut self) -> Result<f64, String> {
        let mut value = self.factor()?;
        loop {
            if self.take('*') {
                value *= self.factor()?;
            } else if self.take('/') {
                value /= self.factor()?;
            } else {
                return Ok(value);
            }
        }
    }

    fn factor(&mut self) -> Result<f64, String> {
        if self.take('(') {
            let value = self.sum()?;
            return self.closed(value);
        }
        let word = self.word();
        if word.is_empty() {
            return Err(format!("a number or a name is missing before {:?}", self.rest));
        }
        if self.take('(') {
            let mut values = vec![self.sum()?];
            while self.take(',') {
                values.push(self.sum()?);
            }
            let value = match (word, values.as_slice()) {
                ("min", [a, b]) => a.min(*b),
                ("max", [a, b]) => a.max(*b),
                ("ceil", [a]) => a.ceil(),
                ("round", [a]) => a.round(),
                _ => return Err(format!("there is no function {word} of {} numbers", values.len())),
            };
            return self.closed(value);
        }
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            return word.parse().map_err(|_| format!("{word} is no number"));
        }
        let text = (self.lookup)(word)?;
        text.trim().parse().map_err(|_| format!("{word} is {text:?}, which is no number"))
    }

    fn closed(&mut self, value: f64) -> Result<f64, String> {
        if self.take(')') { Ok(value) } else { Err(format!("a ) is missing before {:?}", self.rest)) }
    }
}

/// Whether a text has the form of a pattern: literal but for `{name}`, which stands for one or more characters. Gives
/// what the names stand for.
pub(super) fn matched(pattern: &str, text: &str) -> Option<Vec<(String, String)>> {
    let Some(start) = pattern.find('{') else {
        return (pattern == text).then(Vec::new);
    };
    let length = pattern[start..].find('}')?;
    let (name, behind) = (&pattern[start + 1..start + length], &pattern[start + length + 1..]);
    let text = text.strip_prefix(&pattern[..start])?;
    // The shortest first; what follows decides whether it was enough.
    text.char_indices().map(|(at, c)| at + c.len_utf8()).find_map(|end| {
        let mut found = vec![(name.to_owned(), text[..end].to_owned())];
        found.extend(matched(behind, &text[end..])?);
        Some(found)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(name: &str) -> Result<String, String> {
        match name {
            "files" => Ok("40".into()),
            "rate" => Ok("25.5".into()),
            "tick" => Ok("5ms".into()),
            _ => Err(format!("no {name}")),
        }
    }

    #[test]
    fn places_take_texts_or_numbers() {
        assert_eq!(fill("{tick}", &lookup).unwrap(), "5ms");
        assert_eq!(fill("{files}x{rate * files}/s", &lookup).unwrap(), "40x1020/s");
        assert_eq!(sole_name("{tick}"), Some("tick"));
        assert_eq!(sole_name("{tick}s"), None);
    }

    #[test]
    fn arithmetic_has_its_order() {
        let value = |text| evaluate(text, &lookup).unwrap();
        assert_eq!(value("2 + 3 * files - 4 / 2"), 120.0);
        assert_eq!(value("min(10, (files - 20) / 4) + ceil(rate) + round(0.4)"), 31.0);
        assert!(evaluate("files / 0", &lookup).unwrap_err().contains("finite"));
        assert!(evaluate("tick * 2", &lookup).unwrap_err().contains("no number"));
        for wrong in ["", "2 +", "(2", "min(2)", "2 2", "gone"] {
            assert!(evaluate(wrong, &lookup).is_err(), "{wrong}");
        }
    }

    #[test]
    fn patterns_find_what_their_names_stand_for() {
        let found = |pattern, text| matched(pattern, text).map(|f| f.into_iter().map(|(_, v)| v).collect());
        assert_eq!(found("tick{n}ms", "tick50ms"), Some(vec!["50".to_owned()]));
        assert_eq!(found("default({n}MB,flush{f}s)", "default(5MB,flush0.2s)").unwrap(), ["5", "0.2"]);
        assert_eq!(found("mlcri", "mlcri"), Some(vec![]));
        for (pattern, text) in [("tick{n}ms", "tickms"), ("mlcri", "mlcr"), ("buf{n}MB", "buf64MBs")] {
            assert_eq!(found(pattern, text), None::<Vec<String>>);
        }
    }
}
