//! By what name a citizen knows a device again.

/// Browsers and apps, by what their User-Agent contains. The first that fits: most of them claim to
/// be those further down as well.
const BROWSERS: [(&str, &str); 11] = [
    ("Citygate/", "Citygate"),
    ("MicroMessenger/", "WeChat"),
    ("Alipay", "Alipay"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// Systems, likewise.
const SYSTEMS: [(&str, &str); 8] = [
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

/// `Chrome, Android`: the families of browser and system that a User-Agent header names, and not a
/// word of the header itself, which says more than anybody should keep. `None` where neither is
/// known.
pub(crate) fn device(user_agent: &str) -> Option<String> {
    let find = |families: &[(&str, &'static str)]| {
        families.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    let names: Vec<&str> = find(&BROWSERS).into_iter().chain(find(&SYSTEMS)).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_a_family_of_browser_and_system() {
        for (header, expected) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
                Some("Edge, Windows"),
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; V2309A) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Version/4.0 Chrome/130.0 Mobile Safari/537.36 MicroMessenger/8.0.50",
                Some("WeChat, Android"),
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 \
                 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                Some("Safari, iPhone"),
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                Some("Firefox, Linux"),
            ),
            ("Citygate/2.1 (HarmonyOS 5; 王芳's phone)", Some("Citygate, HarmonyOS")),
            ("curl/8.5.0", None),
            ("<script>alert(1)</script>", None),
            ("", None),
        ] {
            assert_eq!(device(header).as_deref(), expected, "{header}");
        }
    }
}
