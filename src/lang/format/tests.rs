use super::*;

fn en(value: f64, unit: &str) -> String {
    quantity(value, unit, Lang::En)
}

#[test]
fn units_are_those_people_use() {
    assert_eq!(en(0.6123, "cores"), "612 mcores");
    assert_eq!(en(0.99996, "cores"), "1.00 cores");
    assert_eq!(en(36.0, "cores"), "36 cores");
    assert_eq!(en(0.01234, "cores/node"), "12.3 mcores/node");
    assert_eq!(en(512.0 * 1048576.0, "bytes"), "512 MiB");
    assert_eq!(en(1.5e9, "bytes/s"), "1.40 GiB/s");
    assert_eq!(en(0.00012345, "fraction"), "0.0123%");
    assert_eq!(en(0.0, "fraction"), "0%");
    assert_eq!(en(0.0204, "s"), "20.4 ms");
    assert_eq!(en(600.0, "s"), "10 min");
    assert_eq!(en(12345.6, "currency/month"), "12,346/month");
    assert_eq!(en(11_400.0, "lines/s"), "11.4k lines/s");
    assert_eq!(en(2.5, "ratio"), "2.50×");
    assert_eq!(en(20.0, "groups"), "20 groups");
    assert_eq!(quantity(0.5, "cores", Lang::Zh), "500 毫核");
}

#[test]
fn small_is_not_nothing() {
    assert_eq!(number(1e-9), "<0.000001");
    assert_eq!(share(1, 1_000_000), "0.000100%");
    assert_eq!(share(999_999_999_999, 1_000_000_000_000), ">99.9999%");
    assert_eq!(share(99_961, 100_000), "99.961%");
    assert_eq!(share(985, 1000), "98.5%");
    assert_eq!(share(0, 0), NOTHING);
    assert_eq!(share(7, 7), "100%");
}

#[test]
fn intervals_keep_the_digits_of_the_mean() {
    let show = |mean: f64, half: f64| {
        let e = Estimate { mean: Some(mean), lo: Some(mean - half), hi: Some(mean + half), n: 5 };
        estimate(Some(&e), "cores", Lang::En)
    };
    assert_eq!(show(1.234, 0.0456), "1.23 ±0.05 cores");
    assert_eq!(show(0.612, 0.04), "612 ±40 mcores");
    assert_eq!(show(612.3, 0.31), "612 ±0.3 cores");
    assert_eq!(show(612.3, 0.0031), "612 cores");
    assert_eq!(show(3.0, 0.0), "3 cores");
    assert_eq!(show(3.0, 0.1), "3.00 ±0.10 cores");
    let uneven = Estimate { mean: Some(2.0), lo: Some(1.5), hi: Some(4.0), n: 5 };
    assert_eq!(estimate(Some(&uneven), "ratio", Lang::En), "2 [1.50, 4]× (not resolved)");
}

#[test]
fn what_is_missing_is_told_from_what_never_came() {
    let beyond = Estimate::of(&[Some(1.0), None]);
    assert_eq!(estimate(Some(&beyond), "s", Lang::En), "never");
    assert_eq!(estimate(None, "s", Lang::En), NOTHING);
}

#[test]
fn a_difference_that_may_be_none_says_so() {
    let none = Estimate { mean: Some(0.1), lo: Some(-0.1), hi: Some(0.3), n: 5 };
    assert_eq!(difference(&none, "cores", Lang::En), "~");
    let more = Estimate { mean: Some(0.2), lo: Some(0.1), hi: Some(0.3), n: 5 };
    assert_eq!(difference(&more, "cores", Lang::En), "+200 ±100 mcores");
    assert_eq!(difference(&more, "fraction", Lang::En), "+20.0 ±10.0 pp");
    // Less, by as much as one likes.
    let less = Estimate { mean: Some(-3.0), lo: Some(f64::NEG_INFINITY), hi: Some(-1.0), n: 5 };
    assert_eq!(difference(&less, "s", Lang::En), "-3 [-∞, -1] s");
}

#[test]
fn a_share_of_several_wholes_has_its_commas_between_thousands_only() {
    assert_eq!(decimal(1.63, "fraction", 0), "163%");
    assert_eq!(decimal(0.163, "fraction", 1), "16.3%");
    assert_eq!(decimal(-12.345, "fraction", 0), "-1,234%");
    assert_eq!(decimal(1234.5, "s", 1), "1,234.5");
}
