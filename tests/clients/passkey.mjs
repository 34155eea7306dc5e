// Drives a browser over a pipe of its DevTools protocol, without any library.
//
//     node passkey.mjs BROWSER CITY LETTERS PROFILE

import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const [browserPath, city, letters, profile] = process.argv.slice(2);
const EMAIL = "wang.fang@citygate.example";
const PATIENCE_MS = 30_000;

const fail = (what) => {
    throw new Error(what);
};

/** Waits for what a function gives that is not nothing. */
const until = async (what, look) => {
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(100)) {
        const found = await look();
        if (found) return found;
    }
    return fail(`waited in vain for ${what}`);
};

/** A browser that takes commands on one pipe and answers on another, each ended by a NUL. */
class Browser {
    #child;
    #next = 1;
    #waiting = new Map();

    constructor(path) {
        const options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"];
        const where = ["--remote-debugging-pipe", `--user-data-dir=${profile}`, "about:blank"];
        const stdio = ["ignore", "ignore", "ignore", "pipe", "pipe"];
        this.#child = spawn(path, [...options, ...where], { stdio });
        let unread = "";
        this.#child.stdio[4].setEncoding("utf8").on("data", (chunk) => {
            const messages = (unread + chunk).split("\0");
            unread = messages.pop();
            messages.map((message) => JSON.parse(message)).forEach((said) => this.#hear(said));
        });
    }

    #hear({ id, result, error }) {
        const [resolve, reject] = this.#waiting.get(id) ?? [];
        this.#waiting.delete(id);
        if (error) reject?.(new Error(error.message));
        else resolve?.(result);
    }

    send(method, params = {}, sessionId = undefined) {
        const id = this.#next++;
        this.#child.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + "\0");
        return new Promise((resolve, reject) => this.#waiting.set(id, [resolve, reject]));
    }

    async page() {
        const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
        const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
        return new Page(this, sessionId);
    }

    async close() {
        const ended = new Promise((resolve) => this.#child.once("exit", resolve));
        await this.send("Browser.close");
        await ended;
    }
}

class Page {
    constructor(browser, session) {
        this.send = (method, params) => browser.send(method, params, session);
    }

    /** What an expression of the page comes to. */
    async evaluate(expression) {
        const options = { awaitPromise: true, returnByValue: true, userGesture: true };
        const said = await this.send("Runtime.evaluate", { expression, ...options });
        const { result, exceptionDetails: thrown } = said;
        if (thrown) fail(thrown.exception?.description ?? thrown.text);
        return result.value;
    }

    async open(url) {
        const { errorText } = await this.send("Page.navigate", { url });
        if (errorText) fail(`${url}: ${errorText}`);
        await this.arrives(url);
    }

    /** Waits until the page stands at an address and is loaded. */
    arrives(url) {
        const here = `document.readyState === "complete" && location.href`;
        return until(url, async () => {
            const at = await this.evaluate(here).catch(() => "");
            return at && at.startsWith(url) && at;
        });
    }
}

const post = async (path, body) => {
    const headers = { "Content-Type": "application/json", "Accept-Language": "en" };
    const answer = await fetch(city + path, { method: "POST", headers, body: JSON.stringify(body) });
    const said = await answer.json();
    return answer.ok ? said : fail(`${path}: ${JSON.stringify(said)}`);
};

/** Signs in with a code from a letter; the token may change how one signs in for five minutes. */
const signInWithCode = async () => {
    const { challenge } = await post("/v1/sign-in/codes", { address: EMAIL, city: "330100" });
    const code = await until("a letter with a code", () => {
        const files = readdirSync(letters).filter((name) => name.endsWith(".eml"));
        const texts = files.map((name) => readFileSync(join(letters, name), "utf8"));
        const mine = texts.filter((text) => text.includes(`To: ${EMAIL}`));
        return mine.map((text) => /\b[0-9]{6}\b/.exec(text.split("\r\n\r\n")[1])?.[0]).find(Boolean);
    });
    return (await post("/v1/sign-in", { challenge, code })).access_token;
};

const claimsOf = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));

const expect = (what, found, wanted) => {
    const [a, b] = [found, wanted].map((value) => JSON.stringify(value));
    if (a !== b) fail(`${what}: ${a} instead of ${b}`);
    console.log(`ok  ${what}`);
};

const play = async (page) => {
    const token = await signInWithCode();
    await page.open(`${city}/health/live`);
    await page.send("WebAuthn.enable", {});
    const { authenticatorId } = await page.send("WebAuthn.addVirtualAuthenticator", {
        options: {
            protocol: "ctap2", transport: "internal", hasResidentKey: true,
            hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true,
        },
    });
    const script = `import("/v1/sign-in/passkey.js")`;
    const call = (expression) => page.evaluate(`${script}.then((passkey) => ${expression})`);

    const added = await call(`passkey.register(${JSON.stringify(token)}, "my laptop")`);
    expect("a passkey is registered", added.name, "my laptop");
    const { credentials } = await page.send("WebAuthn.getCredentials", { authenticatorId });
    expect("the authenticator finds it by itself", credentials[0].isResidentCredential, true);

    const signedIn = await call("passkey.signIn()");
    const claims = claimsOf(signedIn.access_token);
    expect("it signs in without a name", claims.sub, claimsOf(token).sub);
    expect("as a passkey with its user verified", claims.amr, ["hwk", "user"]);

    await page.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
    const refused = await call(`passkey.signIn().then(() => "in", () => "refused")`);
    expect("not without its user", refused, "refused");
    await page.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });

    // The page of the authorization endpoint, as the city's own app opens it.
    const verifier = randomBytes(32).toString("base64url");
    const request = new URLSearchParams({
        client_id: "citygate-app", redirect_uri: "http://127.0.0.1:4711/callback", state: "state",
        response_type: "code", scope: "openid citizen", code_challenge_method: "S256",
        code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    });
    await page.open(`${city}/v1/oauth/authorize?${request}`);
    const form = `document.querySelector("form[data-passkey]")`;
    await until("the form for passkeys", () => page.evaluate(`!${form}.hidden`));
    await page.evaluate(`${form}.requestSubmit()`);
    const allow = `document.querySelector("button[value=allow]")`;
    await until("the consent page", () => page.evaluate(`!!${allow}`).catch(() => false));
    await page.evaluate(`${allow}.click()`);
    // Nobody listens there: the address is all that is wanted.
    const back = await until("the redirect to the client", async () => {
        const { entries, currentIndex } = await page.send("Page.getNavigationHistory");
        const { url } = entries[currentIndex];
        return url.startsWith("http://127.0.0.1:4711/callback?") && new URL(url).searchParams;
    });
    expect("the sign-in page leads back to the client", back.get("state"), "state");
    expect("with a code", back.has("code"), true);
};

const browser = new Browser(browserPath);
try {
    await play(await browser.page());
} finally {
    await browser.close();
}
