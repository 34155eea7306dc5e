//! How the pages look. Fonts are the device's own: nothing is loaded.

use aws_lc_rs::digest;
use base64::{Engine, prelude::BASE64_STANDARD};

/// The one style sheet, inside each page.
pub(super) const STYLE: &str = "\
:root{--ink:#16202c;--soft:#5b6775;--line:#d5dbe2;--ground:#f3f5f8;--card:#fff;--act:#0b57d0;\
--on-act:#fff;--bad:#b3261e}\
@media(prefers-color-scheme:dark){:root{--ink:#e8ecf1;--soft:#a3aebb;--line:#3a4552;\
--ground:#10161d;--card:#1a222c;--act:#8ab4f8;--on-act:#0b1a2e;--bad:#f2b8b5}}\
*{box-sizing:border-box}\
body{margin:0;background:var(--ground);color:var(--ink);font:17px/1.55 system-ui,-apple-system,\
'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif}\
main{max-width:25rem;margin:0 auto;padding:2.5rem 1.5rem;min-height:100vh;background:var(--card)}\
@media(min-width:30rem){main{margin:3rem auto;min-height:0;border:1px solid var(--line);\
border-radius:16px}}\
.brand{margin:0 0 2.25rem;font-weight:600;color:var(--act);letter-spacing:.02em}\
h1{margin:0;font-size:1.45rem;line-height:1.3}\
.client{margin:.15rem 0 1.5rem;font-size:1.1rem;color:var(--soft);overflow-wrap:anywhere}\
p{margin:.75rem 0;overflow-wrap:anywhere}\
ul{margin:.5rem 0 1.25rem;padding-left:1.25rem}\
li{margin:.35rem 0}\
label{display:block;margin:1.25rem 0 .4rem;font-weight:600}\
input{width:100%;padding:.8rem .9rem;font:inherit;color:inherit;background:transparent;\
border:1px solid var(--line);border-radius:10px}\
input:focus{outline:2px solid var(--act);outline-offset:1px}\
.code{font-size:1.6rem;letter-spacing:.35em;font-variant-numeric:tabular-nums}\
button{width:100%;min-height:3rem;margin:1rem 0 0;padding:.7rem;font:inherit;font-weight:600;\
color:var(--on-act);background:var(--act);border:1px solid var(--act);border-radius:10px;\
cursor:pointer}\
button:focus-visible{outline:2px solid var(--ink);outline-offset:2px}\
.second{color:var(--ink);background:transparent;border-color:var(--line)}\
.plain{color:var(--act);background:transparent;border-color:transparent;font-weight:400}\
.error{padding:.7rem .9rem;color:var(--bad);border:1px solid currentColor;border-radius:10px}\
.small{margin-top:1.5rem;font-size:.9rem;color:var(--soft)}";

/// The content security policy of a page: this style sheet, forms to ourselves and from there to
/// `leads_to`, and nothing else; on a page with a script, scripts and requests of our own.
pub(super) fn policy(leads_to: &str, scripted: bool) -> String {
    let hash = digest::digest(&digest::SHA256, STYLE.as_bytes());
    let hash = BASE64_STANDARD.encode(hash.as_ref());
    let scripts = if scripted { "script-src 'self'; connect-src 'self'; " } else { "" };
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; {scripts}form-action 'self' {leads_to}; \
         base-uri 'none'; frame-ancestors 'none'"
    )
}
