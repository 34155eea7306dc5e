// Passkeys in the browser: asks the city what to ask the authenticator, and gives it the answer.
// A module: a page may use it as it is, or import what it needs. It needs WebAuthn Level 3.

const post = async (path, body, token) => {
    const headers = { "Content-Type": "application/json" };
    if (token) headers.Authorization = `Bearer ${token}`;
    const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body ?? null) });
    const said = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(said.title), { code: said.code });
    return said;
};

/** Makes a passkey for the account of an access token. */
export const register = async (token, name) => {
    const { ceremony, publicKey } = await post("/v1/me/passkey-options", null, token);
    const options = PublicKeyCredential.parseCreationOptionsFromJSON(publicKey);
    const credential = await navigator.credentials.create({ publicKey: options });
    return post("/v1/me/passkeys", { ceremony, name, credential: credential.toJSON() }, token);
};

/** Asks for a passkey. Resolves to what `POST /v1/sign-in/passkey` takes. */
export const ask = async () => {
    const { ceremony, publicKey } = await post("/v1/sign-in/passkey/options");
    const options = PublicKeyCredential.parseRequestOptionsFromJSON(publicKey);
    const credential = await navigator.credentials.get({ publicKey: options });
    return { ceremony, credential: credential.toJSON() };
};

/** Signs in with a passkey. Resolves to tokens. */
export const signIn = async () => post("/v1/sign-in/passkey", await ask());

// The sign-in page has a form that stays hidden where there are no passkeys.
const form = document.querySelector("form[data-passkey]");
if (form && window.PublicKeyCredential?.parseRequestOptionsFromJSON) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        try {
            form.elements.answer.value = JSON.stringify(await ask());
            form.submit();
        } catch {
            // Whoever closes the dialogue stays on the page.
        }
    });
}
