//! What decides an objective, in words.

use super::format::{number, quantity};
use super::words::{self, pick};
use crate::decision::Decides;
use crate::lang::Lang;

/// What decides an objective, in a phrase; empty where nothing stands out.
pub fn phrase(all: &[Decides], lang: Lang) -> String {
    let phrases: Vec<String> = all.iter().map(|one| part(*one, lang)).collect();
    phrases.join(pick(lang, ", ", "，"))
}

fn part(one: Decides, lang: Lang) -> String {
    let share = |v: f64| quantity(v, "fraction", lang);
    let en = lang == Lang::En;
    match one {
        Decides::Lost(cause, v) if en => {
            let name = words::cause(cause, lang).trim_start_matches("lost: ");
            format!("{} of all lines lost ({name})", share(v))
        }
        Decides::Lost(cause, v) => {
            let name = words::cause(cause, lang).trim_start_matches("丢失：");
            format!("{} 的日志丢失（{name}）", share(v))
        }
        Decides::Waiting(v) if en => {
            format!("{} of all lines still on nodes or with agents at the end", share(v))
        }
        Decides::Waiting(v) => format!("结束时 {} 的日志仍在节点或采集器中", share(v)),
        Decides::Paused(v) if en => {
            format!("agents' input stands still {} of the time because their buffers are full", share(v))
        }
        Decides::Paused(v) => format!("采集器因缓冲区满而停读的时间占 {}", share(v)),
        Decides::Backend(s) if en => {
            format!("waits of up to {} for the backend's capacity", quantity(s, "s", lang))
        }
        Decides::Backend(s) => format!("等待后端容量最长 {}", quantity(s, "s", lang)),
        Decides::Killed(n) if en => {
            format!("{} agents killed a run for exceeding their memory limit", number(n))
        }
        Decides::Killed(n) => format!("每次运行有 {} 个采集器因超出内存限制被终止", number(n)),
        Decides::Requests(cores, bytes, agents) => {
            let (cores, bytes, agents) =
                (quantity(cores, "cores", lang), quantity(bytes, "bytes", lang), number(agents));
            match lang {
                Lang::En => format!("{agents} agents request {cores} and {bytes}"),
                Lang::Zh => format!("{agents} 个采集器共申请 {cores} 与 {bytes}"),
            }
        }
        Decides::Timers(s) if en => {
            format!(
                "nothing is lost and nothing is full: lines wait for the agents' own timers (looks, flushes, scans for \
                 files), half of them {}",
                quantity(s, "s", lang)
            )
        }
        Decides::Timers(s) => {
            format!(
                "无丢失、无拥塞：日志等待采集器自身的定时（查看、刷新、扫描文件），一半等待 {} 以上",
                quantity(s, "s", lang)
            )
        }
        Decides::Capability => pick(
            lang,
            "what the strategy can honour, whatever its settings",
            "该方案本身能满足的需求，与设置无关",
        )
        .to_owned(),
        Decides::Neighbour => {
            pick(lang, "a loud tenant that shares what the others send through", "吵闹租户与他人共用发送通路")
                .to_owned()
        }
    }
}
