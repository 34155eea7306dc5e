//! The letters that identity writes.

use citygate_kernel::Locale;
use citygate_notify::Mail;

use crate::rules::CODE_LIFE;

/// The letter with a one-time code. Nothing in it says whether the address has an account.
pub(crate) fn one_time_code(code: &str, locale: Locale) -> Mail {
    let minutes = CODE_LIFE.num_minutes();
    match locale {
        Locale::En => Mail {
            subject: "Your Citygate code".to_owned(),
            text: format!(
                "Your code to sign in is {code}\n\nIt works once, for {minutes} minutes. \
                 If you did not ask for it, nothing happens; tell it to nobody.\n"
            ),
        },
        Locale::ZhCn => Mail {
            subject: "城市服务登录验证码".to_owned(),
            text: format!(
                "您的登录验证码为 {code}\n\n验证码 {minutes} 分钟内有效，仅可使用一次。\
                 如非本人操作请忽略，切勿告知他人。\n"
            ),
        },
    }
}
