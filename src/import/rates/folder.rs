//! Whose a log file is, by its path.

use super::Whose;

/// By the path of a container's log, as the kubelet, the runtime, a must-gather or `kubectl cluster-info dump` has it;
/// `None` where it is none of these.
pub(super) fn whose(path: &str) -> Option<Whose> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let of = |namespace: &str, pod: &str, container: &str| {
        let known = !namespace.is_empty() && !pod.is_empty();
        known.then(|| Whose {
            namespace: namespace.to_owned(),
            workload: String::new(),
            pod: pod.to_owned(),
            container: container.to_owned(),
        })
    };
    // …/<namespace>_<pod>_<uid>/<container>/<n>.log
    if let [.., folder, container, _] = parts.as_slice()
        && let [namespace, pod, uid] = folder.split('_').collect::<Vec<_>>().as_slice()
        && uid.len() >= 8
    {
        return of(namespace, pod, container);
    }
    // …/namespaces/<namespace>/pods/<pod>/<container>/<container>/logs/current.log
    if let [.., "namespaces", namespace, "pods", pod, container, _, "logs", _] = parts.as_slice() {
        return of(namespace, pod, container);
    }
    // …/<pod>_<namespace>_<container>-<id>.log, the runtime's links; as a tag with dots before it.
    let last = parts.last()?;
    let last = last.rsplit_once("containers.").map_or(*last, |(_, name)| name);
    let stem = last.strip_suffix(".gz").unwrap_or(last).strip_suffix(".log")?;
    if let [pod, namespace, rest] = stem.split('_').collect::<Vec<_>>().as_slice()
        && let Some((container, id)) = rest.rsplit_once('-')
        && id.len() == 64
    {
        return of(namespace, pod, container);
    }
    // <namespace>_<pod>_<container>.log and <namespace>/<pod>/<container>.log, as scripts save them.
    match stem.split('_').collect::<Vec<_>>().as_slice() {
        [namespace, pod, container] => of(namespace, pod, container),
        _ => match parts.as_slice() {
            [.., namespace, pod, _] if parts.len() >= 3 && looks_like_a_pod(pod) => of(namespace, pod, stem),
            _ => None,
        },
    }
}

/// Whether a name ends as pods' names do.
fn looks_like_a_pod(name: &str) -> bool {
    let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    name.rsplit_once('-').is_some_and(|(_, end)| {
        (end.len() == 5 && end.chars().all(lower)) || end.bytes().all(|b| b.is_ascii_digit())
    })
}

/// By the name of a writer: its file without what rotation appends, or that and a name in it.
pub(super) fn whose_is(writer: &str) -> Whose {
    let (file, inner) = writer.split_once('#').unwrap_or((writer, ""));
    let path = |file: &str| whose(file).or_else(|| whose(&format!("{file}/0.log")));
    if let Some(whose) = path(file) {
        return whose;
    }
    // `pod/container`, as tools name writers; the file may be the namespace's.
    let (pod, container) = inner.split_once('/').unwrap_or((inner, ""));
    let stem = file.rsplit('/').next().unwrap_or(file);
    let stem = stem.split('.').next().unwrap_or(stem);
    if inner.is_empty() {
        return Whose { pod: stem.to_owned(), ..Whose::default() };
    }
    Whose {
        namespace: stem.to_owned(),
        pod: pod.to_owned(),
        container: container.to_owned(),
        ..Whose::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_every_kind_tell_whose_they_are() {
        let id = "a".repeat(64);
        for path in [
            "/var/log/pods/shop_web-0_0f3a1b2c-1/app/0.log".to_owned(),
            "b.tgz:host/pods/shop_web-0_0f3a1b2c-1/app/3.log.20240501-101112.gz".to_owned(),
            format!("/var/log/containers/web-0_shop_app-{id}.log"),
            format!("kubernetes.var.log.containers.web-0_shop_app-{id}.log"),
            "mg/namespaces/shop/pods/web-0/app/app/logs/current.log".to_owned(),
            "dump/shop_web-0_app.log".to_owned(),
            "dump/shop/web-0/app.log".to_owned(),
        ] {
            let whose = whose(&path).unwrap_or_else(|| panic!("{path}"));
            assert_eq!(
                (whose.namespace.as_str(), whose.pod.as_str(), whose.container.as_str()),
                ("shop", "web-0", "app"),
                "{path}"
            );
        }
        assert_eq!(whose("app.log"), None);
        assert_eq!(whose_is("logs/app.log").pod, "app");
        assert_eq!(whose_is("/var/log/pods/shop_web-0_0f3a1b2c-1/app").pod, "web-0");
    }
}
