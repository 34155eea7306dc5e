//! What clients may be given by the people who sign in to them.

use citygate_kernel::Text;

/// An ID token (OpenID Connect Core, 3.1.2.1).
pub(crate) const OPENID: &str = "openid";
/// Refresh tokens (OpenID Connect Core, 11).
pub(crate) const OFFLINE_ACCESS: &str = "offline_access";
/// The masked name and the language.
pub(crate) const PROFILE: &str = "profile";
/// The mail address.
pub(crate) const EMAIL: &str = "email";
/// All that a citizen may do: the operations of the citizens' own app.
pub(crate) const CITIZEN: &str = "citizen";

/// All of them. What else a client has is for systems (`client_credentials`), and people are not
/// asked about it.
pub const OF_PEOPLE: [&str; 5] = [OPENID, OFFLINE_ACCESS, PROFILE, EMAIL, CITIZEN];

/// What a scope means, for the person who is asked. None where there is nothing to be asked.
pub(crate) fn meaning(scope: &str) -> Option<Text> {
    let (en, zh) = match scope {
        PROFILE => (
            "See your masked name, such as 王*, and your language",
            "查看脱敏姓名（如“王*”）和语言",
        ),
        EMAIL => ("See your mail address", "查看您的邮箱地址"),
        OFFLINE_ACCESS => ("Stay signed in for up to 90 days", "保持登录状态，最长90天"),
        CITIZEN => (
            "Act for you in all services of the city: read, apply and pay",
            "代您使用全部城市服务：查询、办理和缴费",
        ),
        _ => return None,
    };
    Some(Text::new(en, zh))
}
