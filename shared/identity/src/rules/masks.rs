//! What is shown of what is personal: enough for its owner to recognise it.

/// `王**`: the family name, and how long the rest is.
pub(crate) fn mask_name(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next();
    first.into_iter().chain(characters.map(|_| '*')).collect()
}

/// `w***@example.com`.
pub(crate) fn mask_email(email: &str) -> String {
    let (local, domain) = email.rsplit_once('@').unwrap_or((email, ""));
    let first: String = local.chars().take(1).collect();
    format!("{first}***@{domain}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_show_what_the_owner_recognises() {
        assert_eq!(mask_name("欧阳娜娜"), "欧***");
        assert_eq!(mask_name(""), "");
        assert_eq!(mask_email("wang.fang@example.com"), "w***@example.com");
    }
}
