//! Which requests are answered: those of pages that this server gave out.
//!
//! A page of somebody else's can send requests to 127.0.0.1, and a name of theirs can be made to lead there. Neither has
//! this server's own name in `Host` and `Origin`.

/// The names that a server answers to.
#[derive(Clone, Debug)]
pub struct Guard {
    hosts: Vec<String>,
}

impl Guard {
    /// A server that listens on a port of an address, and has further names.
    pub fn new(address: std::net::SocketAddr, names: &[String]) -> Self {
        let port = address.port();
        let mut hosts = vec![address.to_string().to_lowercase()];
        if address.ip().is_loopback() {
            hosts.extend(["127.0.0.1", "localhost", "[::1]"].map(|name| format!("{name}:{port}")));
        }
        hosts.extend(names.iter().map(|name| format!("{}:{port}", name.to_lowercase())));
        // At port 80 browsers leave it out.
        if port == 80 {
            let bare: Vec<String> =
                hosts.iter().filter_map(|h| h.strip_suffix(":80").map(str::to_owned)).collect();
            hosts.extend(bare);
        }
        Self { hosts }
    }

    /// Whether a request with these headers is answered; why not, where it is not. `fetched` is `Sec-Fetch-Site`, which
    /// browsers set and pages cannot.
    ///
    /// # Errors
    /// It is for another name, or from another's page.
    pub fn admit(
        &self,
        host: Option<&str>,
        origin: Option<&str>,
        fetched: Option<&str>,
    ) -> Result<(), String> {
        let known = |name: &str| self.hosts.iter().any(|host| host.eq_ignore_ascii_case(name));
        let names = self.hosts.join(", ");
        match host {
            Some(host) if known(host) => {}
            _ => return Err(format!("this server answers to {names} alone; --name adds one")),
        }
        if origin.is_some_and(|origin| !origin.strip_prefix("http://").is_some_and(known)) {
            return Err(format!("this server answers pages of its own alone: http://{}", self.hosts[0]));
        }
        match fetched {
            Some("cross-site" | "same-site") => Err("this server answers pages of its own alone".to_owned()),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_names_and_own_pages_are_admitted_and_no_others() {
        let guard = Guard::new("127.0.0.1:7878".parse().unwrap(), &["Desk".to_owned()]);
        for host in ["127.0.0.1:7878", "localhost:7878", "LOCALHOST:7878", "[::1]:7878", "desk:7878"] {
            assert!(guard.admit(Some(host), None, None).is_ok(), "{host}");
        }
        for host in ["127.0.0.1", "localhost:80", "evil.example:7878", "127.0.0.1:7878.evil.example", ""] {
            assert!(guard.admit(Some(host), None, None).is_err(), "{host}");
        }
        assert!(guard.admit(None, None, None).is_err());
        let from = |origin| guard.admit(Some("localhost:7878"), Some(origin), Some("same-origin"));
        assert!(from("http://localhost:7878").is_ok());
        for origin in ["null", "http://evil.example", "https://localhost:7878", "http://localhost:1", ""] {
            assert!(from(origin).is_err(), "{origin}");
        }
        assert!(guard.admit(Some("localhost:7878"), None, Some("cross-site")).is_err());
        // Elsewhere than on loopback the loopback's names are not its own.
        let wide = Guard::new("10.0.0.1:80".parse().unwrap(), &[]);
        assert!(wide.admit(Some("10.0.0.1"), None, None).is_ok());
        assert!(wide.admit(Some("localhost:80"), None, None).is_err());
    }
}
